"""`piecework migrate`: brings the database to the newest schema without serving."""

import json
import os
from pathlib import Path

import click

from piecework.server.cli.failure import told_in_one_line


@click.command("migrate")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Folder of the database; AP_DATA_DIR otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print one object: from and to, the revisions.")
def migrate_command(data_dir: Path | None, as_json: bool) -> None:
    """Bring the database to this version's schema.

    `serve` does so by itself at its start; this is for doing it beforehand, with the server stopped.
    """
    import asyncio

    from sqlalchemy.exc import SQLAlchemyError

    from piecework.runner.quiet_logs import quiet_logs
    from piecework.server.bootstrap import database_url
    from piecework.server.kernel.schema_version import MigrationError
    from piecework.server.kernel.settings import SettingsError, load_settings

    with told_in_one_line(SettingsError, MigrationError, SQLAlchemyError, OSError), quiet_logs():
        url = database_url(load_settings(os.environ, {"data_dir": data_dir}))
        before, after = asyncio.run(_upgrade(url))
    if as_json:
        click.echo(json.dumps({"from": before, "to": after}))
    elif before == after:
        click.echo(f"The database is at revision {after} already.")
    else:
        click.echo(f"The database went from {f'revision {before}' if before else 'empty'} to revision {after}.")


async def _upgrade(url: str) -> tuple[str | None, str | None]:
    from piecework.server.kernel.db import Database
    from piecework.server.kernel.schema_version import current_revision, upgrade_if_behind

    database = Database(url)
    try:
        before = await current_revision(database)
        await upgrade_if_behind(database, url)
        return before, await current_revision(database)
    finally:
        await database.close()

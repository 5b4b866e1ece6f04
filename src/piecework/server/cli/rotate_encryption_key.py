"""`piecework rotate-encryption-key`: connections and variables get another encryption key."""

import json
import os
from pathlib import Path

import click

from piecework.server.cli.failure import told_in_one_line


@click.command("rotate-encryption-key")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Folder of the database; AP_DATA_DIR otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print one object: key and previous (the ids of the keys), resealed.")
def rotate_encryption_key_command(data_dir: Path | None, as_json: bool) -> None:
    """Seal connections and variables with another encryption key, with the server stopped.

    Where the key is in the data folder, a new one is made, everything is sealed with it, and the old one is thrown away. Where the key is in
    AP_ENCRYPTION_KEY, put the new one there and the old one into AP_ENCRYPTION_KEY_PREVIOUS first. Both keys open what they have sealed until all is
    done: after a crash, run the command again.
    """
    import asyncio

    from sqlalchemy.exc import SQLAlchemyError

    from piecework.runner.quiet_logs import quiet_logs
    from piecework.server.bootstrap.rotation import rotate
    from piecework.server.kernel.crypto import SealError
    from piecework.server.kernel.folder_lock import FolderInUse, locked
    from piecework.server.kernel.schema_version import MigrationError
    from piecework.server.kernel.settings import SettingsError, load_settings

    failures = (SettingsError, MigrationError, FolderInUse, SealError, SQLAlchemyError, OSError)
    with told_in_one_line(*failures), quiet_logs():
        settings = load_settings(os.environ, {"data_dir": data_dir})
        with locked(settings.data_dir):
            report = asyncio.run(rotate(settings))
    if as_json:
        click.echo(json.dumps(report))
        return
    click.echo(f"{report['resealed']} values were sealed with the key {report['key']}.")
    if settings.encryption_key is not None:
        click.echo("AP_ENCRYPTION_KEY_PREVIOUS may be taken away now.")

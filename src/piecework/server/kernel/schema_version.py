"""Brings the database to the newest schema: Alembic's migrations in `server/migrations`, run when the database is behind.

The files are numbered (`0001_first.py`) and the number is the revision, so that a start with an up-to-date database needs one
SELECT and no Alembic; a new database is made from the declared tables. Alembic runs in a child process: what it leaves in memory would
stay for the life of the server.
"""

import asyncio
import sys
from pathlib import Path

import structlog
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from piecework.server.kernel.db import Database, metadata

MIGRATIONS = Path(__file__).parent.parent / "migrations"

log = structlog.get_logger("database")


class MigrationError(RuntimeError):
    """The schema could not be brought to the newest version; the server does not start on an old one."""


def newest_revision() -> str:
    """Returns the number of the newest migration."""
    return max(file.stem.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


async def current_revision(database: Database) -> str | None:
    """Returns the revision that the database is at, or None for an empty one."""
    async with database.read() as connection:
        try:
            return (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one_or_none()
        except DatabaseError:
            return None


async def upgrade_if_behind(database: Database, url: str) -> None:
    """Runs the migrations that the database has not seen. Raises MigrationError."""
    current, newest = await current_revision(database), newest_revision()
    if current == newest:
        return
    if current is not None and current > newest:
        raise MigrationError(
            f"the database is at revision {current}, this version of the server knows {newest}: it was made by a newer one"
        )
    if current is None and await _create(database, newest):
        return
    log.info("migrating", current=current, newest=newest)
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", __name__, url, stderr=asyncio.subprocess.PIPE)
    _, errors = await child.communicate()
    if child.returncode:
        raise MigrationError(errors.decode(errors="replace").strip())


async def _create(database: Database, revision: str) -> bool:
    """Makes the declared tables in a database that has none, which is what all migrations lead to, in a tenth of their time.

    Returns False when there are tables already. The caller has imported every module, as a server does (`modules.load_all_tables`).
    """
    async with database.transaction() as connection:
        if await connection.run_sync(lambda sync: inspect(sync).get_table_names()):
            return False
        await connection.run_sync(metadata.create_all)
        await connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        await connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:revision)"), {"revision": revision})
    log.info("database made", revision=revision)
    return True


def upgrade(url: str, revision: str = "head") -> None:
    """Runs the migrations in this process, up to a revision: the newest unless another is named."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, revision)


if __name__ == "__main__":
    upgrade(sys.argv[1])

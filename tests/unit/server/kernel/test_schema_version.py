"""The migrations lead to the tables that the modules declare."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from piecework.server.kernel.db import Database
from piecework.server.kernel.schema_version import MigrationError, current_revision, newest_revision, upgrade, upgrade_if_behind
from piecework.server.modules import load_all_tables


def differences(connection: Connection) -> list[object]:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    return compare_metadata(MigrationContext.configure(connection), load_all_tables())


def test_a_fresh_database_has_the_declared_tables(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'fresh.db'}"
    upgrade(url)

    async def compare() -> list[object]:
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            found = await connection.run_sync(differences)
        await engine.dispose()
        return found

    assert asyncio.run(compare()) == []


async def test_a_server_brings_its_database_up_to_date_and_leaves_a_newer_one_alone(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'server.db'}"
    database = Database(url)
    assert await current_revision(database) is None
    await upgrade_if_behind(database, url)
    assert await current_revision(database) == newest_revision()
    await upgrade_if_behind(database, url)

    async with database.transaction() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(MigrationError, match="made by a newer one"):
        await upgrade_if_behind(database, url)
    await database.close()

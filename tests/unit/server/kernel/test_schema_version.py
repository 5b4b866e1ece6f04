"""The migrations lead to the tables that the modules declare."""

import asyncio
import sqlite3
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


async def schema_of(url: str) -> list[tuple[str, str]]:
    database = Database(url)
    async with database.read() as connection:
        rows = await connection.execute(text("SELECT name, sql FROM sqlite_master WHERE name != 'alembic_version' AND sql IS NOT NULL"))
        found = [(name, " ".join(sql.replace('"', "").split())) for name, sql in rows]
    await database.close()
    return sorted(found)


async def test_a_new_database_is_what_the_migrations_lead_to(tmp_path: Path) -> None:
    load_all_tables()
    made, migrated = f"sqlite+aiosqlite:///{tmp_path / 'made.db'}", f"sqlite+aiosqlite:///{tmp_path / 'migrated.db'}"
    database = Database(made)
    await upgrade_if_behind(database, made)
    await database.close()
    await asyncio.to_thread(upgrade, migrated)
    names = [name for name, _ in await schema_of(made)]
    assert names == [name for name, _ in await schema_of(migrated)]
    assert {"flow", "flow_run", "job", "journal", "waitpoint", "file"} <= set(names)


async def test_a_database_that_is_behind_is_migrated(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'behind.db'}"
    await asyncio.to_thread(upgrade, url, "0001")
    database = Database(url)
    await upgrade_if_behind(database, url)
    assert await current_revision(database) == newest_revision()
    await database.close()


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


async def test_a_run_that_waits_while_the_server_is_upgraded_goes_on_by_its_link(tmp_path: Path) -> None:
    """Jobs know their waitpoint since 0005."""
    from piecework.server.adapters.sqlite.runs import SqliteRuns

    path = tmp_path / "waiting.db"
    url = f"sqlite+aiosqlite:///{path}"
    await asyncio.to_thread(upgrade, url, "0004")
    payload, later = b'{"path":[],"step":"wait","payload":null,"expired":true}', 4_000_000_000_000
    with sqlite3.connect(path) as connection:
        columns = "id, created, updated, projectId, flowId, flowVersionId, environment, status, failParentOnFailure, stepsCount"
        connection.execute(f"INSERT INTO flow_run ({columns}) VALUES ('r', '', '', 'p', 'f', 'v', 'PRODUCTION', 'PAUSED', 0, 1)")
        columns = "id, created, updated, flowRunId, projectId, stepName, type, status, resumeAt, jobPayload"
        for name, status in (("old", "COMPLETED"), ("new", "PENDING")):
            values = (name, "", "", "r", "p", "wait", "WEBHOOK", status, later, payload)
            connection.execute(f"INSERT INTO waitpoint ({columns}) VALUES ({','.join('?' * 10)})", values)
        connection.execute("INSERT INTO job VALUES (1, 'r', 'RESUME', ?, ?, 0, 0, 0)", (payload, later))
    await asyncio.to_thread(upgrade, url)
    runs = SqliteRuns(path)
    await runs.start()
    assert not await runs.resume("r", "old", b"1")
    assert await runs.resume("r", "new", b"1")
    [claim] = await runs.claim(2)
    assert claim.job.payload == b'{"path":[],"step":"wait","payload":1}'
    await runs.close()


async def test_a_trigger_that_fails_while_the_server_is_upgraded_fails_since_its_first_failure(tmp_path: Path) -> None:
    """Triggers know since when they fail since 0009."""
    path = tmp_path / "failing.db"
    url = f"sqlite+aiosqlite:///{path}"
    await asyncio.to_thread(upgrade, url, "0008")
    runs = [("a", 1, "FAILED"), ("a", 2, "COMPLETED"), ("a", 3, "TIMED_OUT"), ("a", 4, "FAILED"), ("b", 5, "FAILED"), ("c", 6, "COMPLETED")]
    with sqlite3.connect(path) as connection:
        for flow, failures in (("a", 2), ("b", 1), ("c", 0)):
            columns = "flowId, projectId, flowVersionId, source, failures"
            connection.execute(f"INSERT INTO trigger_schedule ({columns}) VALUES (?, 'p', 'v', 's', ?)", (flow, failures))
        for flow, created, status in runs:
            columns = "id, created, updated, projectId, flowId, flowVersionId, type, status, items, waiting, durationMs"
            values = (f"{flow}{created}", f"2026-01-0{created}", flow, status)
            connection.execute(f"INSERT INTO trigger_run ({columns}) VALUES (?, ?, '', 'p', ?, 'v', 'POLL', ?, 0, 0, 1)", values)
    await asyncio.to_thread(upgrade, url)
    with sqlite3.connect(path) as connection:
        since = dict(connection.execute("SELECT flowId, failingSince FROM trigger_schedule").fetchall())
    assert since == {"a": "2026-01-03", "b": "2026-01-05", "c": None}

"""Transactions, reading connections, JSON columns and rows."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, String, Table, func, insert, select
from sqlalchemy.exc import OperationalError

from piecework.server.kernel.db import Database, Json, row_of, rows_of

thing = Table("thing", MetaData(), Column("id", String, primary_key=True), Column("someValue", Json))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    async with database.transaction() as connection:
        await connection.run_sync(thing.metadata.create_all)
    yield database
    await database.close()


async def count(database: Database) -> int:
    async with database.read() as connection:
        return (await connection.execute(select(func.count()).select_from(thing))).scalar_one()


async def test_a_transaction_is_kept_whole_or_not_at_all(database: Database) -> None:
    async def fail_halfway() -> None:
        async with database.transaction() as connection:
            await connection.execute(insert(thing).values(id="a"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_halfway()
    assert await count(database) == 0


async def test_writers_take_turns_and_readers_do_not_wait(database: Database) -> None:
    async def add(number: int) -> None:
        async with database.transaction() as connection:
            await connection.execute(insert(thing).values(id=str(number)))
            assert await count(database) <= number
            await asyncio.sleep(0)

    await asyncio.gather(*(add(number) for number in range(20)))
    assert await count(database) == 20


async def test_a_reading_connection_does_not_write(database: Database) -> None:
    async with database.read() as connection:
        with pytest.raises(OperationalError, match="readonly"):
            await connection.execute(insert(thing).values(id="a"))


async def test_upsert(database: Database) -> None:
    async with database.transaction() as connection:
        for value in (1, 2):
            await connection.execute(database.upsert(thing, {"id": "a", "someValue": value}, key=["id"], update=["someValue"]))
        await connection.execute(database.insert_if_absent(thing, {"id": "a", "someValue": 3}, key=["id"]))
        rows = rows_of(await connection.execute(select(thing)))
    assert rows == [{"id": "a", "someValue": 2}]
    assert all(type(name) is str for row in rows for name in row)


async def test_json_of_any_depth_is_stored(database: Database) -> None:
    deep: dict[str, object] = {}
    for number in range(900):
        deep = {"next": deep, "n": [number, None, "ž", 1.5, True]}
    async with database.transaction() as connection:
        await connection.execute(insert(thing).values(id="deep", someValue=deep))
        row = row_of(await connection.execute(select(thing)))
    assert row is not None
    for number in reversed(range(900)):
        assert deep["n"] == row["someValue"]["n"] == [number, None, "ž", 1.5, True]
        deep, row["someValue"] = deep["next"], row["someValue"]["next"]  # type: ignore[assignment]

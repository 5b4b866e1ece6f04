"""Statements about store entries."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.db import Database, Row, new_entity, row_of, rows_of
from piecework.server.modules.store.models import store_entry


async def upsert_entry(database: Database, connection: AsyncConnection, project_id: str, key: str, value: Any) -> Row:
    row = new_entity(key=key, projectId=project_id, value=value)
    statement = database.upsert(store_entry, row, key=["projectId", "key"], update=["value", "updated"])
    return rows_of(await connection.execute(statement.returning(*store_entry.c)))[0]


async def find_entry(connection: AsyncConnection, project_id: str, key: str) -> Row | None:
    statement = select(store_entry).where(store_entry.c.projectId == project_id, store_entry.c.key == key)
    return row_of(await connection.execute(statement))


async def delete_entry(connection: AsyncConnection, project_id: str, key: str) -> None:
    await connection.execute(delete(store_entry).where(store_entry.c.projectId == project_id, store_entry.c.key == key))

"""Statements about store entries."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.clock import now_iso
from piecework.server.kernel.db import Database, Row, new_entity, row_of, rows_of
from piecework.server.kernel.ids import new_id
from piecework.server.modules.store.models import store_entry
from piecework.server.ports.runs import Statement

_PUT = (
    'INSERT INTO "store-entry" (id, created, updated, key, "projectId", value) VALUES (?, ?, ?, ?, ?, ?)'
    ' ON CONFLICT ("projectId", key) DO UPDATE SET value = excluded.value, updated = excluded.updated'
)
_REMOVE = 'DELETE FROM "store-entry" WHERE "projectId" = ? AND key = ?'


def put(project_id: str, key: str, content: bytes) -> Statement:
    now = now_iso()
    return Statement(_PUT, (new_id(), now, now, key, project_id, None if content == b"null" else content.decode()))


def remove(project_id: str, key: str) -> Statement:
    return Statement(_REMOVE, (project_id, key))


async def upsert_entry(database: Database, connection: AsyncConnection, project_id: str, key: str, value: Any) -> Row:
    row = new_entity(key=key, projectId=project_id, value=value)
    statement = database.upsert(store_entry, row, key=["projectId", "key"], update=["value", "updated"])
    return rows_of(await connection.execute(statement.returning(*store_entry.c)))[0]


async def find_entry(connection: AsyncConnection, project_id: str, key: str) -> Row | None:
    statement = select(store_entry).where(store_entry.c.projectId == project_id, store_entry.c.key == key)
    return row_of(await connection.execute(statement))


async def delete_entry(connection: AsyncConnection, project_id: str, key: str) -> None:
    await connection.execute(delete(store_entry).where(store_entry.c.projectId == project_id, store_entry.c.key == key))

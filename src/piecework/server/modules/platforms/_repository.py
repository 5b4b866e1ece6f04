"""Statements about platforms."""

from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.clock import now_iso
from piecework.server.kernel.db import Row, new_entity, row_of
from piecework.server.modules.platforms.models import platform


async def insert_platform(connection: AsyncConnection, values: Row) -> Row:
    row = new_entity(**values)
    await connection.execute(insert(platform).values(row))
    return row


async def find_platform(connection: AsyncConnection, platform_id: str | None = None) -> Row | None:
    """The platform with this id, or the oldest one."""
    statement: Any = select(platform).order_by(platform.c.created).limit(1)
    if platform_id is not None:
        statement = statement.where(platform.c.id == platform_id)
    return row_of(await connection.execute(statement))


async def update_platform(connection: AsyncConnection, platform_id: str, values: Row) -> None:
    await connection.execute(update(platform).where(platform.c.id == platform_id).values(updated=now_iso(), **values))

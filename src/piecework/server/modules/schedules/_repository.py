"""Statements about schedules."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.db import Database, Row, row_of, rows_of
from piecework.server.modules.schedules.models import trigger_schedule

_COLUMNS = [column.name for column in trigger_schedule.columns if not column.primary_key]


async def upsert(database: Database, connection: AsyncConnection, row: Row) -> None:
    await connection.execute(database.upsert(trigger_schedule, row, ["flowId"], _COLUMNS))


async def find(connection: AsyncConnection, flow_id: str) -> Row | None:
    return row_of(await connection.execute(select(trigger_schedule).where(trigger_schedule.c.flowId == flow_id)))


async def find_all(connection: AsyncConnection) -> list[Row]:
    return rows_of(await connection.execute(select(trigger_schedule)))


async def find_due(connection: AsyncConnection, now: int, but: Sequence[str], limit: int) -> list[Row]:
    statement = select(trigger_schedule).where(trigger_schedule.c.dueAt <= now, trigger_schedule.c.flowId.not_in(but))
    return rows_of(await connection.execute(statement.order_by(trigger_schedule.c.dueAt).limit(limit)))


async def next_due(connection: AsyncConnection, after: int) -> int | None:
    """The first tick after a moment."""
    statement = select(func.min(trigger_schedule.c.dueAt)).where(trigger_schedule.c.dueAt > after)
    return (await connection.execute(statement)).scalar()


async def advance(connection: AsyncConnection, flow_id: str, version_id: str, due_at: int, next_at: int | None) -> None:
    row = (trigger_schedule.c.flowId == flow_id, trigger_schedule.c.flowVersionId == version_id, trigger_schedule.c.dueAt == due_at)
    await connection.execute(update(trigger_schedule).where(*row).values(dueAt=next_at))


async def remove(connection: AsyncConnection, flow_ids: Sequence[str]) -> None:
    await connection.execute(delete(trigger_schedule).where(trigger_schedule.c.flowId.in_(flow_ids)))

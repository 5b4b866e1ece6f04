"""Statements about trigger events."""

from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.db import Row, new_entity, row_of
from piecework.server.kernel.http import Page, PageQuery, page_of
from piecework.server.modules.trigger_events.models import trigger_event


async def insert_event(connection: AsyncConnection, values: Row) -> Row:
    row = new_entity(**values)
    await connection.execute(insert(trigger_event).values(row))
    return row


async def find_event(connection: AsyncConnection, event_id: str) -> Row | None:
    return row_of(await connection.execute(select(trigger_event).where(trigger_event.c.id == event_id)))


async def delete_event(connection: AsyncConnection, event_id: str) -> None:
    await connection.execute(delete(trigger_event).where(trigger_event.c.id == event_id))


async def page_events(connection: AsyncConnection, flow_id: str, source_name: str, query: PageQuery) -> Page[Any]:
    statement = select(trigger_event).where(trigger_event.c.flowId == flow_id, trigger_event.c.sourceName == source_name)
    return await page_of(connection, statement, query, sort=trigger_event.c.created, row_id=trigger_event.c.id)

"""Statements about listeners. Those that are texts go into the transaction that makes a trigger listen."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.db import Row, new_entity, quoted, rows_of
from piecework.server.modules.app_events.models import app_event_routing
from piecework.server.ports.runs import Statement

_NAMES = [column.name for column in app_event_routing.columns]
_QUOTED = ", ".join(map(quoted, _NAMES))
_ADD = f"INSERT INTO app_event_routing ({_QUOTED}) VALUES ({', '.join('?' * len(_NAMES))})"  # noqa: S608 - names are constants
_REMOVE = 'DELETE FROM app_event_routing WHERE "flowId" = ? AND simulate = ?'


def add(**values: object) -> Statement:
    row = new_entity(**values)
    return Statement(_ADD, [row[name] for name in _NAMES])


def remove(flow_id: str, *, simulate: bool) -> Statement:
    return Statement(_REMOVE, (flow_id, simulate))


async def find(connection: AsyncConnection, app_name: str, event: str, identifier: str) -> list[Row]:
    routing = app_event_routing.c
    statement = select(app_event_routing).where(routing.appName == app_name, routing.event == event, routing.identifierValue == identifier)
    return rows_of(await connection.execute(statement.order_by(routing.created, routing.id)))

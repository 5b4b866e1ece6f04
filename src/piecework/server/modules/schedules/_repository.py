"""Statements about schedules. Those that are texts go into the transaction in which runs begin (``RunQueue.enqueue_all``)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.db import Row, quoted, row_of, rows_of
from piecework.server.modules.schedules.models import trigger_backlog, trigger_schedule
from piecework.server.ports.runs import Statement
from piecework.spec.jsons import dumps

_COLUMNS = [column.name for column in trigger_schedule.columns]
_PUT = (
    f"INSERT INTO trigger_schedule ({', '.join(map(quoted, _COLUMNS))}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608 - names are constants
    f' ON CONFLICT ("flowId") DO UPDATE SET {", ".join(f"{quoted(name)} = excluded.{quoted(name)}" for name in _COLUMNS)}'
)
_TAKE = (
    'UPDATE trigger_schedule SET "dueAt" = ?, failures = ?, "failingSince" = ?'
    ' WHERE "flowId" = ? AND activation = ? AND source = ? AND "dueAt" = ? AND NOT switching'
)
_GO_ON = 'UPDATE trigger_schedule SET "flowVersionId" = ?, failures = 0, "failingSince" = NULL WHERE "flowId" = ? AND activation = ?'
_ASK_SOON = 'UPDATE trigger_schedule SET "dueAt" = ? WHERE "flowId" = ? AND activation = ? AND "dueAt" > ?'
_RESCHEDULE = 'UPDATE trigger_schedule SET schedule = ?, "dueAt" = ? WHERE "flowId" = ? AND activation = ?'
_MARK = 'UPDATE trigger_schedule SET switching = ?, "repairAt" = ? WHERE "flowId" = ? AND activation = ?'
_JUDGE = 'UPDATE trigger_schedule SET switching = ?, "repairAt" = ?, failures = ?, "failingSince" = ? WHERE "flowId" = ? AND activation = ?'
_REPAIR_ALL = 'UPDATE trigger_schedule SET "repairAt" = ? WHERE switching'
_KEEP_BACK = 'INSERT INTO trigger_backlog (activation, position, "flowId", payload) VALUES (?, ?, ?, ?)'
_GIVE = "DELETE FROM trigger_backlog WHERE activation = ? AND position <= ?"


async def find(connection: AsyncConnection, flow_id: str) -> Row | None:
    return row_of(await connection.execute(select(trigger_schedule).where(trigger_schedule.c.flowId == flow_id)))


async def find_all(connection: AsyncConnection) -> list[Row]:
    return rows_of(await connection.execute(select(trigger_schedule)))


async def find_due(connection: AsyncConnection, now: int, but: Sequence[str], limit: int) -> list[Row]:
    statement = select(trigger_schedule).where(trigger_schedule.c.dueAt <= now, trigger_schedule.c.switching.is_(False))
    statement = statement.where(trigger_schedule.c.flowId.not_in(but)).order_by(trigger_schedule.c.dueAt)
    return rows_of(await connection.execute(statement.limit(limit)))


async def find_repairs(connection: AsyncConnection, now: int, but: Sequence[str], limit: int) -> list[Row]:
    statement = select(trigger_schedule).where(trigger_schedule.c.repairAt <= now, trigger_schedule.c.flowId.not_in(but))
    return rows_of(await connection.execute(statement.order_by(trigger_schedule.c.repairAt).limit(limit)))


async def next_due(connection: AsyncConnection, after: int) -> int | None:
    """The first tick or repair after a moment."""
    firsts = [select(func.min(moment)).where(moment > after) for moment in (trigger_schedule.c.dueAt, trigger_schedule.c.repairAt)]
    found = [(await connection.execute(first)).scalar() for first in firsts]
    return min((moment for moment in found if moment is not None), default=None)


async def find_backlog(connection: AsyncConnection, activation: str, limit: int) -> list[Row]:
    statement = select(trigger_backlog.c.position, trigger_backlog.c.payload).where(trigger_backlog.c.activation == activation)
    return rows_of(await connection.execute(statement.order_by(trigger_backlog.c.position).limit(limit)))


async def count_backlog(connection: AsyncConnection, activation: str) -> int:
    statement = select(func.count()).select_from(trigger_backlog).where(trigger_backlog.c.activation == activation)
    return (await connection.execute(statement)).scalar_one()


def put(row: Row) -> list[Statement]:
    """Writes the row of a listening trigger; what earlier activations of it have held back goes."""
    content = row | {"schedule": None if row["schedule"] is None else dumps(row["schedule"]).decode()}
    return [
        Statement(_PUT, [content[name] for name in _COLUMNS]),
        Statement('DELETE FROM trigger_backlog WHERE "flowId" = ? AND activation <> ?', (row["flowId"], row["activation"])),
    ]


def go_on(row: Row, version_id: str) -> Statement:
    """Another version of the same flow has the same trigger. Its tick is left alone: it may be under way."""
    return Statement(_GO_ON, (version_id, row["flowId"], row["activation"]))


def ask_soon(row: Row, due_at: int) -> Statement:
    return Statement(_ASK_SOON, (due_at, row["flowId"], row["activation"], due_at))


def reschedule(row: Row, schedule: Any, due_at: int | None) -> Statement:
    content = None if schedule is None else dumps(schedule).decode()
    return Statement(_RESCHEDULE, (content, due_at, row["flowId"], row["activation"]))


def mark(row: Row, repair_at: int | None) -> Statement:
    return Statement(_MARK, (repair_at is not None, repair_at, row["flowId"], row["activation"]))


def judge(row: Row, failures: int, failing_since: str | None, repair_at: int | None) -> Statement:
    return Statement(_JUDGE, (repair_at is not None, repair_at, failures, failing_since, row["flowId"], row["activation"]))


def repair_all(now: int) -> Statement:
    return Statement(_REPAIR_ALL, (now,))


def remove(flow_id: str) -> list[Statement]:
    tables = ("trigger_schedule", "trigger_backlog")
    return [Statement(f'DELETE FROM {table} WHERE "flowId" = ?', (flow_id,)) for table in tables]  # noqa: S608 - names are constants


def take(row: Row, next_at: int | None, failures: int, failing_since: str | None) -> Statement:
    """Changes the row of a listening trigger if its tick is still the one that was begun."""
    return Statement(_TAKE, (next_at, failures, failing_since, row["flowId"], row["activation"], row["source"], row["dueAt"]))


def keep_back(activation: str, flow_id: str, payloads: Sequence[bytes]) -> list[Statement]:
    return [Statement(_KEEP_BACK, (activation, position, flow_id, payload)) for position, payload in enumerate(payloads)]


def give(activation: str, up_to: int) -> Statement:
    return Statement(_GIVE, (activation, up_to))

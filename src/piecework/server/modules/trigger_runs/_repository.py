"""Statements about trigger runs. Those that are texts go into the transaction in which runs begin (``RunQueue.enqueue_all``)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.db import Row, quoted, row_of, rows_of
from piecework.server.kernel.http import Page, PageQuery, page_of
from piecework.server.modules.flows.models import flow
from piecework.server.modules.projects.models import project
from piecework.server.modules.schedules.models import trigger_schedule
from piecework.server.modules.trigger_runs.models import trigger_run, trigger_run_count
from piecework.server.ports.runs import Statement
from piecework.spec.flow import FlowStatus

_NAMES = [column.name for column in trigger_run.columns]
_QUOTED = ", ".join(map(quoted, _NAMES))
_ADD = f"INSERT INTO trigger_run ({_QUOTED}) VALUES ({', '.join('?' * len(_NAMES))})"  # noqa: S608 - names are constants
_TRIM = (
    'DELETE FROM trigger_run WHERE "flowId" = ? AND id NOT IN'
    ' (SELECT id FROM trigger_run WHERE "flowId" = ? ORDER BY created DESC, id DESC LIMIT ?)'
)
_COUNT = (
    'INSERT INTO trigger_run_count ("projectId", "pieceName", day, success, failure) VALUES (?, ?, ?, ?, ?)'
    ' ON CONFLICT ("projectId", "pieceName", day) DO UPDATE'
    " SET success = trigger_run_count.success + excluded.success, failure = trigger_run_count.failure + excluded.failure"
)
_FORGET = 'DELETE FROM trigger_run_count WHERE "projectId" = ? AND "pieceName" = ? AND day < ?'


def add(row: Row, kept: int) -> list[Statement]:
    """Writes a trigger run; of its flow so many are kept."""
    return [Statement(_ADD, [row[name] for name in _NAMES]), Statement(_TRIM, (row["flowId"], row["flowId"], kept))]


def count(project_id: str, piece_name: str, day: str, is_success: bool, oldest_day: str) -> list[Statement]:
    """Counts a trigger run; days before the oldest one are forgotten."""
    counted = Statement(_COUNT, (project_id, piece_name, day, int(is_success), int(not is_success)))
    return [counted, Statement(_FORGET, (project_id, piece_name, oldest_day))]


async def page_runs(connection: AsyncConnection, flow_id: str, query: PageQuery) -> Page[Any]:
    statement = select(trigger_run).where(trigger_run.c.flowId == flow_id)
    return await page_of(connection, statement, query, sort=trigger_run.c.created, row_id=trigger_run.c.id)


async def find_last(connection: AsyncConnection, flow_id: str, but: Sequence[str] = ()) -> Row | None:
    """The newest trigger run of a flow, of those that have none of these statuses."""
    statement = select(trigger_run).where(trigger_run.c.flowId == flow_id, trigger_run.c.status.not_in(but))
    return row_of(await connection.execute(statement.order_by(trigger_run.c.created.desc(), trigger_run.c.id.desc()).limit(1)))


async def find_failing(connection: AsyncConnection, project_id: str, longest_error: int, limit: int) -> list[Row]:
    """The triggers of enabled flows that fail, each with the beginning of its last error; those first that began to fail last."""
    last = select(func.substr(trigger_run.c.error, 1, longest_error)).where(trigger_run.c.flowId == trigger_schedule.c.flowId)
    last = last.order_by(trigger_run.c.created.desc(), trigger_run.c.id.desc()).limit(1)
    listening = trigger_schedule.c
    columns = (listening.flowId, listening.projectId, listening.failures, listening.failingSince)
    statement = select(*columns, last.scalar_subquery().label("error")).join(flow, flow.c.id == listening.flowId)
    statement = statement.where(listening.projectId == project_id, listening.failures > 0, flow.c.status == FlowStatus.ENABLED)
    return rows_of(await connection.execute(statement.order_by(listening.failingSince.desc(), listening.flowId).limit(limit)))


async def find_counts(connection: AsyncConnection, platform_id: str, oldest_day: str) -> list[Row]:
    statement = select(trigger_run_count).join(project, project.c.id == trigger_run_count.c.projectId)
    statement = statement.where(project.c.platformId == platform_id, trigger_run_count.c.day >= oldest_day)
    return rows_of(await connection.execute(statement.order_by(trigger_run_count.c.pieceName, trigger_run_count.c.day)))

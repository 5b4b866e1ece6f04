"""Statements about runs. The list is read through ``RunReader`` with SQL text: it is asked for more often than anything but webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import update

from piecework.server.kernel.clock import now_iso, to_iso
from piecework.server.kernel.db import Database
from piecework.server.kernel.http import Cursor
from piecework.server.modules.runs.models import flow_run
from piecework.server.modules.runs.schemas import (
    MAX_SELECTED,
    CountQuery,
    RunFilter,
    RunListQuery,
    RunSelection,
    StatisticsQuery,
    instant_of,
)
from piecework.server.ports.runs import RunReader, RunRow
from piecework.spec.run import FAILED_STATUSES, UNFINISHED, FlowRunStatus

COLUMNS = (
    "id", "created", "updated", "projectId", "flowId", "flowVersionId", "environment", "status", "logsFileId", "parentRunId",
    "failParentOnFailure", "tags", "startTime", "finishTime", "triggeredBy", "failedStepName", "failedStepDisplayName",
    "failedStepMessage", "stepNameToTest", "stepsCount", "parentWaitpointId", "archivedAt",
)  # fmt: skip
"""``RunRow``'s columns, then the one that drivers do not write."""

_SELECT = "SELECT " + ", ".join(f'"{column}"' for column in COLUMNS) + " FROM flow_run"  # noqa: S608 - column names are constants
BULK_LIMIT = MAX_SELECTED
"""Runs that one bulk request takes; the rest is left for the next."""

MAX_FAILURES = 50
"""Places of failures that one answer lists."""
FAILED = tuple(sorted(FAILED_STATUSES))

Row = tuple[Any, ...]


class RunRepository:
    """Rows of runs and waitpoints."""

    def __init__(self, database: Database, reader: RunReader) -> None:
        self._database = database
        self._reader = reader

    async def get(self, run_id: str) -> Row | None:
        """The run's columns, or None."""
        rows = await self._reader.fetch(f"{_SELECT} WHERE id = ?", (run_id,))
        return rows[0] if rows else None

    async def depth(self, run_id: str, limit: int) -> int:
        """How many runs there are in the chain of which each began the next and this one is the last; counted up to ``limit``."""
        statement = (
            "WITH RECURSIVE chain(id, depth) AS (SELECT ?, 1 UNION ALL"
            ' SELECT flow_run."parentRunId", chain.depth + 1 FROM flow_run JOIN chain ON flow_run.id = chain.id'
            ' WHERE flow_run."parentRunId" IS NOT NULL AND chain.depth < ?) SELECT max(depth) FROM chain'
        )
        return (await self._reader.fetch(statement, (run_id, limit)))[0][0]

    async def awaited(self, run_id: str) -> list[Row]:
        """The unfinished runs that a run began and waits for."""
        statement = f'{_SELECT} WHERE "parentRunId" = ? AND "failParentOnFailure" AND status IN ({_marks(tuple(UNFINISHED))})'
        return await self._reader.fetch(statement, (run_id, *UNFINISHED))

    async def unfinished(self, run_ids: Sequence[str]) -> set[str]:
        """Those of these runs that have not ended."""
        statement = f"SELECT id FROM flow_run WHERE id IN ({_marks(run_ids)}) AND status IN ({_marks(tuple(UNFINISHED))})"  # noqa: S608 - only marks
        return {row[0] for row in await self._reader.fetch(statement, (*run_ids, *UNFINISHED))}

    async def kept_answer(self, project_id: str, waitpoint_id: str) -> bytes | None:
        """What was kept for a pause that had not come yet."""
        statement = 'SELECT "jobPayload" FROM waitpoint WHERE id = ? AND "projectId" = ? AND status = \'COMPLETED\''
        rows = await self._reader.fetch(statement, (waitpoint_id, project_id))
        return rows[0][0] if rows else None

    async def page(self, query: RunListQuery) -> tuple[list[Row], str | None, str | None]:
        """Rows of a page, newest first, and the cursors of the pages after and before it."""
        conditions, values = _conditions(query)
        cursor = Cursor.decode(query.cursor)
        backwards = cursor is not None and cursor.direction == "prev"
        if cursor is not None:
            conditions.append("(created, id) > (?, ?)" if backwards else "(created, id) < (?, ?)")
            values += [cursor.value, cursor.row_id]
        order = "ASC" if backwards else "DESC"
        where = " AND ".join(conditions)
        statement = f"{_SELECT} WHERE {where} ORDER BY created {order}, id {order} LIMIT ?"
        rows = await self._reader.fetch(statement, [*values, query.limit + 1])
        more = len(rows) > query.limit
        rows = rows[: query.limit]
        if backwards:
            rows.reverse()
        has_next, has_previous = more or backwards, cursor is not None and (more or not backwards)
        following = Cursor("next", rows[-1][1], rows[-1][0]).encode() if rows and has_next else None
        previous = Cursor("prev", rows[0][1], rows[0][0]).encode() if rows and has_previous else None
        return rows, following, previous

    async def count_by_status(self, query: CountQuery) -> list[tuple[str, int]]:
        """(status, count) of production runs that are not archived."""
        run_filter = RunFilter(projectId=query.project_id, createdAfter=query.created_after, createdBefore=query.created_before)  # type: ignore[call-arg]
        conditions, values = _conditions(run_filter)
        where = " AND ".join(conditions)
        statement = f"SELECT status, count(*) FROM flow_run WHERE {where} GROUP BY status ORDER BY status"  # noqa: S608 - values are bound
        return [(status, count) for status, count in await self._reader.fetch(statement, values)]

    async def count_by_time(self, query: StatisticsQuery) -> list[tuple[str, str, int]]:
        """(beginning of the interval, status, count), earliest first, of the intervals in which runs were created."""
        conditions, values = _conditions(query)
        kept, rest = query.interval.text
        statement = (
            f"SELECT substr(created, 1, {kept}) AS start, status, count(*) FROM flow_run"  # noqa: S608 - values are bound
            f" WHERE {' AND '.join(conditions)} GROUP BY start, status ORDER BY start, status"
        )
        return [(start + rest, status, count) for start, status, count in await self._reader.fetch_aside(statement, values)]

    async def failures(self, query: StatisticsQuery) -> list[tuple[int, Row]]:
        """(count, the latest run) of the places at which most runs failed: a flow, a step and a status."""
        conditions, values = _conditions(query)
        conditions.append(f"status IN ({_marks(FAILED)})")
        statement = (
            "SELECT count(*) AS failed, max(created || ' ' || id) AS latest FROM flow_run"  # noqa: S608 - values are bound
            f' WHERE {" AND ".join(conditions)} GROUP BY "flowId", "failedStepName", status'
            f" ORDER BY failed DESC, latest DESC LIMIT {MAX_FAILURES}"
        )
        found = [(count, latest.split(" ")[1]) for count, latest in await self._reader.fetch_aside(statement, [*values, *FAILED])]
        latest = {
            row[0]: row for row in await self._reader.fetch(f"{_SELECT} WHERE id IN ({_marks(found)})", [run_id for _, run_id in found])
        }
        return [(count, latest[run_id]) for count, run_id in found if run_id in latest]

    async def job(self, run_id: str) -> tuple[str, int] | None:
        """Kind and due time of the job that drives the run, or will next."""
        statement = 'SELECT kind, "dueAt" FROM job WHERE "runId" = ? ORDER BY claimed DESC, "dueAt", id LIMIT 1'
        rows = await self._reader.fetch(statement, (run_id,))
        return (rows[0][0], rows[0][1]) if rows else None

    async def waitpoints(self, run_ids: Sequence[str]) -> list[Row]:
        """``flowRunId``, ``id``, ``type``, ``stepName``, ``created`` and ``resumeAt`` (ms) of what these runs wait for, oldest first."""
        statement = (
            'SELECT "flowRunId", id, type, "stepName", created, "resumeAt" FROM waitpoint'  # noqa: S608 - only marks
            f" WHERE \"flowRunId\" IN ({_marks(run_ids)}) AND status = 'PENDING' ORDER BY created, id"
        )
        return await self._reader.fetch(statement, run_ids)

    async def select(self, selection: RunSelection, statuses: Sequence[FlowRunStatus]) -> list[Row]:
        """Rows that a bulk action means, of these statuses only, newest first, ``BULK_LIMIT`` at the most."""
        run_filter = RunFilter.model_validate(
            selection.model_dump(by_alias=True, exclude={"exclude_flow_run_ids", "strategy"}, exclude_none=True)
        )
        conditions, values = _conditions(run_filter)
        conditions.append(f"status IN ({_marks(statuses)})")
        values += statuses
        if selection.exclude_flow_run_ids:
            conditions.append(f"id NOT IN ({_marks(selection.exclude_flow_run_ids)})")
            values += selection.exclude_flow_run_ids
        statement = f"{_SELECT} WHERE {' AND '.join(conditions)} ORDER BY created DESC, id DESC LIMIT {BULK_LIMIT}"
        return await self._reader.fetch(statement, values)

    async def archive(self, run_ids: Sequence[str]) -> None:
        """Take runs out of the list."""
        async with self._database.transaction() as connection:
            for start in range(0, len(run_ids), 500):
                chunk = run_ids[start : start + 500]
                await connection.execute(update(flow_run).where(flow_run.c.id.in_(chunk)).values(archivedAt=now_iso()))


def _marks(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))


def _conditions(query: RunFilter) -> tuple[list[str], list[Any]]:
    conditions = ['"projectId" = ?', "environment = ?"]
    values: list[Any] = [query.project_id, query.environment]
    for column, wanted in (('"flowId"', query.flow_id), ("status", query.status), ("id", query.flow_run_ids)):
        if wanted:
            conditions.append(f"{column} IN ({_marks(wanted)})")
            values += wanted
    for condition, value in (
        ("created >= ?", _instant(query.created_after)),
        ("created <= ?", _instant(query.created_before)),
        ('"failedStepName" = ?', query.failed_step_name),
        ('"parentRunId" = ?', query.parent_run_id),
    ):
        if value is not None:
            conditions.append(condition)
            values.append(value)
    if query.failed_step_message:
        conditions.append("lower(\"failedStepMessage\") LIKE ? ESCAPE '\\'")
        values.append(f"%{_escaped(query.failed_step_message.lower())}%")
    if query.tags:
        conditions.append("(" + " OR ".join(["tags LIKE ? ESCAPE '\\'"] * len(query.tags)) + ")")
        values += [f"%{_escaped(orjson.dumps(tag).decode())}%" for tag in query.tags]
    if not query.include_archived:
        conditions.append('"archivedAt" IS NULL')
    return conditions, values


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _instant(text: str | None) -> str | None:
    """The column's text of a moment in any ISO form."""
    return None if text is None else to_iso(instant_of(text))


def run_row(row: Row) -> RunRow:
    """The driver's view of a row."""
    return RunRow(*row[:-1])

"""Notes what triggers did, and tells how they do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from piecework.server.kernel.clock import iso_of
from piecework.server.kernel.db import Database, execute_all, new_entity
from piecework.server.kernel.errors import entity_not_found
from piecework.server.kernel.http import Page
from piecework.server.modules.flows.service import FlowService
from piecework.server.modules.schedules.service import Listening, ScheduleService
from piecework.server.modules.trigger_runs import _repository
from piecework.server.modules.trigger_runs.schemas import (
    FailingTriggers,
    PieceTriggerStatus,
    TriggerFailures,
    TriggerHealth,
    TriggerRun,
    TriggerRunQuery,
    TriggerRunStatus,
    TriggerStatusReport,
)
from piecework.server.ports.runs import Statement
from piecework.spec.flow import FlowStatus

RUNS_KEPT = 100
"""Trigger runs of one flow that are kept."""
DAYS_COUNTED = 14
"""As long as the wire counts them."""
LONGEST_ERROR = 2000
SHORT_ERROR = 300
"""How much of an error stands in lists and in what is told."""
MOST_FAILING = 1000
"""Triggers that are listed as failing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tick did. ``error`` None: it went well. ``began``: in milliseconds since 1970. ENABLE: a trigger that did not listen was switched on."""

    kind: Literal["POLL", "RENEW", "ENABLE"]
    began: int
    ended: int
    items: int = 0
    waiting: int = 0
    error: str | None = None
    timed_out: bool = False


class TriggerRunService:
    """Keeps the last trigger runs of each flow, and counts by piece and day.

    `on_health` are told when a trigger has failed, and when one that failed works again.
    """

    def __init__(self, database: Database, flows: FlowService, schedules: ScheduleService) -> None:
        self._database = database
        self._flows = flows
        self._schedules = schedules
        self.on_health: list[Callable[[TriggerFailures], None]] = []

    def after(self, tick: Listening, outcome: Outcome) -> TriggerFailures:
        """How the trigger does after this tick."""
        failed = outcome.error is not None
        return {
            "flowId": tick.flow_id,
            "projectId": tick.project_id,
            "failures": tick.failures + 1 if failed else 0,
            "failingSince": tick.failing_since or iso_of(outcome.ended) if failed else None,
            "error": None if outcome.error is None else outcome.error[:SHORT_ERROR],
        }

    def announce(self, failures: TriggerFailures) -> None:
        """Tell those who want to know; what is told must be on the disk."""
        for listener in self.on_health:
            listener(failures)

    def noted(self, tick: Listening, piece_name: str, outcome: Outcome, next_at: int | None) -> list[Statement]:
        """What notes a tick's outcome; part of the transaction that ends the tick. ``next_at``: when the next one is."""
        status = TriggerRunStatus.COMPLETED
        if outcome.error is not None:
            status = TriggerRunStatus.TIMED_OUT if outcome.timed_out else TriggerRunStatus.FAILED
        row = new_entity(
            projectId=tick.project_id,
            flowId=tick.flow_id,
            flowVersionId=tick.version_id,
            type=outcome.kind,
            status=status,
            items=outcome.items,
            waiting=outcome.waiting,
            error=None if outcome.error is None else outcome.error[:LONGEST_ERROR],
            durationMs=max(outcome.ended - outcome.began, 0),
            nextRunAt=None if next_at is None else iso_of(next_at),
        )
        day, oldest = _day(outcome.ended), _day(outcome.ended - DAYS_COUNTED * 86_400_000)
        counted = _repository.count(tick.project_id, piece_name, day, outcome.error is None, oldest)
        return [*_repository.add(row, RUNS_KEPT), *counted]

    async def enabled(
        self, listening: Listening, piece_name: str, outcome: Outcome, repair_at: int | None, beside: Sequence[Statement] = ()
    ) -> None:
        """Note that a trigger which did not listen does again, or could not be enabled and is tried again at ``repair_at``; and tell it.

        ``beside``: what becomes true with it.
        """
        after = self.after(listening, outcome)
        next_at = listening.due_at if repair_at is None else repair_at
        judged = self._schedules.judged(listening, after["failures"], after["failingSince"], repair_at)
        async with self._database.transaction() as connection:
            await execute_all(connection, [judged, *self.noted(listening, piece_name, outcome, next_at), *beside])
        self._schedules.written()
        self.announce(after)

    async def page(self, query: TriggerRunQuery) -> Page[TriggerRun]:
        """A page of a flow's trigger runs, the newest first. Raises ENTITY_NOT_FOUND."""
        if await self.project_of(query.flow_id) != query.project_id:
            raise entity_not_found("flow", query.flow_id)
        async with self._database.read() as connection:
            return await _repository.page_runs(connection, query.flow_id, query)

    async def project_of(self, flow_id: str) -> str:
        """The project that a flow belongs to. Raises ENTITY_NOT_FOUND."""
        return (await self._flows.require(flow_id)).project_id

    async def health(self, flow_id: str) -> TriggerHealth:
        """How the trigger of a flow does. Raises ENTITY_NOT_FOUND."""
        flow = await self._flows.require(flow_id)
        listening = await self._schedules.find(flow_id)
        version = await self._flows.require_version(flow_id, flow.published_version_id or flow.latest_version_id)
        settings = version.trigger["settings"]
        next_at = None if listening is None else listening.repair_at if listening.switching else listening.due_at
        async with self._database.read() as connection:
            last: Any = await _repository.find_last(connection, flow_id)
            failed: Any = await _repository.find_last(connection, flow_id, [TriggerRunStatus.COMPLETED])
        return {
            "flowId": flow_id,
            "listening": listening is not None and not listening.switching and flow.status == FlowStatus.ENABLED,
            "type": version.trigger["type"],
            "pieceName": settings.get("pieceName"),
            "triggerName": settings.get("triggerName"),
            "schedule": None if listening is None or listening.schedule is None else dict(listening.schedule),
            "nextRunAt": None if next_at is None else iso_of(next_at),
            "failures": 0 if listening is None else listening.failures,
            "failingSince": None if listening is None else listening.failing_since,
            "waiting": 0 if listening is None else await self._schedules.count_held_back(listening),
            "lastRun": last,
            "lastError": failed,
        }

    async def failing(self, project_id: str) -> FailingTriggers:
        """The triggers of a project's enabled flows that fail now."""
        async with self._database.read() as connection:
            rows: list[Any] = await _repository.find_failing(connection, project_id, SHORT_ERROR, MOST_FAILING)
        return {"data": rows}

    async def report(self, platform_id: str) -> TriggerStatusReport:
        """Trigger runs of the platform's last 14 days, by piece."""
        oldest = (datetime.now(UTC) - timedelta(days=DAYS_COUNTED)).date().isoformat()
        async with self._database.read() as connection:
            rows = await _repository.find_counts(connection, platform_id, oldest)
        pieces: dict[str, PieceTriggerStatus] = {}
        for row in rows:
            status = pieces.setdefault(row["pieceName"], {"dailyStats": {}, "totalRuns": 0})
            stats = status["dailyStats"].setdefault(row["day"], {"success": 0, "failure": 0})
            stats["success"] += row["success"]
            stats["failure"] += row["failure"]
            status["totalRuns"] += row["success"] + row["failure"]
        return {"pieces": pieces}


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1000, UTC).date().isoformat()

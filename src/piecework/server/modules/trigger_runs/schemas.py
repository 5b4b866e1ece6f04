"""What travels about trigger runs."""

from enum import StrEnum
from typing import Any, Literal

from typing_extensions import TypedDict

from piecework.server.kernel.http import IdText, PageQuery, Query


class TriggerRunStatus(StrEnum):
    """How a trigger run ended; the wire's names."""

    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"


class TriggerRun(TypedDict):
    """One poll of a trigger, one renewal of its webhook, or one attempt to enable a trigger that did not listen (`ENABLE`).

    `items`: runs that it began; `waiting`: items that it left for later polls.
    """

    id: str
    created: str
    updated: str
    projectId: str
    flowId: str
    flowVersionId: str
    type: Literal["POLL", "RENEW", "ENABLE"]
    status: TriggerRunStatus
    items: int
    waiting: int
    error: str | None
    durationMs: int
    nextRunAt: str | None


class TriggerHealth(TypedDict):
    """How the trigger of a flow does. `nextRunAt` null: the clock does not call it. `failures`: those since it last went well;
    `failingSince`: when the first of them was. `listening` false of an enabled flow: the trigger could not be enabled at its sender;
    `nextRunAt` is when that is tried again."""

    flowId: str
    listening: bool
    type: str | None
    pieceName: str | None
    triggerName: str | None
    schedule: dict[str, Any] | None
    nextRunAt: str | None
    failures: int
    failingSince: str | None
    waiting: int
    lastRun: TriggerRun | None
    lastError: TriggerRun | None


class TriggerFailures(TypedDict):
    """Since when and how often in a row the trigger of a flow has failed, and how it did last: the beginning of its error.

    `failures` 0, the others null: it works.
    """

    flowId: str
    projectId: str
    failures: int
    failingSince: str | None
    error: str | None


class FailingTriggers(TypedDict):
    """The triggers of a project that fail, those first that began to fail last."""

    data: list[TriggerFailures]


class DailyStats(TypedDict):
    """Trigger runs of one day."""

    success: int
    failure: int


class PieceTriggerStatus(TypedDict):
    """Trigger runs of a piece, by day (YYYY-MM-DD, UTC)."""

    dailyStats: dict[str, DailyStats]
    totalRuns: int


class TriggerStatusReport(TypedDict):
    """Trigger runs of a platform's projects, by piece."""

    pieces: dict[str, PieceTriggerStatus]


class TriggerRunQuery(PageQuery):
    """Whose trigger runs to list."""

    project_id: IdText
    flow_id: IdText


class FailingTriggersQuery(Query):
    """Whose triggers to list."""

    project_id: IdText

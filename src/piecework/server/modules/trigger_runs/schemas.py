"""What travels about trigger runs."""

from enum import StrEnum
from typing import Any, Literal

from typing_extensions import TypedDict

from piecework.server.kernel.http import IdText, PageQuery


class TriggerRunStatus(StrEnum):
    """How a trigger run ended; the wire's names."""

    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"


class TriggerRun(TypedDict):
    """One poll of a trigger, or one renewal of its webhook. `items`: runs that it began; `waiting`: items that it left for later polls."""

    id: str
    created: str
    updated: str
    projectId: str
    flowId: str
    flowVersionId: str
    type: Literal["POLL", "RENEW"]
    status: TriggerRunStatus
    items: int
    waiting: int
    error: str | None
    durationMs: int
    nextRunAt: str | None


class TriggerHealth(TypedDict):
    """How the trigger of a flow does. `nextRunAt` null: the clock does not call it. `failures`: those since it last went well."""

    flowId: str
    listening: bool
    type: str | None
    pieceName: str | None
    triggerName: str | None
    schedule: dict[str, Any] | None
    nextRunAt: str | None
    failures: int
    waiting: int
    lastRun: TriggerRun | None
    lastError: TriggerRun | None


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

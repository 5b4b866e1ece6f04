"""Statuses of runs and steps, as they travel (spec/model.md §4)."""

from enum import StrEnum


class FlowRunStatus(StrEnum):
    """Where a run stands. QUEUED, RUNNING and PAUSED may still change; every other status is final."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    INTERNAL_ERROR = "INTERNAL_ERROR"
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    TIMEOUT = "TIMEOUT"
    MEMORY_LIMIT_EXCEEDED = "MEMORY_LIMIT_EXCEEDED"
    LOG_SIZE_EXCEEDED = "LOG_SIZE_EXCEEDED"
    CANCELED = "CANCELED"


UNFINISHED = frozenset({FlowRunStatus.QUEUED, FlowRunStatus.RUNNING, FlowRunStatus.PAUSED})
"""Statuses from which a run still moves on."""

FAILED_STATUSES = frozenset(
    {
        FlowRunStatus.FAILED,
        FlowRunStatus.INTERNAL_ERROR,
        FlowRunStatus.QUOTA_EXCEEDED,
        FlowRunStatus.TIMEOUT,
        FlowRunStatus.MEMORY_LIMIT_EXCEEDED,
        FlowRunStatus.LOG_SIZE_EXCEEDED,
    }
)
"""Statuses that answer a waiting webhook caller with 500 and that a retry accepts."""


class StepStatus(StrEnum):
    """Status of one step's output in the run log (the wire's StepOutputStatus)."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    PAUSED = "PAUSED"
    STOPPED = "STOPPED"


class RunEnvironment(StrEnum):
    """PRODUCTION runs are listed; TESTING runs come from the builder."""

    PRODUCTION = "PRODUCTION"
    TESTING = "TESTING"

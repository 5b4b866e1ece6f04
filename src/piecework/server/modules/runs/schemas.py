"""Requests of the runs API (spec/api.md §4)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, NotRequired

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from typing_extensions import TypedDict

from piecework.server.kernel.http import Body, IdText, PageQuery, PlainText, Query
from piecework.spec.run import FlowRunStatus, RunEnvironment

_INSTANT = r"^\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,20})?)?([Zz]|[+-]\d{2}:?\d{2})?)?$"
_LEAP_SECOND = re.compile(r"^(.{10}.\d{2}:\d{2}):60(?:\.\d+)?(.*)$")
MAX_SELECTED = 10_000
"""Runs that a bulk request may name."""


class RetryStrategy(StrEnum):
    """FROM_FAILED_STEP goes on in the same run; ON_LATEST_VERSION starts a new run with the old trigger's output."""

    ON_LATEST_VERSION = "ON_LATEST_VERSION"
    FROM_FAILED_STEP = "FROM_FAILED_STEP"


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def instant_of(text: str) -> datetime:
    """The moment that an ISO 8601 date or date and time names; without an offset it is UTC. Raises ValueError for one that is not in the calendar.

    RFC 3339 allows small letters and a leap second, which counts as the last microsecond before it. What an offset pushes out of the years 1 to
    9999 is held at their edge.
    """
    leap = _LEAP_SECOND.sub(r"\1:59.999999\2", text.upper())
    moment = datetime.fromisoformat(leap)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return (datetime.min if moment.year == 1 else datetime.max).replace(tzinfo=UTC)


def _checked_instant(text: str) -> str:
    try:
        instant_of(text)
    except ValueError:
        raise ValueError("Invalid ISO datetime") from None
    return text


Instant = Annotated[
    str,
    Field(pattern=_INSTANT),
    AfterValidator(_checked_instant),
    WithJsonSchema({"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]}),
]
"""A date or a moment in ISO 8601, as it was sent; ``instant_of`` reads it."""


class RunFilter(Query):
    """Which runs of a project are meant; every condition that is given must hold."""

    project_id: IdText
    flow_id: list[IdText] | None = Field(None, description="Runs of these flows.")
    tags: list[PlainText] | None = Field(None, description="Runs that have one of these tags.")
    status: list[FlowRunStatus] | None = Field(None, description="Runs in one of these statuses.")
    created_after: Instant | None = Field(None, description="Runs created at or after this moment.")
    created_before: Instant | None = Field(None, description="Runs created at or before this moment.")
    failed_step_name: PlainText | None = Field(None, description="Runs that failed in the step of this name.")
    failed_step_message: PlainText | None = Field(None, description="Runs whose failure's message contains this text, in any case.")
    flow_run_ids: list[IdText] | None = Field(None, description="These runs.")
    parent_run_id: IdText | None = Field(None, description="Runs that this run started.")
    include_archived: bool = Field(False, description="Also runs that were archived.")
    environment: RunEnvironment = Field(RunEnvironment.PRODUCTION, description="TESTING: runs that the builder started to try a flow.")


class RunListQuery(RunFilter, PageQuery):
    """The list's filter and page."""


class CountQuery(Query):
    """Runs of a project by status, created in a span of time."""

    project_id: IdText
    created_after: Instant | None = None
    created_before: Instant | None = None


class Interval(StrEnum):
    """How long the spans are by which runs are counted. They begin at full minutes, hours and days in UTC."""

    MINUTE = "MINUTE"
    HOUR = "HOUR"
    DAY = "DAY"

    @property
    def text(self) -> tuple[int, str]:
        """How much of a timestamp's text names the span, and what makes its beginning of that."""
        return _INTERVAL_TEXTS[self]

    @property
    def seconds(self) -> int:
        """Its length."""
        return _INTERVAL_SECONDS[self]


_INTERVAL_TEXTS = {Interval.MINUTE: (16, ":00.000Z"), Interval.HOUR: (13, ":00:00.000Z"), Interval.DAY: (10, "T00:00:00.000Z")}
_INTERVAL_SECONDS = {Interval.MINUTE: 60, Interval.HOUR: 3_600, Interval.DAY: 86_400}
MAX_INTERVALS = 1_500
"""Intervals that one answer counts by: a day of minutes, two months of hours, four years of days."""


class StatisticsQuery(RunFilter):
    """The list's filter, with a beginning, and the intervals to count by."""

    created_after: Instant = Field(description="Runs created at or after this moment.")  # type: ignore[assignment]
    interval: Interval = Field(description=f"What to count by; {MAX_INTERVALS:,} intervals at the most.")


class RetryBody(Body):
    """Retry one run."""

    project_id: IdText
    strategy: Annotated[RetryStrategy, Field(strict=False)]


class RunSelection(Body):
    """Which runs a bulk action takes: by id, or by filter, less the excluded ones."""

    project_id: IdText
    flow_run_ids: Annotated[list[IdText], Field(max_length=MAX_SELECTED)] | None = None
    exclude_flow_run_ids: Annotated[list[IdText], Field(max_length=MAX_SELECTED)] | None = None
    status: Annotated[list[Annotated[FlowRunStatus, Field(strict=False)]] | None, BeforeValidator(_as_list)] = None
    flow_id: Annotated[Annotated[list[IdText], Field(max_length=MAX_SELECTED)] | None, BeforeValidator(_as_list)] = None
    tags: Annotated[Annotated[list[PlainText], Field(max_length=MAX_SELECTED)] | None, BeforeValidator(_as_list)] = None
    created_after: Instant | None = None
    created_before: Instant | None = None
    failed_step_name: PlainText | None = None
    failed_step_message: PlainText | None = None
    environment: Annotated[RunEnvironment, Field(strict=False)] | None = None
    """Production runs, unless it says TESTING."""


class BulkRetryBody(RunSelection):
    """Retry many runs."""

    strategy: Annotated[RetryStrategy, Field(strict=False)]


class FailedStepView(TypedDict):
    """The step that ended the run; ``message`` is cut at 700 characters."""

    name: str
    displayName: str
    message: str


class WaitpointView(TypedDict):
    """Something that a run waits for: a moment (DELAY) or a call (WEBHOOK), until ``until`` at the latest; null: without end.

    ``step`` has the loops around it: ``loop_1:3/approval`` waits in the third iteration. Whoever knows the ``id`` can let the run go on
    (``/flow-runs/{id}/waitpoints/{waitpointId}``), so only those who may act on the project's runs are told.
    """

    id: str
    type: str
    step: str
    createdAt: str
    until: str | None


class FlowRunView(TypedDict):
    """A run as it travels. ``steps`` is there when one run is read, ``flowVersion`` in lists and single reads, and its ``displayName`` in lists.

    ``waitpoints``, an addition to Activepieces' API: what a paused run in a list waits for, ten of them at the most.
    """

    id: str
    created: str
    updated: str
    projectId: str
    flowId: str
    flowVersionId: str
    environment: str
    logsFileId: str | None
    parentRunId: str | None
    failParentOnFailure: bool
    status: str
    tags: list[str]
    startTime: str | None
    triggeredBy: str | None
    finishTime: str | None
    failedStep: FailedStepView | None
    archivedAt: str | None
    stepNameToTest: str | None
    stepsCount: int
    pauseMetadata: dict[str, Any] | None
    flowVersion: NotRequired[dict[str, Any]]
    displayName: NotRequired[str | None]
    steps: NotRequired[dict[str, Any]]
    waitpoints: NotRequired[list[WaitpointView]]


class StatusCount(TypedDict):
    """How many runs are in a status."""

    status: str
    count: int


class StatusCounts(TypedDict):
    """The counts of all statuses that occur."""

    data: list[StatusCount]


class TimeCount(TypedDict):
    """Runs that were created in one interval, by status."""

    start: str
    counts: dict[str, int]


class FailureCount(TypedDict):
    """Runs that failed in the same way: in the same step of the same flow, with the same status. The step and its message are the last one's."""

    flowId: str
    flowDisplayName: str | None
    status: str
    failedStep: FailedStepView | None
    count: int
    lastRunId: str
    lastCreated: str


class RunStatistics(TypedDict):
    """``times``: intervals in which there were runs, earliest first. ``failures``: the fifty most frequent, most frequent first."""

    times: list[TimeCount]
    failures: list[FailureCount]


class WaitView(TypedDict):
    """What a paused run waits for: a moment (DELAY) or a call (WEBHOOK), until ``until`` at the latest. ``step``: its place."""

    type: str
    step: str
    until: str


class TurnView(TypedDict):
    """One turn of a worker: from the queue to the run's end or pause. ``lives``: above 1, so many workers had it before one brought it to its end.

    ``waitsFor``: what the run began to wait for when the turn ended; ``alsoWaitsFor``: the same of further steps, where parts ran at the same time.
    """

    kind: str
    queuedAt: str
    claimedAt: str | None
    endedAt: str | None
    status: str
    lives: int
    waitsFor: WaitView | None
    alsoWaitsFor: list[WaitView]


class LegView(TypedDict):
    """One attempt at a step, in milliseconds. ``errorId`` is the one under which the server's log and its traces speak of it."""

    startedAt: str | None
    duration: float | None
    status: str
    attempt: int
    errorMessage: NotRequired[str]
    errorId: NotRequired[str]


class StepTimeline(TypedDict):
    """A step's legs, earliest first. ``name`` has the loops around it: ``loop_1:3/step_2`` is in the third iteration."""

    name: str
    type: str
    legs: list[LegView]


class UndeliveredResponse(TypedDict):
    """A response that no caller got: NOBODY_WAITS (any more), ANSWERED_BEFORE, or OTHER_PIECE than the trigger's, which alone may answer."""

    at: str
    step: str
    status: int
    reason: str


class RunTimeline(TypedDict):
    """A run in time.

    ``waitpoints``: what it waits for now, oldest first; a run that is not PAUSED may have some while other parts of it work. ``leftOut``: steps,
    legs and responses beyond what is listed.
    """

    runId: str
    status: str
    queuedAt: str
    startedAt: str | None
    finishedAt: str | None
    turns: list[TurnView]
    steps: list[StepTimeline]
    undelivered: list[UndeliveredResponse]
    waitpoints: list[WaitpointView]
    leftOut: int

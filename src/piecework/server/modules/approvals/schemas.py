"""What is known of a request for approval."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    """Where a request for approval stands."""

    OPEN = "open"
    NOT_YET = "not_yet"
    """The run has not come to the step that waits."""
    ANSWERED = "answered"
    EXPIRED = "expired"
    OVER = "over"
    """The run ended before anybody answered, or its waitpoint is past retention."""
    UNKNOWN = "unknown"
    """There is no such run."""


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """A request for approval. ``flow`` and ``step`` are display names, empty where they are not known (any more).

    ``waitpoint_id``: what an answer is an answer to; None where nothing is asked.
    """

    stage: Stage
    platform: str = "Piecework"
    flow: str = ""
    step: str = ""
    asked: datetime | None = None
    until: datetime | None = None
    waitpoint_id: str | None = None

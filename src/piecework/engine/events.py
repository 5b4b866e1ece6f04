"""Events: what happened, past tense. Every event carries ``at``, the moment in milliseconds since 1970, for durations."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from piecework.engine.commands import Finish, PartOver, Pause, Response
from piecework.spec.run import FlowRunStatus


class OutcomeKind(StrEnum):
    """What a step's hooks left behind (design/architecture.md §3, "Hooks do not act, they are recorded")."""

    NONE = "none"
    RESPOND = "respond"
    STOPPED = "stopped"
    PAUSED = "paused"


class RunStarted(NamedTuple):
    """The trigger gave ``payload``; the first action is next."""

    payload: Any
    at: float


class RunRestored(NamedTuple):
    """The run continues from steps that an earlier life recorded (crash, resume, retry); see ``state.restore``."""

    at: float


class ExpressionsEvaluated(NamedTuple):
    """``answers``: (kind, text) of each question → value; UNDEFINED where it failed or does not exist."""

    answers: Mapping[tuple[str, str], Any]
    at: float


class StepSucceeded(NamedTuple):
    """``duration`` in milliseconds; ``logs`` is what a code step printed."""

    output: Any
    at: float
    duration: float
    outcome: OutcomeKind = OutcomeKind.NONE
    response: Response | None = None
    pause: Any = None
    logs: str = ""
    tags: tuple[str, ...] = ()


class StepFailed(NamedTuple):
    """``message`` is the error record as stored. ``final``: no retry and no continuing can help (a connection is gone, the run was stopped).
    ``anew``: a retry of a step that was resumed begins it from the start, for what it waited for will not come.

    ``error``: its parts (see ``error_record``). ``ends``: how the run ends if it ends with this.

    ``kind`` and ``invalid`` are for those who watch the engine, who must not see values: the error's class, and the properties that did not fit.
    """

    message: str
    at: float
    duration: float
    final: bool = False
    logs: str = ""
    kind: str = ""
    invalid: tuple[str, ...] = ()
    anew: bool = False
    error: Mapping[str, Any] | None = None
    ends: FlowRunStatus = FlowRunStatus.FAILED


class RetryDue(NamedTuple):
    at: float


class Responded(NamedTuple):
    at: float


class PartStarted(NamedTuple):
    """A track of a fork is being driven."""

    at: float


class PartEnded(NamedTuple):
    """To the track that forked: ``part`` (``RunState.part``) is over, and this was its last command."""

    part: int
    verdict: PartOver | Pause | Finish
    at: float


Event = RunStarted | RunRestored | ExpressionsEvaluated | StepSucceeded | StepFailed | RetryDue | Responded | PartStarted | PartEnded

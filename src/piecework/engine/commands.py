"""Commands: what the engine asks the runner to do next. Imperative, executed outside, answered by an event (events.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from piecework.engine.expressions import Question
from piecework.engine.program import Node, WorkNode
from piecework.spec.run import FlowRunStatus

if TYPE_CHECKING:
    from piecework.engine.state import RunState

StepPath = tuple[tuple[str, int], ...]
"""The loops around a step, outermost first: (loop name, 0-based iteration). Empty on the flow's own level."""


class Response(NamedTuple):
    """What the caller of a synchronous webhook gets. Defaults as on the wire: 200, an empty object, no headers."""

    status: int = 200
    body: Any = {}  # noqa: RUF012 - the wire's default; nobody changes a response
    headers: Mapping[str, str] = {}


class EvaluateExpressions(NamedTuple):
    """Answer these questions and report ExpressionsEvaluated. ``scope``: the variables that the questions name; ``node``: the step that asks."""

    questions: Sequence[Question]
    scope: Mapping[str, Any]
    node: Node | None = None


class ExecuteStep(NamedTuple):
    """Do a step's work and report StepSucceeded or StepFailed.

    ``input`` is resolved; ``stored_input`` is the same with secrets censored, for logs. ``attempt`` counts from 1.
    ``resume_payload`` is present only when the step continues after a pause (``resumed``).
    """

    node: WorkNode
    path: StepPath
    input: Any
    stored_input: Any
    attempt: int
    resumed: bool
    resume_payload: Any


class WaitForRetry(NamedTuple):
    """Wait without holding a worker slot, then report RetryDue."""

    seconds: float
    node: WorkNode
    path: StepPath
    attempt: int


class Respond(NamedTuple):
    """Give the waiting caller this response, then report Responded."""

    response: Response


class PausedStep(NamedTuple):
    """A step that waits; ``pause`` is what it asked for, opaque to the engine.

    ``asleep``: it has waited since an earlier turn of the run, has its waitpoint already and was not executed now; its ``pause`` is None.
    """

    node: WorkNode
    path: StepPath
    pause: Any
    asleep: bool = False


class Pause(NamedTuple):
    """Put the run to sleep until one of its waitpoints completes. Several steps wait only where parts ran at the same time; in their order."""

    steps: tuple[PausedStep, ...]


class Fork(NamedTuple):
    """Drive each of these tracks from PartStarted on, beside those that are being driven already, and report PartEnded when one of them all ends.

    None: just wait for the next that ends. A track's last command is PartOver, Pause or Finish.
    """

    tracks: tuple[RunState, ...]


class PartOver(NamedTuple):
    """A part has come to its end; not ``done``: it went no further, because another part has ended the run."""

    done: bool


class FailedStep(NamedTuple):
    name: str
    display_name: str
    message: str


class Finish(NamedTuple):
    """The run is over. ``response`` is there when the last step answers the caller."""

    status: FlowRunStatus
    failed_step: FailedStep | None = None
    response: Response | None = None


Command = EvaluateExpressions | ExecuteStep | WaitForRetry | Respond | Fork | PartOver | Pause | Finish

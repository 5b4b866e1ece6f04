"""The state of one run: what has been done, where it stands, and what is visible to expressions.

A state belongs to one driver at a time and ``advance`` changes it in place: copying it for every step would make a run's cost grow with the square
of its length. ``restore`` rebuilds it from what a journal or a run log recorded; that is the only way a state survives its process.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

from piecework.engine.commands import StepPath
from piecework.engine.program import Branch, LoopNode, Node, RouterNode

RETRY_DELAYS = (4.0, 8.0, 16.0)
"""Seconds before the second, third and fourth attempt (spec/engine.md §4), unless the driver sets ``RunState.retry_delays``."""

StepRecord = dict[str, Any]
"""One step's entry in the run log: {type, status, input, output, duration, errorMessage?} (spec/engine.md §3).

Piecework's additions, all optional: ``startedAt``, milliseconds since 1970, ``attempts``, above 1, of a step that was retried, and ``error``, the
parts of a failure (``error_record``).
"""


class Waiting(Enum):
    """What the engine waits for; each command sets it and only the fitting event is accepted."""

    START = auto()
    EXPRESSIONS = auto()
    STEP = auto()
    RETRY = auto()
    RESPONDED = auto()
    RESUME = auto()
    NOTHING = auto()


class LoopFrame:
    """An open loop: its items, the iteration that runs, and the level outside that it returns to."""

    __slots__ = ("container", "index", "items", "iterations", "names", "node", "restored", "restored_iterations", "started_at")

    def __init__(self, node: LoopNode, items: list[Any], container: dict[str, StepRecord], restored: Mapping[str, Any], at: float) -> None:
        self.node = node
        self.items = items
        self.index = -1
        self.iterations: list[dict[str, StepRecord]] = []
        self.container = container
        self.restored = restored
        record = restored.get(node.name) or {}
        self.restored_iterations: list[Mapping[str, Any]] = (record.get("output") or {}).get("iterations") or []
        self.names: list[str] = []
        self.started_at = at


class RouterFrame:
    """An open router: the matching branches that are still to run."""

    __slots__ = ("node", "pending")

    def __init__(self, node: RouterNode, pending: list[Branch]) -> None:
        self.node = node
        self.pending = pending


class BranchFrame:
    """The success or failure branch of a step that continues on failure; afterwards the run goes on behind the step."""

    __slots__ = ("node",)

    def __init__(self, node: Node) -> None:
        self.node = node


class RunState:
    """See the module.

    ``steps`` is the run log in the making. ``changes`` lists the records made since the driver last took them for the journal.
    ``steps_count`` counts work steps that succeeded or paused, as the wire does.
    """

    __slots__ = (
        "answers",
        "attempt",
        "changes",
        "container",
        "frames",
        "input",
        "node",
        "only",
        "rerun_failed",
        "responded",
        "restored",
        "resume_payload",
        "resume_step",
        "retry_delays",
        "scope",
        "steps",
        "steps_count",
        "stored_input",
        "tags",
        "waiting",
    )

    def __init__(self) -> None:
        self.steps: dict[str, StepRecord] = {}
        self.changes: list[tuple[StepPath, str, StepRecord]] = []
        self.container = self.steps
        self.restored: Mapping[str, Any] = {}
        self.scope: dict[str, Any] = {}
        self.frames: list[LoopFrame | RouterFrame | BranchFrame] = []
        self.node: Node | None = None
        self.answers: Mapping[tuple[str, str], Any] = {}
        self.attempt = 1
        self.input: Any = None
        self.stored_input: Any = None
        self.waiting = Waiting.START
        self.responded = False
        self.rerun_failed = False
        self.resume_step: tuple[StepPath, str] | None = None
        self.resume_payload: Any = None
        self.only: str | None = None
        self.steps_count = 0
        self.tags: dict[str, None] = {}
        self.retry_delays: tuple[float, ...] = RETRY_DELAYS

    @property
    def path(self) -> StepPath:
        """The loops around the current step."""
        return tuple((frame.node.name, frame.index) for frame in self.frames if isinstance(frame, LoopFrame))

    def record(self, name: str, record: StepRecord, *, known: bool = False) -> None:
        """Put a step's record into the log of the current level, and remember it for the journal and for the end of the iteration.

        ``known``: the journal has it already, from an earlier life of the run.
        """
        self.container[name] = record
        if not known:
            self.changes.append((self.path if self.frames else (), name, record))
        if self.frames:
            for frame in reversed(self.frames):
                if isinstance(frame, LoopFrame):
                    frame.names.append(name)
                    break


def restore(
    steps: Mapping[str, Any],
    *,
    rerun_failed: bool = False,
    resume_step: tuple[StepPath, str] | None = None,
    resume_payload: Any = None,
    responded: bool = False,
) -> RunState:
    """A state that continues from recorded steps; report RunRestored to it.

    Steps recorded as SUCCEEDED are taken over and never executed again. Steps recorded as FAILED (a failure that the flow continued over) are taken
    over too, unless ``rerun_failed`` (retry from the failed step). RUNNING and PAUSED ones run again; the one at ``resume_step`` gets the payload.

    :param steps: the run log, as ``RunState.steps`` or a journal's fold gives it; with the trigger's record.
    """
    state = RunState()
    state.restored = steps
    state.rerun_failed = rerun_failed
    state.resume_step = resume_step
    state.resume_payload = resume_payload
    state.responded = responded
    return state


def single_step(name: str, samples: Mapping[str, Any]) -> RunState:
    """A state that runs just the step ``name`` (the builder's step test); report RunRestored to it.

    Variables come from sample data; a loop around the step shows its sample's first item; retries and continuing on failure are off.
    """
    state = RunState()
    state.scope = dict(samples)
    state.only = name
    return state

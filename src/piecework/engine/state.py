"""The state of one run: what has been done, where it stands, and what is visible to expressions.

A state belongs to one driver at a time and ``advance`` changes it in place: copying it for every step would make a run's cost grow with the square
of its length. ``restore`` rebuilds it from what a journal or a run log recorded; that is the only way a state survives its process.

Where the parts of a loop or a router run at the same time, each has a state of its own, a *track*, and all of them share the run's log.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto
from typing import Any

from piecework.engine.commands import Finish, PartOver, Pause, StepPath
from piecework.engine.events import StepFailed
from piecework.engine.program import Branch, LoopNode, Node, RouterNode
from piecework.spec.flow import ActionType
from piecework.spec.run import StepStatus

RETRY_DELAYS = (4.0, 8.0, 16.0)
"""Seconds before the second, third and fourth attempt (spec/engine.md §4), unless the driver sets ``RunLog.retry_delays``."""

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
    PARTS = auto()
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


class ForkFrame:
    """An open loop or router whose parts run at the same time, each on a track of its own.

    ``parts`` are the loop's items or the router's matching branches; ``begun`` of them have begun, ``running`` have not ended, ``limit`` at the most.
    ``tracks`` by part: those that may still be looked at. ``verdicts`` by part: how it ended, unless it came to its end.
    ``loop`` is what a loop knows of itself, None for a router.
    """

    __slots__ = ("begun", "limit", "loop", "node", "parts", "running", "tracks", "verdicts")

    def __init__(self, node: LoopNode | RouterNode, parts: Sequence[Any], limit: int, loop: LoopFrame | None = None) -> None:
        self.node = node
        self.parts = parts
        self.limit = limit
        self.loop = loop
        self.begun = 0
        self.running = 0
        self.tracks: dict[int, RunState] = {}
        self.verdicts: dict[int, PartOver | Pause | Finish] = {}


class RunLog:
    """What all tracks of a run share.

    ``steps`` is the run log in the making. ``changes`` lists the records made since the driver last took them for the journal; ``held`` those that
    are true only together with the end of the turn (a part stopped, failed or paused) and must not be in the journal before it.
    ``steps_count`` counts work steps that succeeded or paused, as the wire does. ``halted``: a part has ended the run, the others go no further.
    """

    __slots__ = ("changes", "halted", "held", "responded", "retry_delays", "steps", "steps_count", "tags")

    def __init__(self) -> None:
        self.steps: dict[str, StepRecord] = {}
        self.changes: list[tuple[StepPath, str, StepRecord]] = []
        self.held: list[tuple[StepPath, str, StepRecord]] = []
        self.tags: dict[str, None] = {}
        self.steps_count = 0
        self.responded = False
        self.halted = False
        self.retry_delays: tuple[float, ...] = RETRY_DELAYS


class RunState:
    """See the module. ``part`` is a track's number in its fork, None for the run's own track; ``prefix`` the loops around all of the track.

    ``keep_asleep``: steps that are recorded as PAUSED have waitpoints of their own and sleep on.
    """

    __slots__ = (
        "answers",
        "attempt",
        "container",
        "failure",
        "frames",
        "input",
        "keep_asleep",
        "log",
        "node",
        "only",
        "part",
        "prefix",
        "rerun_failed",
        "restored",
        "resume_payload",
        "resume_step",
        "scope",
        "stored_input",
        "waiting",
    )

    def __init__(self, log: RunLog | None = None) -> None:
        self.log = RunLog() if log is None else log
        self.part: int | None = None
        self.prefix: StepPath = ()
        self.container = self.log.steps
        self.restored: Mapping[str, Any] = {}
        self.scope: dict[str, Any] = {}
        self.frames: list[LoopFrame | RouterFrame | BranchFrame | ForkFrame] = []
        self.node: Node | None = None
        self.answers: Mapping[tuple[str, str], Any] = {}
        self.attempt = 1
        self.failure: StepFailed | None = None
        self.input: Any = None
        self.stored_input: Any = None
        self.waiting = Waiting.START
        self.rerun_failed = False
        self.keep_asleep = False
        self.resume_step: tuple[StepPath, str] | None = None
        self.resume_payload: Any = None
        self.only: str | None = None

    @property
    def steps(self) -> dict[str, StepRecord]:
        """The run log in the making."""
        return self.log.steps

    @steps.setter
    def steps(self, steps: dict[str, StepRecord]) -> None:
        self.log.steps = steps

    @property
    def changes(self) -> list[tuple[StepPath, str, StepRecord]]:
        """See ``RunLog``."""
        return self.log.changes

    @changes.setter
    def changes(self, changes: list[tuple[StepPath, str, StepRecord]]) -> None:
        self.log.changes = changes

    @property
    def tags(self) -> dict[str, None]:
        """The run's tags, in their order."""
        return self.log.tags

    @property
    def steps_count(self) -> int:
        """See ``RunLog``."""
        return self.log.steps_count

    @property
    def responded(self) -> bool:
        """A step has answered the waiting caller."""
        return self.log.responded

    @property
    def path(self) -> StepPath:
        """The loops around the current step."""
        return self.prefix + tuple((frame.node.name, frame.index) for frame in self.frames if isinstance(frame, LoopFrame))

    def record(self, name: str, record: StepRecord, *, known: bool = False, held: bool = False) -> None:
        """Put a step's record into the log of the current level, and remember it for the journal and for the end of the iteration.

        ``known``: the journal has it already, from an earlier life of the run. ``held``: see ``RunLog``.
        """
        self.container[name] = record
        if not known:
            log = self.log
            (log.held if held else log.changes).append((self.path if self.frames else self.prefix, name, record))
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
    over too, unless ``rerun_failed`` (retry from the failed step). RUNNING and PAUSED ones run again; the one at ``resume_step`` gets the payload,
    and where there is one, other PAUSED ones sleep on: each has a waitpoint of its own.

    :param steps: the run log, as ``RunState.steps`` or a journal's fold gives it; with the trigger's record.
    """
    state = RunState()
    state.restored = steps
    state.rerun_failed = rerun_failed
    state.resume_step = resume_step
    state.resume_payload = resume_payload
    state.keep_asleep = resume_step is not None
    state.log.responded = responded
    return state


def single_step(name: str, samples: Mapping[str, Any]) -> RunState:
    """A state that runs just the step ``name`` (the builder's step test); report RunRestored to it.

    Variables come from sample data; a loop around the step shows its sample's first item; retries and continuing on failure are off.
    """
    state = RunState()
    state.scope = dict(samples)
    state.only = name
    return state


def carried_over(records: Mapping[str, StepRecord]) -> dict[str, StepRecord]:
    """What the log shows of a part that has not begun in this life of the run: what earlier ones recorded.

    Without the steps that were being executed when a life ended: of those nobody knows. A loop that was open has FAILED, should the run end so.
    """
    shown: dict[str, StepRecord] = {}
    for name, record in records.items():
        if record["type"] == ActionType.LOOP_ON_ITEMS:
            output = record.get("output") or {}
            iterations = [carried_over(iteration) for iteration in output.get("iterations") or ()]
            status = StepStatus.FAILED if record["status"] == StepStatus.RUNNING else record["status"]
            shown[name] = {**record, "status": status, "output": {**output, "iterations": iterations}}
        elif record["status"] != StepStatus.RUNNING:
            shown[name] = record
    return shown


def tracks_under_way(state: RunState) -> Iterator[RunState]:
    """The tracks on which something is being done or waited for, in the order of their parts; the run's own where nothing is parallel."""
    if state.waiting is Waiting.PARTS:
        frame = state.frames[-1]
        assert isinstance(frame, ForkFrame)
        for part in sorted(frame.tracks):
            yield from tracks_under_way(frame.tracks[part])
    elif state.waiting is not Waiting.RESUME and state.waiting is not Waiting.NOTHING:
        yield state

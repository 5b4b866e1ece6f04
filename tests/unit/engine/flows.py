"""Small builders of step trees, and a driver that plays a run against scripted steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from piecework.engine.advance import advance
from piecework.engine.commands import (
    Command,
    EvaluateExpressions,
    ExecuteStep,
    Finish,
    Fork,
    PartOver,
    Pause,
    PausedStep,
    Respond,
    WaitForRetry,
)
from piecework.engine.events import (
    Event,
    ExpressionsEvaluated,
    PartEnded,
    PartStarted,
    Responded,
    RetryDue,
    RunStarted,
    StepFailed,
    StepSucceeded,
)
from piecework.engine.program import Program, compile_program
from piecework.engine.state import RunState
from piecework.spec.flow import Step


def trigger(*steps: Step) -> Step:
    return {
        "name": "trigger",
        "type": "PIECE_TRIGGER",
        "displayName": "Trigger",
        "valid": True,
        "settings": {"pieceName": "@activepieces/piece-webhook", "triggerName": "catch_webhook", "input": {}},
        **({"nextAction": chain(*steps)} if steps else {}),
    }


def chain(*steps: Step) -> Step:
    """The steps one behind the other."""
    tail: Step | None = None
    for step in reversed(steps):
        tail = {**step, **({"nextAction": tail} if tail else {})}
    assert tail is not None
    return tail


def piece(name: str, value: Any = None, *, retry: bool = False, go_on: bool = False, skip: bool = False, **extra: Any) -> Step:
    """A piece step whose input is ``{"value": value}``."""
    options = {"retryOnFailure": {"value": retry}, "continueOnFailure": {"value": go_on}}
    settings = {"pieceName": extra.pop("piece_name", "@activepieces/piece-webhook"), "pieceVersion": "0.1.0", "actionName": "echo"}
    settings |= {"input": {"value": value}, "errorHandlingOptions": options}
    return {"name": name, "type": "PIECE", "displayName": name.title(), "valid": True, "skip": skip, "settings": settings, **extra}


def loop(name: str, items: Any, *steps: Step, parallelism: int | None = None) -> Step:
    inner = {"firstLoopAction": chain(*steps)} if steps else {}
    settings = {"items": items} | ({} if parallelism is None else {"parallelism": parallelism})
    return {"name": name, "type": "LOOP_ON_ITEMS", "displayName": name, "valid": True, "settings": settings, **inner}


def condition(first: Any, operator: str, second: Any = None) -> dict[str, Any]:
    return {"firstValue": first, "operator": operator, "secondValue": second}


def router(name: str, branches: list[tuple[Any, Step | None]], *, first_match: bool = True, parallel: bool = False) -> Step:
    """Branches as (condition or None for the fallback, child)."""
    settings = {
        "branches": [
            {"branchName": f"b{index}", "branchType": "CONDITION", "conditions": [[when]]}
            if when
            else {"branchName": "Otherwise", "branchType": "FALLBACK"}
            for index, (when, _) in enumerate(branches)
        ],
        "executionType": "EXECUTE_FIRST_MATCH" if first_match else "EXECUTE_ALL_MATCH",
    }
    if parallel:
        settings["parallel"] = True
    children = [child for _, child in branches]
    return {"name": name, "type": "ROUTER", "displayName": name, "valid": True, "settings": settings, "children": children}


Script = Callable[[ExecuteStep], StepSucceeded | StepFailed]
Last = Finish | Pause | PartOver


def echo(command: ExecuteStep) -> StepSucceeded:
    """The step's output is its input's value."""
    return StepSucceeded(command.input["value"], at=0, duration=1)


def place_of(command: ExecuteStep | PausedStep) -> str:
    """The step's name with the loops around it: ``loop:0/step``."""
    return "/".join([*(f"{name}:{index}" for name, index in command.path), command.node.name])


class PlayedTrack:
    """A track that is being played. ``command`` None: it has not begun."""

    def __init__(self, state: RunState, parent: PlayedTrack | None) -> None:
        self.state = state
        self.parent = parent
        self.command: Command | None = None
        self.begun = False
        """The step's work has begun."""


class Player:
    """Plays a run, one thing after the other: ``choose`` says, of so many tracks, which one moves next; the first, unless it says otherwise.

    ``executed`` lists the steps whose work began, with their loops' iterations; ``in_flight`` those of them whose work has not ended.
    """

    def __init__(
        self,
        tree: Step,
        script: Script = echo,
        *,
        choose: Callable[[int], int] = lambda count: 0,
        on_begin: Callable[[ExecuteStep], None] = lambda command: None,
        **options: Any,
    ) -> None:
        self.program: Program = compile_program(tree, **options)
        self.script = script
        self.state = RunState()
        self.executed: list[str] = []
        self.in_flight: list[str] = []
        self.waits: list[float] = []
        self.responses: list[Any] = []
        self.commanded: list[str] = []
        self.commanded_at_the_end: list[str] | None = None
        """The steps that were to be executed when a part ended the run."""
        self.most_at_once = 0
        self._choose = choose
        self._on_begin = on_begin

    def play(
        self, payload: Any = None, *, event: Event | None = None, stop_after: int | None = None, moves: int | None = None
    ) -> Finish | Pause | None:
        """Until the run ends or pauses, or None after ``stop_after`` executed steps or so many moves (the process died)."""
        self._tracks = [PlayedTrack(self.state, None)]
        last = self._take(self._tracks[0], advance(self.program, self.state, event or RunStarted(payload, 0)))
        while last is None:
            if moves is not None:
                moves -= 1
                if moves < 0:
                    return None
            able = [track for track in self._tracks if not isinstance(track.command, Fork)]
            track = able[self._choose(len(able))]
            command = track.command
            if isinstance(command, ExecuteStep) and not track.begun:
                if stop_after is not None and len(self.executed) >= stop_after:
                    return None
                self._begin(track, command)
                continue
            last = self._take(track, advance(self.program, track.state, self._answer(track)))
        assert not isinstance(last, PartOver)
        return last

    def _begin(self, track: PlayedTrack, command: ExecuteStep) -> None:
        track.begun = True
        self.executed.append(place_of(command))
        self.in_flight.append(place_of(command))
        self.most_at_once = max(self.most_at_once, len(self.in_flight))
        self._on_begin(command)

    def _answer(self, track: PlayedTrack) -> Event:
        match track.command:
            case None:
                return PartStarted(0)
            case ExecuteStep() as command:
                event = self.script(command)
                self.in_flight.remove(place_of(command))
                track.begun = False
                return event
            case WaitForRetry() as command:
                self.waits.append(command.seconds)
                return RetryDue(0)
            case Respond() as command:
                self.responses.append(command.response)
                return Responded(0)
            case EvaluateExpressions() as command:
                return ExpressionsEvaluated({(q.kind, q.text): None for q in command.questions}, 0)
            case other:
                raise AssertionError(other)

    def _take(self, track: PlayedTrack, command: Command) -> Last | None:
        """Take a track's next command; gives the last command of the run's own track."""
        track.command = command
        if isinstance(command, ExecuteStep):
            self.commanded.append(place_of(command))
        elif isinstance(command, Fork):
            self._tracks += [PlayedTrack(part, track) for part in command.tracks]
        if not isinstance(command, Finish | Pause | PartOver):
            return None
        if track.parent is None:
            return command
        if isinstance(command, Finish) and self.commanded_at_the_end is None:
            self.commanded_at_the_end = list(self.commanded)
        self._tracks.remove(track)
        assert track.state.part is not None
        return self._take(track.parent, advance(self.program, track.parent.state, PartEnded(track.state.part, command, 0)))

    def outputs(self) -> dict[str, Any]:
        return {name: record.get("output") for name, record in self.state.steps.items()}

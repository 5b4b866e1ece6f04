"""Small builders of step trees, and a driver that plays a run against scripted steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from piecework.engine.advance import advance
from piecework.engine.commands import EvaluateExpressions, ExecuteStep, Finish, Pause, Respond, WaitForRetry
from piecework.engine.events import Event, ExpressionsEvaluated, Responded, RetryDue, RunStarted, StepFailed, StepSucceeded
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


def loop(name: str, items: Any, *steps: Step) -> Step:
    inner = {"firstLoopAction": chain(*steps)} if steps else {}
    return {"name": name, "type": "LOOP_ON_ITEMS", "displayName": name, "valid": True, "settings": {"items": items}, **inner}


def condition(first: Any, operator: str, second: Any = None) -> dict[str, Any]:
    return {"firstValue": first, "operator": operator, "secondValue": second}


def router(name: str, branches: list[tuple[Any, Step | None]], *, first_match: bool = True) -> Step:
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
    children = [child for _, child in branches]
    return {"name": name, "type": "ROUTER", "displayName": name, "valid": True, "settings": settings, "children": children}


Script = Callable[[ExecuteStep], StepSucceeded | StepFailed]


def echo(command: ExecuteStep) -> StepSucceeded:
    """The step's output is its input's value."""
    return StepSucceeded(command.input["value"], at=0, duration=1)


class Player:
    """Plays a run; ``executed`` lists the steps that were executed, with their loops' iterations."""

    def __init__(self, tree: Step, script: Script = echo, **options: Any) -> None:
        self.program: Program = compile_program(tree, **options)
        self.script = script
        self.state = RunState()
        self.executed: list[str] = []
        self.waits: list[float] = []
        self.responses: list[Any] = []

    def play(self, payload: Any = None, *, event: Event | None = None, stop_after: int | None = None) -> Finish | Pause | None:
        """Until the run ends or pauses, or None after ``stop_after`` executed steps (the process died)."""
        command = advance(self.program, self.state, event or RunStarted(payload, 0))
        while True:
            match command:
                case ExecuteStep():
                    if stop_after is not None and len(self.executed) >= stop_after:
                        return None
                    self.executed.append("/".join([*(f"{name}:{index}" for name, index in command.path), command.node.name]))
                    event = self.script(command)
                case WaitForRetry():
                    self.waits.append(command.seconds)
                    event = RetryDue(0)
                case Respond():
                    self.responses.append(command.response)
                    event = Responded(0)
                case EvaluateExpressions():
                    event = ExpressionsEvaluated({(q.kind, q.text): None for q in command.questions}, 0)
                case _:
                    return command
            command = advance(self.program, self.state, event)

    def outputs(self) -> dict[str, Any]:
        return {name: record.get("output") for name, record in self.state.steps.items()}

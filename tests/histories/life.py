"""One turn of a run against scripted outcomes, written down as the worker writes it, until it ends, pauses or crashes. Parts that run at the same
time move in turns.

An outcome is ``{"output"}``, ``{"error", "final"?}``, ``{"output", "pause": true | "again"}`` (again: although it was resumed),
``{"output", "respond": body}`` or ``{"output", "stop": true}``.
Outcomes are listed by the step's place, ``loop:0/step``; each execution takes the next, the last one again and again.
"""

from __future__ import annotations

from typing import Any

import orjson

from piecework.engine.commands import ExecuteStep, Finish, Pause, Response
from piecework.engine.events import OutcomeKind, RunRestored, RunStarted, StepFailed, StepSucceeded
from piecework.engine.state import restore
from piecework.engine.timeline import encode, fold
from piecework.spec.flow import Step
from tests.unit.engine.flows import Player, place_of

Steps = dict[str, Any]


class Crash(Exception):
    """The process is gone."""


class Life:
    """Plays one turn. ``journal``: its entries. Crashes when the step number ``crash_at`` (counted from 1) has been recorded as started,
    or, ``before_start``, when it is about to begin."""

    def __init__(
        self, flow: Step, outcomes: dict[str, list[dict[str, Any]]], *, crash_at: int | None = None, before_start: bool = False
    ) -> None:
        self.player = Player(flow, self._script, choose=self._next, on_begin=self._begin)
        self._moves = 0
        self.outcomes = outcomes
        self.taken: dict[str, int] = {}
        self.journal: list[bytes] = []
        self._crash_at = crash_at
        self._before_start = before_start

    def begin(self, payload: Any) -> Finish | Pause | None:
        """From the trigger. None: it crashed."""
        return self._play(payload, None)

    def go_on(self, kind: str, log: Steps, journal: list[bytes], payload: Any, resume: dict[str, Any] | None) -> Finish | Pause | None:
        """As ``Turn.prepare``: from the folded log and the journal on top of it."""
        steps = fold(journal, orjson.loads(orjson.dumps(log)))
        steps.setdefault("trigger", {"output": payload})
        at = None if resume is None else (tuple((loop, index) for loop, index in resume["path"]), resume["step"])
        self.player.state = restore(
            steps, rerun_failed=kind == "RETRY", resume_step=at, resume_payload=None if resume is None else resume["payload"]
        )
        return self._play(None, RunRestored(0))

    def _play(self, payload: Any, event: Any) -> Finish | Pause | None:
        try:
            verdict = self.player.play(payload, event=event or RunStarted(payload, 0))
        except Crash:
            return None
        assert verdict is not None
        return verdict

    def _write(self, *more: Any) -> None:
        state = self.player.state
        if state.changes or more:
            self.journal.append(encode([*state.changes, *more]))
            state.changes = []

    def _next(self, count: int) -> int:
        """Parts that run at the same time move in turns."""
        self._moves += 1
        return self._moves % count

    def _begin(self, command: ExecuteStep) -> None:
        crashes = len(self.player.executed) == self._crash_at
        if crashes and self._before_start:
            self.player.executed.pop()
            self._write()
            raise Crash
        running = {"type": command.node.kind, "status": "RUNNING", "input": command.stored_input}
        self._write((command.path, command.node.name, running))
        if crashes:
            raise Crash

    def _script(self, command: ExecuteStep) -> StepSucceeded | StepFailed:
        place = place_of(command)
        outcomes = self.outcomes.get(place) or [{"output": {"did": place}}]
        number = self.taken[place] = self.taken.get(place, -1) + 1
        outcome = outcomes[min(number, len(outcomes) - 1)]
        if "error" in outcome:
            return StepFailed(outcome["error"], 0, 1, final=outcome.get("final", False))
        kind, response = OutcomeKind.NONE, None
        if outcome.get("pause") == "again" or (outcome.get("pause") and not command.resumed):
            kind = OutcomeKind.PAUSED
        elif "respond" in outcome:
            kind, response = OutcomeKind.RESPOND, Response(body=outcome["respond"])
        elif outcome.get("stop"):
            kind = OutcomeKind.STOPPED
        output = {"resumed with": command.resume_payload} if command.resumed else outcome["output"]
        return StepSucceeded(output, 0, 1, outcome=kind, response=response)


def verdict_of(verdict: Finish | Pause) -> dict[str, Any]:
    """How a turn ended, as a history keeps it."""
    if isinstance(verdict, Pause):
        first, *others = ({"step": step.node.name, "path": [list(part) for part in step.path]} for step in verdict.steps)
        return {"status": "PAUSED", **first} | ({"others": others} if others else {})
    failed = verdict.failed_step
    return {"status": str(verdict.status), "failedStep": None if failed is None else failed.name}


def plain(steps: Any) -> Any:
    """Steps as JSON without times and attempts, which crashes change."""
    return _without_times(orjson.loads(orjson.dumps(steps)))


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_times(inner) for key, inner in value.items() if key not in ("duration", "startedAt", "attempts")}
    return [_without_times(inner) for inner in value] if isinstance(value, list) else value


def places(steps: Steps, prefix: str = "") -> set[str]:
    """Places of steps (pieces and code) that are recorded as succeeded."""
    done: set[str] = set()
    for name, record in steps.items():
        if record.get("type") in ("PIECE", "CODE") and record.get("status") == "SUCCEEDED":
            done.add(prefix + name)
        elif record.get("type") == "LOOP_ON_ITEMS":
            for index, iteration in enumerate((record.get("output") or {}).get("iterations") or []):
                done |= places(iteration, f"{prefix}{name}:{index}/")
    return done

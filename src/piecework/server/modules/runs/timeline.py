"""A run in time: when it waited, was driven and paused, and every leg of every step.

A leg is one attempt at a step, from its beginning to its end or pause. The last one of each step is its record in the run log; those before it stand
in the log's ``turns`` (``worker/history.py`` writes them).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from piecework.server.kernel.clock import iso_of
from piecework.server.kernel.ids import derived_id
from piecework.server.modules.runs.schemas import LegView, RunTimeline, StepTimeline, TurnView, WaitpointView
from piecework.server.ports.runs import JobKind, RunRow
from piecework.spec.flow import ActionType
from piecework.spec.run import StepStatus

MOST_STEPS = 2_000
"""Steps that one timeline lists; loops may hold a hundred thousand."""

MESSAGE_LIMIT = 700
WORK = frozenset({ActionType.PIECE.value, ActionType.CODE.value})
STEPS = frozenset(kind.value for kind in ActionType)


def error_id(run_id: str, step: str, started: float) -> str:
    """The id of a failed attempt: log, span and timeline derive the same one. ``started`` in milliseconds since 1970."""
    return derived_id("error", run_id, step, str(int(started)))


def timeline_of(
    run: RunRow,
    steps: Mapping[str, Any],
    turns: Sequence[Mapping[str, Any]],
    job: tuple[str, int] | None,
    waitpoints: list[WaitpointView],
) -> RunTimeline:
    """The timeline. ``steps`` and ``turns`` are the log's; ``job``: kind and due time (ms) of the job that the run has, if it has one;
    ``waitpoints``: what it waits for.
    """
    legs: dict[str, list[LegView]] = {}
    for turn in turns:
        for leg in turn.get("legs", ()):
            legs.setdefault(leg["step"], []).append(_kept_leg(leg))
    listed: list[StepTimeline] = []
    left_out = 0
    for name, record in _flat(steps, ""):
        if len(listed) < MOST_STEPS:
            listed.append(
                {"name": name, "type": record["type"], "legs": [*legs.get(name, ()), *_last_leg(run, name, record, legs.get(name))]}
            )
        else:
            left_out += 1
    views = [_turn(turn) for turn in turns]
    if job is not None and run.status in ("QUEUED", "RUNNING"):
        views.append(_open_turn(run, *job))
    return {
        "runId": run.id,
        "status": run.status,
        "queuedAt": run.created,
        "startedAt": run.start_time,
        "finishedAt": run.finish_time,
        "turns": views,
        "steps": listed,
        "undelivered": [response for turn in turns for response in turn.get("undelivered", ())],
        "waitpoints": waitpoints,
        "leftOut": left_out + sum(turn.get("leftOut", 0) for turn in turns),
    }


def waitpoint_view(row: Sequence[Any]) -> WaitpointView:
    """One row of ``RunRepository.waitpoints``."""
    _, waitpoint_id, kind, step, created, until = row
    return {"id": waitpoint_id, "type": kind, "step": step, "createdAt": created, "until": None if until is None else iso_of(until)}


def _turn(turn: Mapping[str, Any]) -> TurnView:
    return {
        "kind": turn["kind"],
        "queuedAt": turn["queuedAt"],
        "claimedAt": turn["claimedAt"],
        "endedAt": turn["endedAt"],
        "status": turn["status"],
        "lives": turn["lives"],
        "waitsFor": turn.get("waitsFor"),
        "alsoWaitsFor": turn.get("alsoWaitsFor", []),
    }


def _open_turn(run: RunRow, kind: str, due_at: int) -> TurnView:
    """The turn that is still to come to its end. When a worker took it is written down only for the first one."""
    first = kind == JobKind.BEGIN
    queued = run.created if first else iso_of(due_at) if due_at else run.updated
    claimed = run.start_time if first and run.status == "RUNNING" else None
    return {
        "kind": kind,
        "queuedAt": queued,
        "claimedAt": claimed,
        "endedAt": None,
        "status": run.status,
        "lives": 1,
        "waitsFor": None,
        "alsoWaitsFor": [],
    }


def _flat(steps: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every step with its place, a loop before what is in it: ``loop_1:3/step_2`` is in the third iteration."""
    for name, record in steps.items():
        if record.get("type") not in STEPS:
            continue
        yield prefix + name, record
        if record["type"] == ActionType.LOOP_ON_ITEMS:
            for index, iteration in enumerate((record.get("output") or {}).get("iterations") or []):
                yield from _flat(iteration, f"{prefix}{name}:{index + 1}/")


def _kept_leg(leg: Mapping[str, Any]) -> LegView:
    view: LegView = {
        "startedAt": leg["startedAt"],
        "duration": leg["duration"],
        "status": leg["status"],
        "attempt": leg["attempt"],
    }
    if "errorMessage" in leg:
        view["errorMessage"] = leg["errorMessage"]
        view["errorId"] = leg["errorId"]
    return view


def _last_leg(run: RunRow, name: str, record: Mapping[str, Any], earlier: Sequence[LegView] | None) -> list[LegView]:
    """The leg that the step's record tells of; none for a pause that the turn has already told of."""
    status, started = record["status"], record.get("startedAt")
    if status == StepStatus.PAUSED and earlier and earlier[-1]["status"] == StepStatus.PAUSED:
        return []
    view: LegView = {
        "startedAt": None if started is None else iso_of(started),
        "duration": record.get("duration"),
        "status": status,
        "attempt": record.get("attempts", 1),
    }
    if "errorMessage" in record:
        view["errorMessage"] = record["errorMessage"][:MESSAGE_LIMIT]
        if started is not None and record["type"] in WORK:
            view["errorId"] = error_id(run.id, name, started)
    return [view]

"""What the log says of a run that is stopped from outside, or whose pause nobody ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from piecework.engine.commands import FailedStep, StepPath
from piecework.engine.containers.fork import close_all
from piecework.engine.error_record import plain_error
from piecework.engine.state import RunState, StepRecord, Waiting, tracks_under_way
from piecework.engine.timeline import level_of
from piecework.spec.run import StepStatus


def in_flight(state: RunState) -> list[RunState]:
    """The tracks that have a step in hand, in the order of their parts."""
    return [track for track in tracks_under_way(state) if track.node is not None and track.waiting is not Waiting.START]


def fail_in_flight(state: RunState, message: str, kind: str) -> FailedStep | None:
    """Record every step in flight as FAILED with this message and close the loops. Gives the first of them in order, None if there is none.

    ``kind`` names the error in the step's record.
    """
    first: FailedStep | None = None
    for track in in_flight(state):
        node = track.node
        assert node is not None
        record: StepRecord = {"type": node.kind, "status": StepStatus.FAILED, "input": track.stored_input, "errorMessage": message}
        record["error"] = plain_error(message, kind)
        track.record(node.name, record)
        first = first or FailedStep(node.name, node.display_name, message)
    close_all(state, StepStatus.FAILED)
    return first


def fail_at(steps: dict[str, Any], path: StepPath | Sequence[Sequence[Any]], name: str, message: str, kind: str) -> StepRecord:
    """Make a recorded step FAILED with this message and an error of this name, and the loops around it FAILED. Gives the step's record.

    :param steps: the run log, as ``RunState.steps`` has it; changed in place.
    """
    level = steps
    for depth, (loop, _) in enumerate(path, start=1):
        level[loop]["status"] = StepStatus.FAILED
        level = level_of(steps, path[:depth])
    level[name] = {**level[name], "status": StepStatus.FAILED, "errorMessage": message, "error": plain_error(message, kind)}
    return level[name]

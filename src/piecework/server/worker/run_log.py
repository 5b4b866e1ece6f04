"""The text of a run's log: the engine's records as the wire keeps them, ``{"executionState": {"steps", "tags"}}`` (spec/engine.md §3), and in
``turns``, an addition, what ``history`` tells of the run's turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from piecework.server.worker.history import Entry
from piecework.spec import jsons

UNWRITABLE = "(left out: the log cannot be written as JSON)"
TOO_LARGE = "(left out: the log was larger than AP_MAX_FLOW_RUN_LOG_SIZE_MB)"


def run_log(steps: Mapping[str, Any], tags: Mapping[str, None], turns: Sequence[Entry]) -> bytes:
    """The log, whatever the steps gave: a run that has ended must be written down."""
    try:
        return jsons.dumps_lenient({"executionState": {"steps": steps, "tags": list(tags)}, "turns": turns})
    except (RecursionError, TypeError, ValueError):
        return shortened_log(steps, tags, turns, UNWRITABLE)


def shortened_log(steps: Mapping[str, Any], tags: Mapping[str, None], turns: Sequence[Entry], notice: str = TOO_LARGE) -> bytes:
    """The log without what makes it large; statuses, errors and durations stay."""
    short = {name: {**record, "input": notice, "output": notice} for name, record in steps.items()}
    return jsons.dumps_lenient({"executionState": {"steps": short, "tags": list(tags)}, "turns": turns})

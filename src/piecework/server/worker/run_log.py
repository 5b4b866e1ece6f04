"""The text of a run's log: the engine's records as the wire keeps them, ``{"executionState": {"steps", "tags"}}`` (spec/engine.md §3), and in
``turns``, an addition, what ``history`` tells of the run's turns. What is large is kept beside it (``log_slices``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from piecework.engine.state import RunState, StepRecord
from piecework.server.modules.runs.slices import Known, LogShortener
from piecework.server.ports.runs import FoldedLog
from piecework.server.worker.history import Entry
from piecework.server.worker.turn_facts import RunLimits
from piecework.spec import jsons
from piecework.spec.flow import TriggerType

UNWRITABLE = "(left out: the log cannot be written as JSON)"
TOO_LARGE = "(left out: the log was larger than AP_MAX_FLOW_RUN_LOG_SIZE_MB)"

TRIGGER_TYPES = frozenset(TriggerType)
LOG_TOO_LARGE = "The run keeps more data than AP_MAX_FLOW_RUN_LOG_SIZE_MB allows"


class LogOfRun:
    """One run's log while a turn is driven. ``known``: what ``read_back`` gave; ``too_large``: it outgrew its limit before the turn was over."""

    __slots__ = ("_limits", "_unmeasured", "known", "too_large")

    def __init__(self, limits: RunLimits) -> None:
        self._limits = limits
        self._unmeasured = 0
        self.known: Known = {}
        self.too_large = False

    def folded(self, state: RunState, turns: Sequence[Entry]) -> FoldedLog | None:
        """The log of a turn that is over, whatever its steps gave; None if it is larger than the limit, all slices counted."""
        log, size = self._measured(state, turns)
        return log if size <= self._limits.log_bytes else None

    def outgrown(self, state: RunState, written: int) -> bool:
        """Whether the log is too large already; until the turn's end all of it is in memory. Only measures when as many bytes have been
        written to the journal as could make it so."""
        self._unmeasured += written
        if self._unmeasured > self._limits.log_bytes:
            size = self._measured(state, ())[1]
            self._unmeasured = min(size, self._limits.log_bytes * 7 // 8)
            self.too_large = size > self._limits.log_bytes
        return self.too_large

    def _measured(self, state: RunState, turns: Sequence[Entry]) -> tuple[FoldedLog, int]:
        try:
            content = _text(state.steps, state, turns)
            if len(content) <= self._limits.smallest:
                return FoldedLog(content), len(content)
            shortener = LogShortener(self._limits.log.input_bytes, self._limits.log.output_bytes, self.known)
            short = shortener.steps(state.steps)
            if short is not state.steps:
                content = _text(short, state, turns)
            folded = FoldedLog(content, tuple(shortener.slices), frozenset(shortener.sizes))
            return folded, len(content) + sum(shortener.sizes.values())
        except (RecursionError, TypeError, ValueError):
            log = FoldedLog(_text({name: _without_values(record, UNWRITABLE) for name, record in state.steps.items()}, state, turns))
            return log, len(log.content)

    def shortened(self, state: RunState, turns: Sequence[Entry]) -> FoldedLog:
        """The log without what makes it large: statuses, errors, durations and the trigger's output stay, so that the run can be started again."""
        shortener = LogShortener(self._limits.log.input_bytes, self._limits.log.output_bytes, self.known)
        steps = {
            name: shortener.record(record) if record.get("type") in TRIGGER_TYPES else _without_values(record, TOO_LARGE)
            for name, record in state.steps.items()
        }
        return FoldedLog(_text(steps, state, turns), tuple(shortener.slices), frozenset(shortener.sizes))


def _without_values(record: StepRecord, notice: str) -> StepRecord:
    return {**{key: value for key, value in record.items() if key not in ("outputType", "itemsSlice")}, "input": notice, "output": notice}


def _text(steps: Mapping[str, Any], state: RunState, turns: Sequence[Entry]) -> bytes:
    return jsons.dumps_lenient({"executionState": {"steps": steps, "tags": list(state.tags)}, "turns": turns})


def largest_step(steps: Mapping[str, Any]) -> str:
    """The step, of the flow's own level, whose record is the largest."""
    return max(steps, key=lambda name: len(jsons.dumps_lenient(steps[name])), default="")

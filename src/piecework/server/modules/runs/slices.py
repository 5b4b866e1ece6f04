"""What of a run's records is kept beside its log, because it is large.

Outputs above AP_FLOW_RUN_LOG_SLICE_THRESHOLD_KB become files of their own; the record says ``{"fileId", "size"}`` in their place and ``outputType``
``slice`` (spec/engine.md §3). Input values above AP_FLOW_RUN_LOG_INPUT_TRUNCATE_THRESHOLD_KB are replaced by the wire's note of their size: nobody
needs them again. A loop's items are the exception, because a run that goes on needs them: they are kept like outputs, under ``itemsSlice``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from piecework.engine.state import StepRecord
from piecework.server.kernel.ids import new_id
from piecework.server.ports.runs import FoldedLog, LogSlice
from piecework.spec import jsons
from piecework.spec.flow import ActionType

SLICE = "slice"
Reference = dict[str, Any]
"""``{"fileId", "size"}``: where a value is, and how many bytes of JSON it has."""


Known = dict[int, tuple[Any, Reference]]
"""Values that were read from their slices, by ``id``: at the next fold they are there already. (The value is kept so that its id stays its own.)"""

MARK = b"itemsSlice", b'"outputType"'
"""A log without either text has no slices."""


@dataclass(frozen=True, slots=True)
class LogLimits:
    """Bytes of JSON above which an input value and an output leave the log."""

    input_bytes: int = 2 * 1024
    output_bytes: int = 32 * 1024


DEFAULT_LOG_LIMITS = LogLimits()


@dataclass(slots=True)
class LogShortener:
    """Takes one run's records apart. ``slices``: the new ones; ``sizes``: bytes of every slice that the short records refer to, by id."""

    input_bytes: int
    output_bytes: int
    known: Known = field(default_factory=Known)
    slices: list[LogSlice] = field(default_factory=list[LogSlice])
    sizes: dict[str, int] = field(default_factory=dict[str, int])

    def steps(self, steps: Mapping[str, StepRecord]) -> Mapping[str, StepRecord]:
        """The records as the log keeps them; the same object when nothing is large."""
        changed: dict[str, StepRecord] = {}
        for name, record in steps.items():
            short = self.record(record)
            if short is not record:
                changed[name] = short
        return {**steps, **changed} if changed else steps

    def record(self, record: StepRecord) -> StepRecord:
        """As ``steps``, of one record."""
        changes: dict[str, Any] = {}
        if record.get("type") == ActionType.LOOP_ON_ITEMS:
            self._loop(record, changes)
            return {**record, **changes} if changes else record
        if record.get("outputType") == SLICE:
            self._refer(record["output"])
        elif (reference := self._kept(record.get("output"))) is not None:
            changes.update(output=reference, outputType=SLICE)
        given = record.get("input")
        if isinstance(given, dict):
            notes = {name: note(len(text)) for name, value in given.items() if (text := _text_above(value, self.input_bytes)) is not None}
            if notes:
                changes["input"] = {**given, **notes}
        return {**record, **changes} if changes else record

    def _loop(self, record: StepRecord, changes: dict[str, Any]) -> None:
        items = (record.get("input") or {}).get("items")
        if "itemsSlice" in record:
            self._refer(record["itemsSlice"])
        elif (reference := self._kept(items)) is not None:
            changes.update(input={"items": note(reference["size"])}, itemsSlice=reference)
        output: dict[str, Any] = record.get("output") or {}
        iterations: list[Any] = output.get("iterations") or []
        short = [self.steps(iteration) for iteration in iterations]
        inside: dict[str, Any] = {}
        if any(new is not old for new, old in zip(short, iterations, strict=True)):
            inside["iterations"] = short
        if (text := _text_above(output.get("item"), self.output_bytes)) is not None:
            inside["item"] = note(len(text))  # it is one of the items
        if inside:
            changes["output"] = {**output, **inside}

    def _refer(self, reference: Reference) -> Reference:
        self.sizes[reference["fileId"]] = reference["size"]
        return reference

    def _kept(self, value: Any) -> Reference | None:
        """Where a value is kept that is too large for the log; None for one that is not."""
        known = self.known.get(id(value))
        if known is not None:
            return self._refer(known[1])
        text = _text_above(value, self.output_bytes)
        if text is None:
            return None
        part = LogSlice(new_id(), text)
        self.slices.append(part)
        return self._refer({"fileId": part.file_id, "size": len(text)})


def first_log(steps: Mapping[str, StepRecord], limits: LogLimits) -> FoldedLog:
    """The log of a run that no worker has driven yet."""
    shortener = LogShortener(limits.input_bytes, limits.output_bytes)
    content = jsons.dumps_lenient({"executionState": {"steps": shortener.steps(steps), "tags": []}, "turns": []})
    return FoldedLog(content, tuple(shortener.slices), frozenset(shortener.sizes))


def _text_above(value: Any, limit: int) -> bytes | None:
    """The JSON of a value that has more than so many bytes of it. JSON writes a character in six bytes at the most."""
    if value is None or isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) * 6 + 2 <= limit):
        return None
    text = jsons.dumps_lenient(value)
    return text if len(text) > limit else None


def note(size: int) -> str:
    """What stands in the log in place of a large value: the wire's words."""
    kilobytes = size / 1024
    return f"(truncated, original size {f'{kilobytes:.0f} KB' if kilobytes < 1024 else f'{kilobytes / 1024:.1f} MB'})"


def has_slices(log: bytes) -> bool:
    """Whether a look at each record of this log is worth it."""
    return any(mark in log for mark in MARK)


def with_links(steps: Mapping[str, Any], link: Callable[[str], str]) -> None:
    """Complete every reference to a slice, in place: ``{"fileId", "size", "url"}``. The URL is signed, and good for whoever has it."""
    for record in steps.values():
        if record.get("outputType") == SLICE:
            record["output"]["url"] = link(record["output"]["fileId"])
        if "itemsSlice" in record:
            record["itemsSlice"]["url"] = link(record["itemsSlice"]["fileId"])
        if record.get("type") == ActionType.LOOP_ON_ITEMS:
            for iteration in (record.get("output") or {}).get("iterations") or ():
                with_links(iteration, link)

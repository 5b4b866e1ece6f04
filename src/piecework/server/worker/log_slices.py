"""What of a run's records is kept beside its log, and how it comes back.

Outputs above AP_FLOW_RUN_LOG_SLICE_THRESHOLD_KB become files of their own; the record says ``{"fileId", "size"}`` in their place and ``outputType``
``slice``. Input values above AP_FLOW_RUN_LOG_INPUT_TRUNCATE_THRESHOLD_KB are replaced by the wire's note of their size: nobody needs them again. A
loop's items are the exception, because a run that goes on needs them: they are kept like outputs, under ``itemsSlice``. The engine knows nothing of it:
while a turn is driven, records hold whole values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from piecework.engine.program import LoopNode, Node, Program, RouterNode, WorkNode
from piecework.engine.state import StepRecord
from piecework.engine.tree import walk
from piecework.server.kernel.ids import new_id
from piecework.server.ports.runs import LogSlice, RunJournal
from piecework.spec import jsons
from piecework.spec.flow import ActionType
from piecework.spec.run import StepStatus

SLICE = "slice"
Reference = dict[str, Any]
"""``{"fileId", "size"}``: where a value is, and how many bytes of JSON it has."""


Known = dict[int, tuple[Any, Reference]]
"""Values that were read from their slices, by ``id``: at the next fold they are there already. (The value is kept so that its id stays its own.)"""


class SliceMissing(RuntimeError):
    """A log refers to a slice that is not there."""


# --- writing -----------------------------------------------------------------------------------------------------------------------


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


# --- reading -----------------------------------------------------------------------------------------------------------------------


async def read_back(steps: dict[str, Any], program: Program, journal: RunJournal, project_id: str) -> Known:
    """Put back into a log's records the slices that the rest of the run can see: outputs of steps that its expressions mention, and the items of its
    loops. Raises SliceMissing.
    """
    if not any(True for _ in _sliced(steps, ())):
        return {}
    needed = mentioned_names(program, steps)
    wanted = [record for name, record, around in _sliced(steps, ()) if "itemsSlice" in record or not needed.isdisjoint((name, *around))]
    references: list[Reference] = [record["itemsSlice" if "itemsSlice" in record else "output"] for record in wanted]
    texts = await journal.slices(project_id, list({reference["fileId"] for reference in references}))
    known: Known = {}
    for record, reference in zip(wanted, references, strict=True):
        if reference["fileId"] not in texts:
            raise SliceMissing(f"the slice {reference['fileId']} of the run's log is gone")
        value = orjson.loads(texts[reference["fileId"]])
        known[id(value)] = (value, reference)
        if "itemsSlice" in record:
            del record["itemsSlice"]
            record["input"] = {"items": value}
        else:
            del record["outputType"]
            record["output"] = value
    return known


def mentioned_names(program: Program, steps: Mapping[str, StepRecord]) -> set[str]:
    """Names of steps whose outputs the expressions of the remaining steps see. Steps of the flow's own level that have succeeded are done."""
    done = {name for name, record in steps.items() if record.get("status") == StepStatus.SUCCEEDED}
    bodies = _loops_without_iterations(program)
    names: set[str] = set()
    for node in program.nodes.values():
        if node.name not in done:
            names |= {root for root in _roots(node) if node.name not in bodies.get(root, ())}
    return names


def _roots(node: Node) -> frozenset[str]:
    if isinstance(node, WorkNode):
        return node.input.roots
    if isinstance(node, LoopNode):
        return node.items.roots
    assert isinstance(node, RouterNode)
    return node.settings.roots


def _loops_without_iterations(program: Program) -> dict[str, set[str]]:
    """Of each loop whose body sees nothing of it but its item and index: the names of the steps inside."""
    found: dict[str, set[str]] = {}
    for step in walk(program.trigger):
        node = program.nodes.get(step["name"])
        if isinstance(node, LoopNode) and not node.body_reads_iterations and step.get("firstLoopAction"):
            found[node.name] = {inner["name"] for inner in walk(step["firstLoopAction"])}
    return found


def _sliced(steps: dict[str, Any], around: tuple[str, ...]) -> Iterator[tuple[str, StepRecord, tuple[str, ...]]]:
    """Records with a slice, by name, each with the loops around it."""
    for name, record in steps.items():
        if record.get("outputType") == SLICE or "itemsSlice" in record:
            yield name, record, around
        if record.get("type") == ActionType.LOOP_ON_ITEMS:
            for iteration in (record.get("output") or {}).get("iterations") or ():
                yield from _sliced(iteration, (*around, name))

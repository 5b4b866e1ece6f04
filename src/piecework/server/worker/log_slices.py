"""Reading back what a run's log keeps beside it (``modules/runs/slices.py``), for a run that goes on.

The engine knows nothing of slices: while a turn is driven, the records that anything can still see hold whole values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from piecework.engine.program import LoopNode, Node, Program, RouterNode, WorkNode
from piecework.engine.state import StepRecord
from piecework.engine.tree import walk
from piecework.server.modules.runs.slices import SLICE, Known, Reference
from piecework.server.ports.runs import RunJournal
from piecework.spec.flow import ActionType
from piecework.spec.run import StepStatus


class SliceMissing(RuntimeError):
    """A log refers to a slice that is not there."""


async def read_back(steps: dict[str, Any], program: Program, journal: RunJournal, project_id: str) -> Known:
    """Put back into a log's records the slices that the rest of the run can see: outputs of steps that its expressions mention, and the items of its
    loops. Raises SliceMissing.
    """
    if not any(True for _ in _sliced(steps, ())):
        return {}
    needed = mentioned_names(program, steps)
    needed.add(
        program.trigger["name"]
    )  # steps may ask the context what the run began with; a trigger that failed is handed what it was given
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

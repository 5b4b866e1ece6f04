"""The loop: runs its inner steps once for every item, one after the other (spec/engine.md §4)."""

from __future__ import annotations

from typing import Any

import orjson

from piecework.engine.program import LoopNode
from piecework.engine.state import LoopFrame, RunState
from piecework.spec.run import StepStatus

NOT_A_LIST_SENTENCE = "The items you have selected must be a list."
NOT_A_LIST = f'{{"message":"{NOT_A_LIST_SENTENCE}"}}'
"""The wire's error record (recordings/flow-runs.json, "loop over text")."""


class NotAList(ValueError):
    """The items of a loop are no list."""


def enter(state: RunState, node: LoopNode, at: float) -> None:
    """Open the loop, or raise NotAList with the failed step recorded.

    A loop that an earlier life of the run opened keeps the items it had then, so that iterations already done stay what they were.
    """
    known = state.restored.get(node.name)
    raw = known["input"]["items"] if known and known.get("status") != StepStatus.FAILED else node.items.evaluate(state.scope, state.answers)
    state.answers = {}
    items = _as_list(raw)
    record: dict[str, Any] = {"type": node.kind, "status": StepStatus.RUNNING, "input": {"items": raw if items is None else items}}
    record["startedAt"] = (known or {}).get("startedAt", int(at))
    state.record(node.name, record, known=known is not None)
    if items is None:
        record.update(status=StepStatus.FAILED, output={"index": 0, "iterations": []}, duration=0, errorMessage=NOT_A_LIST)
        raise NotAList(NOT_A_LIST)
    if state.only is not None:
        items = items[:1]
        record.update(status=StepStatus.SUCCEEDED, duration=0)
        record["output"] = {"item": items[0] if items else None, "index": len(items), "iterations": [{} for _ in items]}
        return
    frame = LoopFrame(node, items, state.container, state.restored, at)
    record["output"] = {"iterations": frame.iterations}
    state.frames.append(frame)
    next_iteration(state, frame, at)


def next_iteration(state: RunState, frame: LoopFrame, at: float) -> None:
    """Begin the next iteration, or close the loop and go on behind it."""
    scope = state.scope
    for name in frame.names:
        scope.pop(name, None)
    frame.names.clear()
    frame.index += 1
    if frame.index >= len(frame.items):
        _close(state, frame, at)
        return
    inner: dict[str, Any] = {}
    node = frame.node
    item = frame.items[frame.index]
    # The view that expressions see holds closed iterations only: they never change again, so a stored input that refers to them stays true.
    closed = list(frame.iterations) if node.body_reads_iterations else []
    frame.iterations.append(inner)
    scope[node.name] = {"item": item, "index": frame.index + 1, "iterations": closed}
    state.container = inner
    restored = frame.restored_iterations
    state.restored = restored[frame.index] if frame.index < len(restored) else {}
    state.node = node.first


def _close(state: RunState, frame: LoopFrame, at: float) -> None:
    state.frames.pop()
    state.container = frame.container
    state.restored = frame.restored
    record = frame.container[frame.node.name]
    record["status"] = StepStatus.SUCCEEDED
    record["duration"] = at - frame.started_at
    record["output"] = _output(frame, len(frame.items))
    state.scope[frame.node.name] = record["output"]
    state.node = frame.node.next


def close_all(state: RunState, status: StepStatus) -> None:
    """Give the loops that are open when the run ends or pauses this status and the output shape of the wire."""
    for frame in state.frames:
        if isinstance(frame, LoopFrame):
            record = frame.container[frame.node.name]
            record["status"] = status
            record["output"] = _output(frame, frame.index + 1)


def _output(frame: LoopFrame, index: int) -> dict[str, Any]:
    output: dict[str, Any] = {"item": frame.items[index - 1]} if index else {}
    output.update(index=index, iterations=frame.iterations)
    return output


def _as_list(value: Any) -> list[Any] | None:
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        try:
            parsed = orjson.loads(value)
        except orjson.JSONDecodeError:
            return None
        return parsed if isinstance(parsed, list) else None
    return None

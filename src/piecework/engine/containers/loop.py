"""The loop: runs its inner steps once for every item, one after the other or some at the same time (spec/engine.md §4)."""

from __future__ import annotations

from typing import Any

import orjson

from piecework.engine.program import LoopNode
from piecework.engine.state import ForkFrame, LoopFrame, RunState, carried_over
from piecework.spec.run import StepStatus

NOT_A_LIST_SENTENCE = "The items you have selected must be a list."
NOT_A_LIST = f'{{"message":"{NOT_A_LIST_SENTENCE}"}}'
"""The wire's error record (recordings/flow-runs.json, "loop over text")."""


class NotAList(ValueError):
    """The items of a loop are no list."""


def enter(state: RunState, node: LoopNode, at: float) -> ForkFrame | None:
    """Open the loop, or raise NotAList with the failed step recorded. Gives the fork if iterations are to run at the same time.

    A loop that an earlier life of the run opened keeps the items it had then, so that iterations already done stay what they were.
    """
    known = state.restored.get(node.name)
    raw = known["input"]["items"] if known and known.get("status") != StepStatus.FAILED else _evaluated(state, node)
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
        return None
    frame = LoopFrame(node, items, state.container, state.restored, at)
    record["output"] = {"iterations": frame.iterations}
    if node.parallelism > 1 and len(items) > 1 and node.first is not None:
        return _fork(state, frame)
    state.frames.append(frame)
    next_iteration(state, frame, at)
    return None


def _fork(state: RunState, frame: LoopFrame) -> ForkFrame:
    frame.iterations += [carried_over(iteration) for iteration in frame.restored_iterations[: len(frame.items)]]
    fork = ForkFrame(frame.node, frame.items, frame.node.parallelism, frame)
    state.frames.append(fork)
    return fork


def begin_part(track: RunState, frame: LoopFrame, index: int) -> None:
    """Put the iteration at ``index`` on a track of its own. Of other iterations it sees nothing: when they are done depends on luck."""
    node = frame.node
    inner: dict[str, Any] = {}
    if index < len(frame.iterations):
        frame.iterations[index] = inner
    else:
        frame.iterations.append(inner)
    track.scope[node.name] = {"item": frame.items[index], "index": index + 1, "iterations": []}
    track.prefix = (*track.prefix, (node.name, index))
    track.container = inner
    restored = frame.restored_iterations
    track.restored = restored[index] if index < len(restored) else {}
    track.node = node.first


def _evaluated(state: RunState, node: LoopNode) -> Any:
    """The items. They are recorded as they are, so that those which a connection or variable gives stay censored, and are no list."""
    evaluate = node.items.evaluate_censored if node.items.has_secrets else node.items.evaluate
    return evaluate(state.scope, state.answers)


def next_iteration(state: RunState, frame: LoopFrame, at: float) -> None:
    """Begin the next iteration, or close the loop and go on behind it."""
    scope = state.scope
    for name in frame.names:
        scope.pop(name, None)
    frame.names.clear()
    frame.index += 1
    if frame.index >= len(frame.items):
        leave(state, frame, at)
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


def leave(state: RunState, frame: LoopFrame, at: float) -> None:
    """Close a loop whose iterations are all done and go on behind it."""
    state.frames.pop()
    state.container = frame.container
    state.restored = frame.restored
    record = frame.container[frame.node.name]
    record["status"] = StepStatus.SUCCEEDED
    record["duration"] = at - frame.started_at
    record["output"] = _output(frame, len(frame.items))
    state.scope[frame.node.name] = record["output"]
    state.node = frame.node.next


def interrupt(frame: LoopFrame, status: StepStatus) -> None:
    """Give a loop that is open when the run ends or pauses this status and the output shape of the wire."""
    record = frame.container[frame.node.name]
    record["status"] = status
    record["output"] = _output(frame, len(frame.iterations))


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

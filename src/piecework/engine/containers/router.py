"""The router: evaluates every branch, then runs the matching ones in order or at the same time (spec/flow-json.md §4)."""

from __future__ import annotations

from typing import Any

from piecework.engine.expressions import evaluate_conditions
from piecework.engine.program import Branch, RouterNode
from piecework.engine.state import ForkFrame, LoopFrame, RouterFrame, RunState, StepRecord, carried_over
from piecework.engine.steps.loop import MAX_PARALLELISM
from piecework.spec.run import StepStatus


def enter(state: RunState, node: RouterNode) -> ForkFrame | None:
    """Evaluate the branches, record the step and open it; may raise ConditionError with the failed step recorded.

    Gives the fork if branches are to run at the same time.
    """
    known = state.restored.get(node.name)
    if known and known.get("status") == StepStatus.SUCCEEDED:
        record: StepRecord = dict(known)
        state.record(node.name, record, known=True)
    else:
        settings = node.settings.evaluate(state.scope, state.answers)
        stored = node.settings.evaluate_censored(state.scope, state.answers) if node.settings.has_secrets else settings
        record = {"type": node.kind, "status": StepStatus.SUCCEEDED, "input": stored}
        state.record(node.name, record)
        record["output"] = {"branches": _evaluate(node, settings, record)}
        record["duration"] = 0
    state.answers = {}
    state.scope[node.name] = record["output"]
    evaluations: list[bool] = [branch["evaluation"] for branch in record["output"]["branches"]]
    pending = [branch for branch, chosen in zip(node.branches, evaluations, strict=False) if chosen and branch.child]
    if state.only is not None:
        return None
    if node.parallel and len(pending) > 1:
        return _fork(state, node, pending)
    frame = RouterFrame(node, pending[::-1])
    state.frames.append(frame)
    next_branch(state, frame)
    return None


def _fork(state: RunState, node: RouterNode, pending: list[Branch]) -> ForkFrame:
    restored = state.restored
    state.container.update(carried_over({name: restored[name] for name in node.inner if name in restored}))
    fork = ForkFrame(node, pending, MAX_PARALLELISM)
    state.frames.append(fork)
    return fork


def begin_part(track: RunState, state: RunState, branch: Branch) -> None:
    """Put a branch on a track of its own, on the same level of the log as its router."""
    track.container = state.container
    track.restored = state.restored
    track.node = branch.child


def put_in_order(state: RunState, node: RouterNode) -> None:
    """Put the records of the branches into the order in which they come without parallelism, whichever was faster."""
    container = state.container
    for name in node.inner:
        if name in container:
            container[name] = container.pop(name)


def leave(state: RunState, frame: ForkFrame, node: RouterNode) -> None:
    """Go on behind the router: what its branches gave is visible from here on."""
    put_in_order(state, node)
    state.frames.pop()
    for track in frame.tracks.values():
        state.scope.update((name, track.scope[name]) for name in node.inner if name in track.scope)
    for outer in reversed(state.frames):
        if isinstance(outer, LoopFrame):
            outer.names.extend(node.inner)
            break
    state.node = node.next


def next_branch(state: RunState, frame: RouterFrame) -> None:
    """Go into the next matching branch, or behind the router."""
    if frame.pending:
        state.node = frame.pending.pop().child
    else:
        state.frames.pop()
        state.node = frame.node.next


def _evaluate(node: RouterNode, settings: dict[str, Any], record: dict[str, Any]) -> list[dict[str, Any]]:
    """One entry a branch; ``branchIndex`` counts from 1, FALLBACK is true only if no other branch is, FIRST_MATCH stops at the first."""
    found = False
    results: list[bool] = []
    raw_branches = settings.get("branches") or []
    try:
        for branch, raw in zip(node.branches, raw_branches, strict=False):
            matches = not branch.fallback and not (found and node.first_match) and _matches(branch, raw)
            found = found or matches
            results.append(matches)
    except Exception as error:
        record.update(status=StepStatus.FAILED, errorMessage=str(error), duration=0)
        raise
    return [
        {"branchName": branch.name, "branchIndex": index, "evaluation": (not found) if branch.fallback else results[index - 1]}
        for index, branch in enumerate(node.branches, start=1)
    ]


def _matches(branch: Branch, raw: dict[str, Any]) -> bool:
    return evaluate_conditions(raw.get("conditions") or [], branch=branch.name)

"""Well-formed step trees for the tests of editing: builders, and Hypothesis strategies for whole flows."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import strategies as st

from piecework.engine.edit import Version
from piecework.engine.validation import parse_trigger
from piecework.spec import jsons
from piecework.spec.flow import Step

NOW = "2026-11-22T12:00:00.000Z"
LATER = "2026-11-22T13:00:00.000Z"


def code(name: str, *, after: Step | None = None, **settings: Any) -> Step:
    full = {"input": {}, "sourceCode": {"code": "export const code = async () => 1;", "packageJson": "{}"}, **settings}
    return _step(name, "CODE", full, after)


def piece(name: str, *, after: Step | None = None, **settings: Any) -> Step:
    full = {
        "pieceName": "@activepieces/piece-data-mapper",
        "pieceVersion": "0.3.15",
        "actionName": "advanced_mapping",
        "input": {},
        "propertySettings": {},
        **settings,
    }
    return _step(name, "PIECE", full, after)


def loop(name: str, body: Step | None = None, *, items: str = "{{trigger['items']}}", after: Step | None = None) -> Step:
    step = _step(name, "LOOP_ON_ITEMS", {"items": items}, after)
    return {**step, "firstLoopAction": body} if body else step


def condition(first: str = "a", operator: str = "TEXT_CONTAINS", second: str = "b") -> dict[str, Any]:
    return {"firstValue": first, "operator": operator, "secondValue": second}


def router(name: str, *children: Step | None, after: Step | None = None) -> Step:
    """One CONDITION branch for each child and an empty FALLBACK."""
    branches: list[dict[str, Any]] = [
        {"branchName": f"Branch {index}", "branchType": "CONDITION", "conditions": [[condition()]]} for index in range(len(children))
    ]
    settings = {
        "branches": [*branches, {"branchName": "Otherwise", "branchType": "FALLBACK"}],
        "executionType": "EXECUTE_FIRST_MATCH",
    }
    return {**_step(name, "ROUTER", settings, after), "children": [*children, None]}


def trigger(after: Step | None = None, **settings: Any) -> Step:
    full = {
        "pieceName": "@activepieces/piece-webhook",
        "pieceVersion": "0.1.33",
        "triggerName": "catch_webhook",
        "input": {},
        "propertySettings": {},
        **settings,
    }
    return _step("trigger", "PIECE_TRIGGER", full, after)


def _step(name: str, kind: str, settings: dict[str, Any], after: Step | None) -> Step:
    step = {
        "name": name,
        "type": kind,
        "displayName": name.replace("_", " ").title(),
        "valid": True,
        "lastUpdatedDate": NOW,
        "settings": settings,
    }
    return {**step, "nextAction": after} if after else step


def chain(*steps: Step) -> Step:
    """The steps behind each other."""
    head = steps[-1]
    for step in reversed(steps[:-1]):
        head = {**step, "nextAction": head}
    return head


def version(*steps: Step) -> Version:
    tree = trigger(chain(*steps) if steps else None)
    return Version("Flow", parse_trigger(tree))


def text(value: Any) -> bytes:
    """JSON text with sorted keys, to compare trees that are too deep for Python's ``==``."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return jsons.dumps(value)


_LEAVES = ("CODE", "PIECE")


@st.composite
def flows(draw: st.DrawFn) -> Version:
    """Versions of up to a dozen steps, nested at will, whose steps refer to each other."""
    names = iter([f"step_{number}" for number in draw(st.permutations(range(1, 13)))])
    budget = draw(st.integers(0, 12))
    tree, _ = draw(_chains(names, budget, depth=0))
    return Version("Flow", parse_trigger(trigger(tree)))


@st.composite
def _chains(draw: st.DrawFn, names: Any, budget: int, depth: int) -> tuple[Step | None, int]:
    if budget == 0:
        return None, 0
    name = next(names)
    kind = draw(st.sampled_from((*_LEAVES, "LOOP_ON_ITEMS", "ROUTER") if depth < 3 else _LEAVES))
    used = 1
    reference = f"{{{{step_{draw(st.integers(1, 12))}['x']}}}}"

    def inner(most: int) -> Step | None:
        nonlocal used
        child, count = draw(_chains(names, draw(st.integers(0, min(most, budget - used))), depth + 1))
        used += count
        return child

    if kind == "LOOP_ON_ITEMS":
        step = loop(name, inner(4), items=reference)
    elif kind == "ROUTER":
        step = router(name, *(inner(3) for _ in range(draw(st.integers(0, 3)))))
    elif kind == "CODE":
        step = code(name, input={"v": reference})
        if draw(st.booleans()):
            branches = {"onSuccess": inner(2), "onFailure": inner(2)}
            step["continueOnFailureBranches"] = {key: child for key, child in branches.items() if child}
    else:
        step = piece(name, input={"v": f"text {reference}"})
    after, count = draw(_chains(names, budget - used, depth))
    return ({**step, "nextAction": after} if after else step), used + count

"""What no sequence of operations may break: the tree stays well formed, and leaving and coming back changes nothing."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from piecework.engine.edit import OperationError, Version, apply
from piecework.engine.steps import child_at, kind_of
from piecework.engine.template import parse_template, to_template
from piecework.engine.tree import step_names, walk
from piecework.engine.validation import parse_trigger, recompute_valid
from piecework.spec import jsons
from piecework.spec.flow import InvalidFlow, Step
from piecework.spec.operations import InvalidOperation, parse_operation
from tests.unit.engine.trees import LATER, NOW, code, condition, flows, loop, piece, router, text

INDEX = st.integers(-1, 5)
LOCATION = st.sampled_from(["AFTER", "INSIDE_LOOP", "INSIDE_BRANCH", "INSIDE_ON_SUCCESS_BRANCH", "INSIDE_ON_FAILURE_BRANCH"])
NAME = st.sampled_from(["trigger", *(f"step_{number}" for number in range(1, 16))])
ACTION = st.one_of(
    NAME.map(code),
    NAME.map(piece),
    NAME.map(loop),
    st.tuples(NAME, st.integers(0, 4)).map(lambda pair: router(pair[0], *([None] * pair[1]))),
)


def requests() -> st.SearchStrategy[dict[str, Any]]:
    """Operations on the tree, most of which fit a flow of ``flows()`` and some of which do not."""
    branch = {"stepName": NAME, "branchIndex": INDEX}
    shapes: dict[str, st.SearchStrategy[Any]] = {
        "ADD_ACTION": st.fixed_dictionaries(
            {"parentStep": NAME, "action": ACTION}, optional={"stepLocationRelativeToParent": LOCATION, "branchIndex": INDEX}
        ),
        "UPDATE_ACTION": ACTION,
        "DELETE_ACTION": st.fixed_dictionaries({"names": st.lists(NAME, max_size=3)}),
        "MOVE_ACTION": st.fixed_dictionaries(
            {"name": NAME, "newParentStep": NAME}, optional={"stepLocationRelativeToNewParent": LOCATION, "branchIndex": INDEX}
        ),
        "DUPLICATE_ACTION": st.fixed_dictionaries({"stepName": NAME}),
        "ADD_BRANCH": st.fixed_dictionaries(
            {**branch, "branchName": st.text(max_size=3)}, optional={"conditions": st.just([[condition()]])}
        ),
        "DELETE_BRANCH": st.fixed_dictionaries(branch),
        "DUPLICATE_BRANCH": st.fixed_dictionaries(branch),
        "MOVE_BRANCH": st.fixed_dictionaries({"stepName": NAME, "sourceBranchIndex": INDEX, "targetBranchIndex": INDEX}),
        "SET_SKIP_ACTION": st.fixed_dictionaries({"names": st.lists(NAME, max_size=3), "skip": st.booleans()}),
    }
    return st.one_of(*(st.fixed_dictionaries({"type": st.just(kind), "request": shape}) for kind, shape in shapes.items()))


def after(version: Version, operations: list[dict[str, Any]]) -> Version:
    """The version after those operations that fit."""
    for raw in operations:
        try:
            version = apply(version, parse_operation(raw), now=LATER)
        except (OperationError, InvalidFlow, InvalidOperation):
            continue
    return version


def assert_well_formed(trigger: Step) -> None:
    names = step_names(trigger)
    assert len(names) == len(set(names))
    for step in walk(trigger):
        assert kind_of(step).fit(step) is step, "children are parallel to branches"
        if step["type"] == "ROUTER":
            types = [branch["branchType"] for branch in step["settings"]["branches"]]
            assert "FALLBACK" not in types[:-1], "nothing stands behind the fallback"
    assert text(parse_trigger(trigger)) == text(trigger)
    assert recompute_valid(trigger) is trigger


@settings(max_examples=300)
@given(flows(), st.lists(requests(), max_size=8))
def test_any_sequence_of_operations_leaves_a_well_formed_tree(version: Version, operations: list[dict[str, Any]]) -> None:
    before = text(version.trigger)
    trigger = after(version, operations).trigger
    assert_well_formed(recompute_valid(trigger))
    assert text(version.trigger) == before, "versions are never changed in place"


@settings(max_examples=100)
@given(flows(), st.lists(requests(), max_size=4))
def test_export_and_import_give_the_same_tree(version: Version, operations: list[dict[str, Any]]) -> None:
    version = after(version, operations)
    exported = jsons.loads(jsons.dumps(to_template(version)))
    [flow] = parse_template(exported)
    imported = apply(Version("", code("x")), parse_operation({"type": "IMPORT_FLOW", "request": flow.request}), now=NOW)
    assert dateless(imported.trigger) == dateless(version.trigger)


def dateless(trigger: Step) -> list[tuple[Any, ...]]:
    """Every step's own fields and its children, but not its date, its empty sample data and ``valid``."""
    steps: list[tuple[Any, ...]] = []
    for step in walk(trigger):
        settings = {key: value for key, value in step["settings"].items() if key != "sampleData"}
        children = [child and child["name"] for child in (child_at(step, slot) for slot in kind_of(step).slots(step))]
        steps.append((step["name"], step["type"], step["displayName"], step.get("skip"), settings, children))
    return steps


@settings(max_examples=100)
@given(flows(), NAME)
def test_a_copy_refers_to_itself_only(version: Version, name: str) -> None:
    """Duplicating a step leaves all others as they were and the copy without a reference to what it was copied from."""
    if name not in step_names(version.trigger) or name == "trigger":
        return
    copied = apply(version, parse_operation({"type": "DUPLICATE_ACTION", "request": {"stepName": name}}), now=LATER)
    old = {step["name"]: step for step in walk(version.trigger)}
    new = {step["name"]: step for step in walk(copied.trigger)}
    assert old.keys() < new.keys()
    assert all(new[each]["settings"] == step["settings"] for each, step in old.items())


TREE_KEYS = [
    "type",
    "name",
    "settings",
    "nextAction",
    "firstLoopAction",
    "children",
    "onSuccessAction",
    "continueOnFailureBranches",
    "onSuccess",
]
SETTINGS_KEYS = ["branches", "conditions", "input", "sourceCode", "body", "pieceName", "pieceVersion", "inputUiInfo", "customizedInputs"]
KEYS = st.sampled_from(TREE_KEYS + SETTINGS_KEYS)
WORDS = st.sampled_from(["CODE", "PIECE", "ROUTER", "LOOP_ON_ITEMS", "BRANCH", "EMPTY", "{{step_1['output']}}", "@activepieces/piece-http"])
GARBAGE = st.recursive(
    st.none() | st.integers() | WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=30
)


@settings(max_examples=300)
@given(st.dictionaries(KEYS, GARBAGE), st.none() | st.integers(0, 26).map(str))
def test_garbage_is_refused_with_a_reason(trigger: dict[str, Any], version: str | None) -> None:
    raw = {"displayName": "Garbage", "trigger": {"type": "EMPTY", "name": "trigger", **trigger}, "schemaVersion": version}
    with suppress(InvalidFlow):
        apply(Version("", code("x")), parse_operation({"type": "IMPORT_FLOW", "request": raw}), now=NOW)

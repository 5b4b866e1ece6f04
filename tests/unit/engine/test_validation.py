"""Which trees are well formed, which could run, and what is said of the others."""

from __future__ import annotations

from typing import Any

import pytest

from piecework.engine.references import reference_problems
from piecework.engine.tree import step_names, transform, walk
from piecework.engine.validation import is_valid, parse_trigger, recompute_valid, version_problems
from piecework.spec.flow import MAX_STEP_LEVELS, InvalidFlow, Step
from piecework.spec.shape import Problem, fastify_message
from tests.unit.engine.trees import chain, code, condition, loop, piece, router, text, trigger


def problems(raw: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidFlow) as error:
        parse_trigger(raw)
    return [(problem.path, problem.message) for problem in error.value.problems]


def without(step: Step, *path: str) -> Step:
    if len(path) == 1:
        return {key: value for key, value in step.items() if key != path[0]}
    return {**step, path[0]: without(step[path[0]], *path[1:])}


def test_unknown_fields_are_kept() -> None:
    raw = trigger({**code("step_1", useDeno=True), "metadata": {"a": [1]}})
    assert text(parse_trigger(raw)) == text(raw)


def test_null_children_go_and_missing_ones_become_null() -> None:
    raw = trigger(chain({**loop("step_1"), "firstLoopAction": None}, {**router("step_2", None), "children": []}, code("step_3")))
    parsed = parse_trigger({**raw, "nextAction": {**raw["nextAction"]}})
    first, second = parsed["nextAction"], parsed["nextAction"]["nextAction"]
    assert "firstLoopAction" not in first
    assert second["children"] == [None, None]
    assert step_names(parsed) == ["trigger", "step_1", "step_2", "step_3"]


def test_an_empty_trigger_needs_no_settings() -> None:
    parsed = parse_trigger({"name": "trigger", "type": "EMPTY", "displayName": "Select Trigger", "valid": False})
    assert parsed["settings"] == {}


def _with_setting(step: Step, **more: Any) -> Step:
    return {**step, "settings": {**step["settings"], **more}}


@pytest.mark.parametrize(
    ("broken", "path", "message"),
    [
        (
            without(code("step_1"), "settings", "sourceCode", "code"),
            "settings.sourceCode.code",
            "Invalid input: expected string, received undefined",
        ),
        ({**code("step_1"), "settings": None}, "settings", "Invalid input: expected object, received null"),
        ({**code("step_1"), "valid": 1}, "valid", "Invalid input: expected boolean, received number"),
        (code("step 1"), "name", "Invalid string: must match pattern /^[a-zA-Z_][a-zA-Z0-9_]*$/"),
        (code("step_1\0"), "name", "Invalid string: must match pattern /^[a-zA-Z_][a-zA-Z0-9_]*$/"),
        ({**code("a"), "displayName": "a\0"}, "displayName", "Invalid string: must not contain NUL characters or lone surrogates"),
        ({**code("a"), "displayName": "\ud800"}, "displayName", "Invalid string: must not contain NUL characters or lone surrogates"),
        (piece("step_1", pieceVersion="latest"), "settings.pieceVersion", "Invalid string: must be an exact version such as 0.3.15"),
        (
            piece("step_1", propertySettings={"a": {}}),
            "settings.propertySettings.a.type",
            "Invalid input: expected string, received undefined",
        ),
        (loop("step_1", items=3), "settings.items", "Invalid input: expected string, received number"),  # type: ignore[arg-type]
        (
            {**router("step_1"), "settings": {"branches": [], "executionType": "SOME"}},
            "settings.executionType",
            'Invalid option: expected one of "EXECUTE_ALL_MATCH"|"EXECUTE_FIRST_MATCH"',
        ),
        (code("trigger"), "name", "Duplicate step name trigger"),
        (_with_setting(loop("step_1"), parallelism=0), "settings.parallelism", "Too small: expected number to be >=1"),
        (_with_setting(loop("step_1"), parallelism=51), "settings.parallelism", "Too big: expected number to be <=50"),
        (_with_setting(loop("step_1"), parallelism=True), "settings.parallelism", "Invalid input: expected int, received boolean"),
        (_with_setting(router("step_1"), parallel=1), "settings.parallel", "Invalid input: expected boolean, received number"),
    ],
)
def test_the_faulty_field_is_named(broken: Step, path: str, message: str) -> None:
    found = problems(trigger(code("before", after=broken)))
    assert (f"trigger.nextAction.nextAction.{path}", message) in found


@pytest.mark.parametrize("kind", ["AI_ROUTER", "PROCESS_IN_BATCHES", "BRANCH", "PIECE_TRIGGER", None, ["CODE"]])
def test_unknown_kinds_are_refused_by_name(kind: Any) -> None:
    [(path, message)] = problems(trigger({**code("step_1"), "type": kind}))
    assert path == "trigger.nextAction.type"
    assert message == f"Unknown action type {kind!r}: this version runs CODE, PIECE, LOOP_ON_ITEMS, ROUTER"


def test_paths_lead_through_every_slot() -> None:
    bad = {**code("bad"), "displayName": 5}
    failing = {**code("step_3"), "continueOnFailureBranches": {"onFailure": bad}}
    [(path, _)] = problems(trigger(loop("step_1", router("step_2", None, failing))))
    assert path == "trigger.nextAction.firstLoopAction.children.1.continueOnFailureBranches.onFailure.displayName"


def test_children_that_are_no_steps() -> None:
    assert problems("no") == [("trigger", "Invalid input: expected object, received string")]
    assert problems({**trigger(), "nextAction": "x"}) == [("trigger.nextAction", "Invalid input: expected object, received string")]
    odd = {**router("step_1", None), "children": ["x", None]}
    assert problems(trigger(odd)) == [("trigger.nextAction.children.0", "Invalid input: expected record, received string")]


def test_children_without_a_branch_are_refused() -> None:
    surplus = {**router("step_1"), "children": [None, None, code("step_2")]}
    assert problems(trigger(surplus)) == [("trigger.nextAction.children.2", "There is no branch 2: the router has 1")]
    assert parse_trigger(trigger({**surplus, "children": [None, None]}))["nextAction"]["children"] == [None]


def test_what_json_cannot_say_is_refused() -> None:
    [(path, message)] = problems(trigger(code("step_1", input={"v": "\ud800"})))
    assert path == "trigger.nextAction"
    assert "cannot be stored as JSON" in message


def test_a_thousand_steps_and_no_more() -> None:
    tree = trigger(chain(*(code(f"s{number}") for number in range(MAX_STEP_LEVELS))))
    assert len(step_names(parse_trigger(tree))) == MAX_STEP_LEVELS + 1
    tree = trigger(chain(*(code(f"s{number}") for number in range(MAX_STEP_LEVELS + 1))))
    assert problems(tree) == [("trigger", "The flow is nested deeper than 1000 levels")]


def test_deep_settings_count() -> None:
    value: Any = 1
    for _ in range(40):
        value = [value]
    tree = trigger(chain(*(code(f"s{number}") for number in range(980)), code("deep", input={"v": value})))
    [(path, message)] = problems(tree)
    assert path.endswith(".settings")
    assert message == "The flow is nested deeper than 1000 levels"


def test_no_more_than_a_hundred_problems() -> None:
    bad = [{**code(f"s{number}"), "displayName": 1} for number in range(5)]
    branches = [{**code(f"t{number}"), "valid": None} for number in range(300)]
    assert len(problems(trigger(chain(router("r", *branches), *bad)))) == 100


def test_fastify_message() -> None:
    found = [Problem("request.trigger.name", "Invalid input"), Problem("x", "y")]
    assert fastify_message(found) == "body/request/trigger/name Invalid input, body/x y"


# valid ------------------------------------------------------------------------------------------------------------------------------


def empty(**changed: str) -> dict[str, Any]:
    return {**condition(), **changed}


def conditions(*of: dict[str, Any]) -> Step:
    step = router("step_1", None)
    step["settings"]["branches"][0]["conditions"] = [list(of)]
    return step


@pytest.mark.parametrize(
    ("step", "path"),
    [
        (code("step_1", sourceCode={"code": " \n", "packageJson": "{}"}), "settings.sourceCode.code"),
        (loop("step_1", items=""), "settings.items"),
        (piece("step_1", actionName=""), "settings.actionName"),
        ({**piece("step_1"), "valid": False}, "valid"),
        ({**router("step_1"), "settings": {"branches": [], "executionType": "EXECUTE_ALL_MATCH"}, "children": []}, "settings.branches"),
        (conditions(empty(firstValue="")), "settings.branches.0.conditions.0.0.firstValue"),
        (conditions(condition(), empty(secondValue="")), "settings.branches.0.conditions.0.1.secondValue"),
        (conditions({"firstValue": "a", "secondValue": "b"}), "settings.branches.0.conditions.0.0.operator"),
    ],
)
def test_steps_that_cannot_run(step: Step, path: str) -> None:
    marked = recompute_valid(parse_trigger(trigger(step)))
    assert marked["nextAction"]["valid"] is False
    assert not is_valid(marked)
    assert [(problem.step, problem.path) for problem in version_problems(parse_trigger(trigger(step)))] == [("step_1", path)]


def test_steps_that_can_run() -> None:
    single = conditions({"firstValue": "a", "operator": "EXISTS"})
    tree = parse_trigger(trigger(chain(code("a"), loop("b"), {**piece("c"), "valid": True}, single)))
    wrong = transform(tree, lambda step: step if step["type"] == "PIECE" else {**step, "valid": step["type"] == "PIECE_TRIGGER"})
    assert text(recompute_valid(wrong)) == text(tree)
    assert version_problems(tree) == []


def test_the_pieces_have_a_say() -> None:
    tree = parse_trigger(trigger(chain(piece("step_1"), {**piece("step_2"), "skip": True}, code("step_3"))))
    said = version_problems(tree, lambda step: [Problem("settings.input.url", "Required")])
    assert [(problem.step, problem.path) for problem in said] == [("trigger", "settings.input.url"), ("step_1", "settings.input.url")]
    marked = recompute_valid(tree, lambda step: [])
    assert all(step["valid"] for step in walk(marked))


def test_references_to_steps_that_have_no_value_are_warnings() -> None:
    tree = parse_trigger(
        trigger(
            chain(
                code("step_1", input={"a": "{{step_2.x}} {{step_1}}", "b": [{"c": "{{step_9['x']}}"}], "d": "{{Math.max(trigger.n, 1)}}"}),
                code("step_2", input={"a": "{{step_1}} step_7 {{'step_8'}}"}),
            )
        )
    )
    assert [(problem.step, problem.path, problem.message) for problem in reference_problems(tree)] == [
        ("step_1", "settings.input.a", "step_2 has not run yet when this step runs"),
        ("step_1", "settings.input.a", "step_1 has not run yet when this step runs"),
        ("step_1", "settings.input.b.0.c", "step_9 does not exist"),
    ]

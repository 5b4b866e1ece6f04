"""Every operation on a version, one by one, and what each refuses."""

from __future__ import annotations

from typing import Any

import pytest

from piecework.engine.edit import OperationError, Version, apply
from piecework.engine.tree import locate, step_names, walk
from piecework.spec.flow import MAX_STEP_LEVELS, InvalidFlow, Step
from piecework.spec.operations import Operation, OperationType, parse_operation
from piecework.spec.shape import Problem
from tests.unit.engine.trees import LATER, NOW, chain, code, condition, loop, piece, router, trigger, version


def edit(before: Version, kind: str, /, **request: Any) -> Version:
    return apply(before, parse_operation({"type": kind, "request": request}), now=LATER, user_id="user")


def step(of: Version, name: str) -> Step:
    found = locate(of.trigger, name)
    assert found is not None
    return found.step


def names(of: Version) -> list[str]:
    return step_names(of.trigger)


def refused(before: Version, kind: str, /, **request: Any) -> str:
    with pytest.raises(OperationError) as error:
        edit(before, kind, **request)
    assert error.value.code == "FLOW_OPERATION_INVALID"
    return error.value.message


# Steps ------------------------------------------------------------------------------------------------------------------------------


def test_change_name() -> None:
    after = edit(version(), "CHANGE_NAME", displayName="Other")
    assert after.display_name == "Other"


def test_update_trigger_keeps_the_actions_and_the_sample_data() -> None:
    before = version(code("step_1"))
    before = edit(before, "UPDATE_SAMPLE_DATA_INFO", stepName="trigger", sampleDataSettings={"sampleDataFileId": "f"})
    new = trigger(pieceVersion="~0.2.0", sampleData={"sampleDataFileId": "other"})
    after = edit(before, "UPDATE_TRIGGER", **new)
    assert names(after) == ["trigger", "step_1"]
    assert after.trigger["settings"]["pieceVersion"] == "0.2.0"
    assert after.trigger["settings"]["sampleData"] == {"sampleDataFileId": "f", "lastTestDate": LATER}
    assert after.trigger["lastUpdatedDate"] == LATER


def test_update_trigger_to_empty_makes_the_version_invalid() -> None:
    after = edit(version(), "UPDATE_TRIGGER", name="trigger", type="EMPTY", displayName="Select Trigger", valid=True, settings={})
    assert after.trigger["valid"] is False
    assert not after.valid


def test_update_trigger_refuses_another_name_and_an_action() -> None:
    assert "called trigger" in refused(version(), "UPDATE_TRIGGER", **{**trigger(), "name": "start"})
    with pytest.raises(InvalidFlow, match="Unknown trigger type 'CODE'"):
        edit(version(), "UPDATE_TRIGGER", **code("trigger"))


@pytest.mark.parametrize(
    ("parent", "location", "branch", "order"),
    [
        ("trigger", None, None, ["trigger", "new", "step_1", "inner", "step_2", "child"]),
        ("step_1", "AFTER", None, ["trigger", "step_1", "inner", "new", "step_2", "child"]),
        ("step_1", "INSIDE_LOOP", None, ["trigger", "step_1", "new", "inner", "step_2", "child"]),
        ("step_2", "INSIDE_BRANCH", 0, ["trigger", "step_1", "inner", "step_2", "new", "child"]),
        ("step_2", "INSIDE_BRANCH", 1, ["trigger", "step_1", "inner", "step_2", "child", "new"]),
        ("inner", "INSIDE_ON_FAILURE_BRANCH", None, ["trigger", "step_1", "inner", "new", "step_2", "child"]),
    ],
)
def test_add_action(parent: str, location: str | None, branch: int | None, order: list[str]) -> None:
    before = version(loop("step_1", code("inner")), router("step_2", code("child")))
    request: dict[str, Any] = {"parentStep": parent, "action": code("new")}
    request |= {"stepLocationRelativeToParent": location} if location else {}
    request |= {"branchIndex": branch} if branch is not None else {}
    after = edit(before, "ADD_ACTION", **request)
    assert names(after) == order
    assert step(after, "new")["lastUpdatedDate"] == LATER
    assert step(after, "step_1")["lastUpdatedDate"] == NOW


def test_add_action_takes_no_children_and_no_sample_data() -> None:
    brought = router("step_1", code("step_2"), after=code("step_3"))
    brought["settings"]["sampleData"] = {"sampleDataFileId": "f"}
    after = edit(version(), "ADD_ACTION", parentStep="trigger", action=brought)
    assert names(after) == ["trigger", "step_1"]
    assert step(after, "step_1")["children"] == [None, None]
    assert "sampleData" not in step(after, "step_1")["settings"]


def test_add_action_pins_the_piece_version_and_keeps_unknown_fields() -> None:
    action = {**piece("step_1", pieceVersion="^0.3.1", extra={"a": 1}), "colour": "red"}
    added = step(edit(version(), "ADD_ACTION", parentStep="trigger", action=action), "step_1")
    assert added["settings"]["pieceVersion"] == "0.3.1"
    assert added["settings"]["extra"] == {"a": 1}
    assert added["colour"] == "red"


def test_add_action_refusals() -> None:
    before = version(code("step_1"), router("step_2"))
    assert refused(before, "ADD_ACTION", parentStep="trigger", action=code("step_1")) == "Step step_1 exists already"
    assert refused(before, "ADD_ACTION", parentStep="step_9", action=code("new")) == "Step step_9 does not exist"
    inside = {"parentStep": "step_1", "action": code("new"), "stepLocationRelativeToParent": "INSIDE_LOOP"}
    assert refused(before, "ADD_ACTION", **inside) == "Step step_1 (CODE) has no place INSIDE_LOOP"
    branch = {"parentStep": "step_2", "action": code("new"), "stepLocationRelativeToParent": "INSIDE_BRANCH"}
    assert refused(before, "ADD_ACTION", **branch, branchIndex=1) == "Step step_2 (ROUTER) has no place INSIDE_BRANCH 1"
    assert refused(before, "ADD_ACTION", **branch) == "Step step_2 (ROUTER) has no place INSIDE_BRANCH"


def test_add_action_names_the_faulty_field() -> None:
    action = code("new")
    del action["settings"]["sourceCode"]["code"]
    with pytest.raises(InvalidFlow) as error:
        edit(version(), "ADD_ACTION", parentStep="trigger", action=action)
    [problem] = error.value.problems
    assert problem.path == "request.action.settings.sourceCode.code"
    assert problem.message == "Invalid input: expected string, received undefined"


def test_update_action_keeps_what_hangs_in_it() -> None:
    before = version(loop("step_1", code("inner")), code("step_2"))
    after = edit(before, "UPDATE_ACTION", **{**loop("step_1", items="{{[1]}}"), "displayName": "New"})
    assert names(after) == names(before)
    assert step(after, "step_1")["settings"]["items"] == "{{[1]}}"
    assert step(after, "step_1")["lastUpdatedDate"] == LATER


def test_update_action_keeps_sample_data_and_drops_skip_as_the_request_says() -> None:
    before = edit(version(code("step_1")), "UPDATE_SAMPLE_DATA_INFO", stepName="step_1", sampleDataSettings={"sampleDataFileId": "f"})
    before = edit(before, "SET_SKIP_ACTION", names=["step_1"], skip=True)
    after = edit(before, "UPDATE_ACTION", **code("step_1", sampleData={"sampleDataFileId": "other"}))
    assert step(after, "step_1")["settings"]["sampleData"]["sampleDataFileId"] == "f"
    assert "skip" not in step(after, "step_1")


def test_update_action_to_another_type() -> None:
    failing = {**code("step_1"), "continueOnFailureBranches": {"onFailure": code("saved")}}
    before = version(failing, loop("step_2", code("inner")), code("step_3"))
    after = edit(before, "UPDATE_ACTION", **piece("step_1"))
    assert names(after) == names(before)
    after = edit(after, "UPDATE_ACTION", **router("step_2", None))
    assert step(after, "step_2")["children"] == [None, None]
    assert names(after) == ["trigger", "step_1", "saved", "step_2", "step_3"]


def test_update_router_keeps_children_parallel() -> None:
    before = version(router("step_1", code("child"), None))
    wider = router("step_1", None, None, None)
    assert child_names(edit(before, "UPDATE_ACTION", **wider)) == ["child", None, None, None]
    narrower = router("step_1", None)
    assert len(step(edit(before, "UPDATE_ACTION", **narrower), "step_1")["children"]) == 2


def test_update_router_does_not_lose_steps() -> None:
    before = version(router("step_1", None, code("child")))
    narrower = router("step_1")
    assert "children.1" in refused(before, "UPDATE_ACTION", **narrower)


def test_update_action_refuses_unknown_steps_and_the_trigger() -> None:
    assert refused(version(), "UPDATE_ACTION", **code("step_9")) == "Step step_9 does not exist"
    assert refused(version(), "UPDATE_ACTION", **code("trigger")) == "trigger is the trigger, not an action"


def test_delete_action_relinks_and_takes_children_along() -> None:
    before = version(code("step_1"), loop("step_2", code("inner"), after=None), code("step_3"))
    assert names(edit(before, "DELETE_ACTION", names=["step_2"])) == ["trigger", "step_1", "step_3"]
    assert names(edit(before, "DELETE_ACTION", names=["step_2", "inner", "step_1"])) == ["trigger", "step_3"]


def test_delete_action_empties_its_slot() -> None:
    before = version(router("step_1", code("child")), loop("step_2", code("inner")))
    after = edit(before, "DELETE_ACTION", names=["child", "inner"])
    assert step(after, "step_1")["children"] == [None, None]
    assert "firstLoopAction" not in step(after, "step_2")


def test_delete_action_refusals_change_nothing() -> None:
    before = version(code("step_1"))
    assert refused(before, "DELETE_ACTION", names=["step_1", "step_9"]) == "Step step_9 does not exist"
    assert refused(before, "DELETE_ACTION", names=["trigger"]) == "trigger is the trigger, not an action"
    assert names(before) == ["trigger", "step_1"]


def test_move_action_takes_its_children_but_not_its_next() -> None:
    before = version(loop("step_1", code("inner")), code("step_2"), code("step_3"))
    after = edit(before, "MOVE_ACTION", name="step_1", newParentStep="step_2")
    assert names(after) == ["trigger", "step_2", "step_1", "inner", "step_3"]
    assert [each["name"] for each in walk(after.trigger) if each["lastUpdatedDate"] == LATER] == ["step_1"]


def test_move_action_within_its_old_surroundings() -> None:
    before = version(loop("step_1", chain(code("inner"), code("second"))), code("step_2"))
    out = edit(before, "MOVE_ACTION", name="inner", newParentStep="step_1", stepLocationRelativeToNewParent="AFTER")
    assert names(out) == ["trigger", "step_1", "second", "inner", "step_2"]
    later = edit(before, "MOVE_ACTION", name="inner", newParentStep="second")
    assert names(later) == ["trigger", "step_1", "second", "inner", "step_2"]
    assert step(later, "second")["nextAction"]["name"] == "inner"


def test_move_action_refusals() -> None:
    before = version(loop("step_1", code("inner")), code("step_2"))
    for parent in ("step_1", "inner"):
        inside = {"name": "step_1", "newParentStep": parent}
        assert refused(before, "MOVE_ACTION", **inside) == "Step step_1 cannot be moved into or behind itself"
    assert refused(before, "MOVE_ACTION", name="step_2", newParentStep="step_9") == "Step step_9 does not exist"
    assert refused(before, "MOVE_ACTION", name="trigger", newParentStep="step_2") == "trigger is the trigger, not an action"


def test_duplicate_action_renames_steps_and_their_references() -> None:
    inside = chain(code("step_2", input={"v": "{{step_1['item']}} step_1"}), code("step_3", input={"v": "{{step_2.step_1 + step_9}}"}))
    body = loop("step_1", inside, items="{{trigger.x}}")
    body["firstLoopAction"]["settings"]["sampleData"] = {"sampleDataFileId": "f"}
    after = edit(version(body, code("step_5")), "DUPLICATE_ACTION", stepName="step_1")
    assert names(after) == ["trigger", "step_1", "step_2", "step_3", "step_4", "step_6", "step_7", "step_5"]
    assert step(after, "step_4")["displayName"] == "Step 1 Copy"
    assert step(after, "step_6")["settings"]["input"] == {"v": "{{step_4['item']}} step_1"}
    assert step(after, "step_6")["settings"]["sampleData"] == {}
    assert step(after, "step_7")["settings"]["input"] == {"v": "{{step_6.step_1 + step_9}}"}
    assert step(after, "step_2")["settings"]["sampleData"] == {"sampleDataFileId": "f"}


def test_duplicate_action_leaves_source_code_alone() -> None:
    source = {"code": "export const code = async () => '{{step_1}}';", "packageJson": "{}"}
    after = edit(version(code("step_1", sourceCode=source)), "DUPLICATE_ACTION", stepName="step_1")
    assert step(after, "step_2")["settings"]["sourceCode"] == source


def test_skip_actions() -> None:
    before = version(code("step_1", sourceCode={"code": "", "packageJson": "{}"}), code("step_2"))
    assert step(edit(before, "CHANGE_NAME", displayName="x"), "step_1")["valid"]
    after = edit(before, "SET_SKIP_ACTION", names=["step_1"], skip=True)
    assert step(after, "step_1")["skip"] is True
    assert step(after, "step_1")["valid"] is False
    assert after.valid, "a skipped step does not count"
    assert not edit(after, "SET_SKIP_ACTION", names=["step_1"], skip=False).valid
    assert refused(before, "SET_SKIP_ACTION", names=["trigger"], skip=True) == "trigger is the trigger, not an action"


def test_sample_data_info() -> None:
    after = edit(version(code("step_1")), "UPDATE_SAMPLE_DATA_INFO", stepName="step_1", sampleDataSettings={"sampleDataInputFileId": "i"})
    assert step(after, "step_1")["settings"]["sampleData"] == {"sampleDataInputFileId": "i", "lastTestDate": LATER}
    assert step(after, "step_1")["lastUpdatedDate"] == NOW
    after = edit(after, "UPDATE_SAMPLE_DATA_INFO", stepName="step_1", sampleDataSettings=None)
    assert "sampleData" not in step(after, "step_1")["settings"]


# Branches ---------------------------------------------------------------------------------------------------------------------------


def branch_names(of: Version, name: str = "step_1") -> list[str]:
    return [branch["branchName"] for branch in step(of, name)["settings"]["branches"]]


def child_names(of: Version, name: str = "step_1") -> list[str | None]:
    return [child and child["name"] for child in step(of, name)["children"]]


@pytest.fixture
def routed() -> Version:
    return version(router("step_1", code("step_2"), None, code("step_3", input={"v": "{{step_3}}"})))


def test_add_branch(routed: Version) -> None:
    after = edit(routed, "ADD_BRANCH", stepName="step_1", branchIndex=3, branchName="New")
    assert branch_names(after) == ["Branch 0", "Branch 1", "Branch 2", "New", "Otherwise"]
    assert child_names(after) == ["step_2", None, "step_3", None, None]
    assert step(after, "step_1")["settings"]["branches"][3]["conditions"] == [
        [{"operator": "TEXT_CONTAINS", "firstValue": "", "secondValue": "", "caseSensitive": False}]
    ]
    assert not after.valid, "an empty condition is not one"


def test_add_branch_refusals(routed: Version) -> None:
    for index in (-1, 4, 9):
        assert "its fallback stays last" in refused(routed, "ADD_BRANCH", stepName="step_1", branchIndex=index, branchName="New")
    assert refused(routed, "ADD_BRANCH", stepName="step_2", branchIndex=0, branchName="New") == "Step step_2 (CODE) is not a router"
    wrong = {"stepName": "step_1", "branchIndex": 0, "branchName": "New", "conditions": [[condition(operator="EQUALS")]]}
    with pytest.raises(InvalidFlow) as error:
        edit(routed, "ADD_BRANCH", **wrong)
    assert error.value.problems[0].path == "request.conditions.0.0.operator"


def test_delete_branch(routed: Version) -> None:
    after = edit(routed, "DELETE_BRANCH", stepName="step_1", branchIndex=0)
    assert branch_names(after) == ["Branch 1", "Branch 2", "Otherwise"]
    assert child_names(after) == [None, "step_3", None]


def test_duplicate_branch(routed: Version) -> None:
    after = edit(routed, "DUPLICATE_BRANCH", stepName="step_1", branchIndex=2)
    assert branch_names(after) == ["Branch 0", "Branch 1", "Branch 2", "Branch 2 Copy", "Otherwise"]
    assert child_names(after) == ["step_2", None, "step_3", "step_4", None]
    assert step(after, "step_4")["settings"]["input"] == {"v": "{{step_4}}"}


def test_move_branch(routed: Version) -> None:
    after = edit(routed, "MOVE_BRANCH", stepName="step_1", sourceBranchIndex=0, targetBranchIndex=2)
    assert branch_names(after) == ["Branch 1", "Branch 2", "Branch 0", "Otherwise"]
    assert child_names(after) == [None, "step_3", "step_2", None]


def test_the_fallback_stays(routed: Version) -> None:
    message = "Branch 3 is the fallback: it can be neither moved nor copied nor deleted"
    assert refused(routed, "DELETE_BRANCH", stepName="step_1", branchIndex=3) == message
    assert refused(routed, "DUPLICATE_BRANCH", stepName="step_1", branchIndex=3) == message
    assert refused(routed, "MOVE_BRANCH", stepName="step_1", sourceBranchIndex=3, targetBranchIndex=0) == message
    assert refused(routed, "MOVE_BRANCH", stepName="step_1", sourceBranchIndex=0, targetBranchIndex=3) == message


def test_branches_that_are_not_there(routed: Version) -> None:
    assert refused(routed, "DELETE_BRANCH", stepName="step_1", branchIndex=4) == "There is no branch 4: the router has 4"
    assert refused(routed, "DELETE_BRANCH", stepName="step_1", branchIndex=-1) == "There is no branch -1: the router has 4"
    assert refused(routed, "DELETE_BRANCH", stepName="step_9", branchIndex=0) == "Step step_9 does not exist"


# Notes ------------------------------------------------------------------------------------------------------------------------------

NOTE = {"id": "n1", "content": "hello", "color": "yellow", "position": {"x": 1, "y": 2}, "size": {"width": 100, "height": 80}}


def test_notes() -> None:
    added = edit(version(), "ADD_NOTE", **NOTE)
    assert added.notes == ({**NOTE, "ownerId": "user", "createdAt": LATER, "updatedAt": LATER},)
    changed = edit(added, "UPDATE_NOTE", **{**NOTE, "content": "bye"}, ownerId="other")
    assert (changed.notes[0]["content"], changed.notes[0]["ownerId"]) == ("bye", "other")
    assert edit(changed, "DELETE_NOTE", id="n1").notes == ()


def test_notes_refusals() -> None:
    added = edit(version(), "ADD_NOTE", **NOTE)
    assert refused(added, "ADD_NOTE", **NOTE) == "Note n1 exists already"
    assert refused(version(), "UPDATE_NOTE", **NOTE) == "Note n1 does not exist"
    assert refused(version(), "DELETE_NOTE", id="n1") == "Note n1 does not exist"


# All --------------------------------------------------------------------------------------------------------------------------------


def test_flow_level_operations_are_not_applied_to_a_version() -> None:
    operation = Operation(OperationType.CHANGE_STATUS, {"status": "ENABLED"})
    assert not operation.edits_version
    with pytest.raises(ValueError, match="applied to the flow"):
        apply(version(), operation, now=LATER)


def test_pieces_are_judged_by_whoever_knows_them() -> None:
    def check(step: Step) -> list[Problem]:
        return [] if "url" in step["settings"]["input"] else [Problem("settings.input.url", "Required")]

    request = {"parentStep": "trigger", "action": {**piece("step_1"), "valid": True}}
    after = apply(version(), parse_operation({"type": "ADD_ACTION", "request": request}), now=LATER, check_piece=check)
    assert step(after, "step_1")["valid"] is False


def test_a_flow_does_not_grow_beyond_the_limit() -> None:
    levels = MAX_STEP_LEVELS
    before = version(*(code(f"step_{number}") for number in range(1, levels + 1)))
    assert len(names(before)) == levels + 1
    assert "nested deeper" in refused(before, "ADD_ACTION", parentStep=f"step_{levels}", action=code("one_more"))
    assert len(names(edit(before, "DELETE_ACTION", names=["step_1"]))) == levels

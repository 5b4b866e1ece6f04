"""Every flow operation over HTTP, beside spec/recordings/flow-operations.json."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.e2e.flow_documents import WEBHOOK, Flow, code, loop, names, piece, router, without_steps
from tests.e2e.recordings import assert_as_recorded, assert_same_shape, recorded
from tests.e2e.server_process import Account


def child(flow: dict[str, Any], *path: str | int) -> Any:
    value = flow["version"]["trigger"]
    for key in path:
        value = value[key]
    return value


def test_the_recorded_operations_give_the_recorded_flows(owner: Account) -> None:
    """The whole recording, replayed; trees differ, because the other server adds a second step of the same name, which ours refuses."""
    flow = Flow(owner)
    refused = {"add a step, same name", "add a step, unknown parent"}
    for what in (
        "unknown type", "publish an empty flow", "enable before publishing", "update trigger", "add a code step", "add a step, same name",
        "add a step, unknown parent", "add a loop", "add inside the loop", "add a router", "add inside a branch", "add a branch",
        "duplicate a branch", "move a branch", "delete a branch", "duplicate an action", "move an action", "skip", "delete actions",
        "rename", "notes", "metadata", "update an action", "import", "publish", "enable",
    ):  # fmt: skip
        body = recorded("flow-operations", what)["request"]["body"]
        response = owner.client.post(f"/flows/{flow.id}", json=body)
        if what in refused:
            assert (response.status_code, response.json()["code"]) == (400, "FLOW_OPERATION_INVALID")
        else:
            expected = recorded("flow-operations", what)
            assert response.status_code == expected["status"], response.text
            assert_same_shape(without_steps(response.json()), without_steps(expected["response"]))
    assert_as_recorded(owner.client.get(f"/flows/{flow.id}"), "flow-operations", "get after enabling")


def test_actions(owner: Account) -> None:
    flow = Flow(owner).started()
    flow.add(code("step_1"))
    flow.add(loop("step_2"), "step_1")
    flow.add(code("step_3"), "step_2", stepLocationRelativeToParent="INSIDE_LOOP")
    flow.add(router("step_4"), "step_2")
    flow.add(code("step_5"), "step_4", stepLocationRelativeToParent="INSIDE_BRANCH", branchIndex=0)
    assert names(flow.get()) == ["step_1", "step_2", "step_4"]
    moved = flow.done("MOVE_ACTION", name="step_1", newParentStep="step_2", stepLocationRelativeToNewParent="INSIDE_LOOP")
    assert child(moved, "nextAction", "firstLoopAction", "nextAction", "name") == "step_3"
    updated = flow.done("UPDATE_ACTION", **code("step_3", "export const code = async () => 1;"))
    source = child(updated, "nextAction", "firstLoopAction", "nextAction", "settings", "sourceCode", "code")
    assert source == "export const code = async () => 1;"
    copied = flow.done("DUPLICATE_ACTION", stepName="step_2")
    assert len(names(copied)) == 3
    skipped = flow.done("SET_SKIP_ACTION", names=["step_2"], skip=True)
    assert child(skipped, "nextAction", "skip") is True
    left = flow.done("DELETE_ACTION", names=[name for name in names(skipped) if name != "step_4"])
    assert names(left) == ["step_4"]
    assert "not exist" in flow.refused("DELETE_ACTION", names=["step_99"])["params"]["message"]
    assert flow.refused("ADD_ACTION", parentStep="trigger", action=code("step_4"))["code"] == "FLOW_OPERATION_INVALID"
    assert "step_99" in flow.refused("MOVE_ACTION", name="step_4", newParentStep="step_99")["params"]["message"]


def test_branches(owner: Account) -> None:
    flow = Flow(owner).started()
    flow.add(router("step_1"))

    def branches(changed: dict[str, Any]) -> list[str]:
        return [branch["branchName"] for branch in child(changed, "nextAction", "settings", "branches")]

    assert branches(flow.done("ADD_BRANCH", stepName="step_1", branchIndex=1, branchName="Middle")) == ["Big", "Middle", "Otherwise"]
    assert branches(flow.done("DUPLICATE_BRANCH", stepName="step_1", branchIndex=0)) == ["Big", "Big Copy", "Middle", "Otherwise"]
    moved = flow.done("MOVE_BRANCH", stepName="step_1", sourceBranchIndex=0, targetBranchIndex=2)
    assert branches(moved) == ["Big Copy", "Middle", "Big", "Otherwise"]
    assert branches(flow.done("DELETE_BRANCH", stepName="step_1", branchIndex=0)) == ["Middle", "Big", "Otherwise"]
    assert flow.refused("DELETE_BRANCH", stepName="step_1", branchIndex=77)["code"] == "FLOW_OPERATION_INVALID"
    assert len(child(flow.get(), "nextAction", "children")) == 3


def test_the_flow_itself(owner: Account, make_member: Callable[[], Account]) -> None:
    flow = Flow(owner).started()
    folder = owner.client.post("/folders", json={"displayName": "Op", "projectId": owner.project_id}).json()["id"]
    assert flow.done("CHANGE_NAME", displayName="Renamed")["version"]["displayName"] == "Renamed"
    assert flow.done("CHANGE_FOLDER", folderId=folder)["folderId"] == folder
    assert flow.done("CHANGE_FOLDER", folderId=None)["folderId"] is None
    assert flow.done("UPDATE_METADATA", metadata={"k": "v"})["metadata"] == {"k": "v"}
    assert flow.done("UPDATE_METADATA", metadata=None)["metadata"] is None
    assert flow.done("UPDATE_MINUTES_SAVED", timeSavedPerRun=5)["timeSavedPerRun"] == 5
    assert flow.done("UPDATE_MINUTES_SAVED", timeSavedPerRun=None)["timeSavedPerRun"] is None
    assert flow.done("UPDATE_OWNER", ownerId=owner.session["id"])["ownerId"] == owner.session["id"]
    assert flow.refused("UPDATE_OWNER", ownerId=make_member().session["id"])["code"] == "ENTITY_NOT_FOUND"
    locked = flow.done("LOCK_FLOW")
    assert (locked["version"]["state"], locked["publishedVersionId"]) == ("LOCKED", None)
    draft = flow.done("CHANGE_NAME", displayName="Again")
    assert (draft["version"]["state"], draft["version"]["id"] != locked["version"]["id"]) == ("DRAFT", True)


def test_notes(owner: Account) -> None:
    flow = Flow(owner)
    note = {"id": "n" * 21, "content": "hello", "color": "yellow", "position": {"x": 1, "y": 2}, "size": {"width": 100, "height": 80}}
    added = flow.done("ADD_NOTE", **note)["version"]["notes"]
    assert (added[0]["content"], added[0]["ownerId"]) == ("hello", owner.session["id"])
    assert flow.done("UPDATE_NOTE", **{**note, "content": "bye"})["version"]["notes"][0]["content"] == "bye"
    assert flow.done("DELETE_NOTE", id=note["id"])["version"]["notes"] == []
    assert flow.refused("DELETE_NOTE", id=note["id"])["code"] == "FLOW_OPERATION_INVALID"


def test_sample_data(owner: Account) -> None:
    flow = Flow(owner).started()
    flow.add(code("step_1"))

    def sample(kind: str, version_id: str | None = None) -> Any:
        query = {"projectId": owner.project_id, "flowId": flow.id, "flowVersionId": version_id or flow.get()["version"]["id"]}
        response = owner.client.get("/sample-data", params={**query, "stepName": "step_1", "type": kind})
        assert response.status_code == 200, response.text
        return response.json()

    assert sample("OUTPUT") == {}
    saved = flow.done("SAVE_SAMPLE_DATA", stepName="step_1", payload={"a": [1, None, "é"]}, type="OUTPUT")
    assert set(child(saved, "nextAction", "settings", "sampleData")) == {"sampleDataFileId", "lastTestDate"}
    saved = flow.done("SAVE_SAMPLE_DATA", stepName="step_1", payload=5, type="INPUT")
    assert set(child(saved, "nextAction", "settings", "sampleData")) == {"sampleDataFileId", "sampleDataInputFileId", "lastTestDate"}
    assert (sample("OUTPUT"), sample("INPUT")) == ({"a": [1, None, "é"]}, 5)
    flow.done("UPDATE_ACTION", **code("step_1", "export const code = async () => 2;"))
    assert sample("OUTPUT") == {"a": [1, None, "é"]}

    published = flow.done("LOCK_AND_PUBLISH")["version"]["id"]
    flow.done("SAVE_SAMPLE_DATA", stepName="step_1", payload="new", type="OUTPUT")
    assert (sample("OUTPUT"), sample("OUTPUT", published)) == ("new", {"a": [1, None, "é"]})
    cleared = flow.done("UPDATE_SAMPLE_DATA_INFO", stepName="step_1", sampleDataSettings=None)
    assert "sampleData" not in child(cleared, "nextAction", "settings")
    assert sample("OUTPUT") == {}
    assert owner.client.delete(f"/flows/{flow.id}").status_code == 204


def test_publishing_names_everything_that_is_missing(owner: Account) -> None:
    flow = Flow(owner).started()
    flow.add(piece("step_1", "asana", "0.2.0", "create_task"))
    flow.add(piece("step_2", "data-mapper", "0.3.15", "no_such_action"), "step_1")
    flow.add(piece("step_3", "data-mapper", "0.3.15", "advanced_mapping"), "step_2")
    flow.add(code("step_4", "export const code = async (inputs) => {"), "step_3")
    flow.add(code("step_5", ""), "step_4")
    assert flow.get()["version"]["valid"] is False
    params = flow.refused("LOCK_AND_PUBLISH")["params"]
    assert [(problem["step"], problem["path"]) for problem in params["problems"]] == [
        ("step_1", "settings.pieceName"),
        ("step_2", "settings.actionName"),
        ("step_3", "settings.input.mapping"),
        ("step_4", "settings.sourceCode.code"),
        ("step_5", "settings.sourceCode.code"),
    ]
    assert "Step step_1: the piece @activepieces/piece-asana@0.2.0 is not installed" in params["message"]
    assert "Step step_4: the code does not compile" in params["message"]
    flow.done("SET_SKIP_ACTION", names=["step_1", "step_2", "step_3", "step_4", "step_5"], skip=True)
    assert flow.done("LOCK_AND_PUBLISH")["version"]["valid"] is True


def test_status(owner: Account) -> None:
    flow = Flow(owner)
    assert flow.done("CHANGE_STATUS", status="DISABLED")["status"] == "DISABLED"
    flow.started()
    assert flow.refused("CHANGE_STATUS", status="ENABLED")["code"] == "FLOW_OPERATION_INVALID"
    published = flow.done("LOCK_AND_PUBLISH")
    assert (published["status"], published["triggerSource"]) == ("ENABLED", {"schedule": None})
    assert flow.done("CHANGE_STATUS", status="ENABLED")["updated"] == published["updated"]
    disabled = flow.done("CHANGE_STATUS", status="DISABLED")
    assert (disabled["status"], "triggerSource" in disabled) == ("DISABLED", False)
    assert flow.done("CHANGE_STATUS", status="ENABLED")["triggerSource"] == {"schedule": None}


def test_a_schedule_is_shown(owner: Account) -> None:
    flow = Flow(owner)
    settings = {**WEBHOOK["settings"], "pieceName": "@activepieces/piece-schedule", "pieceVersion": "0.1.15"}  # type: ignore[dict-item]
    settings |= {"triggerName": "cron_expression", "input": {"cronExpression": "0 9 * * 1", "timezone": "Europe/Prague"}}
    flow.done("UPDATE_TRIGGER", **{**WEBHOOK, "settings": settings})
    response = flow.send("LOCK_AND_PUBLISH")
    if "is not installed" in response.text:
        pytest.skip("the schedule piece is not installed")
    schedule = {"type": "CRON_EXPRESSION", "cronExpression": "0 9 * * 1", "timezone": "Europe/Prague"}
    assert response.json()["triggerSource"] == {"schedule": schedule}


def test_two_editors_lose_nothing(owner: Account) -> None:
    flow = Flow(owner).started()
    flow.done("LOCK_AND_PUBLISH")

    def edit(number: int) -> int:
        return flow.send("ADD_ACTION", parentStep="trigger", action=code(f"step_{number}")).status_code

    with ThreadPoolExecutor(8) as editors:
        assert set(editors.map(edit, range(1, 41))) == {200}
    assert sorted(names(flow.get())) == sorted(f"step_{number}" for number in range(1, 41))
    versions = owner.client.get(f"/flows/{flow.id}/versions").json()["data"]
    assert [version["state"] for version in versions] == ["DRAFT", "LOCKED"]


def test_of_two_who_publish_and_edit_at_once_both_are_served(owner: Account) -> None:
    flow = Flow(owner).started()

    def act(number: int) -> int:
        if number % 3 == 0:
            return flow.send("LOCK_AND_PUBLISH").status_code
        return flow.send("ADD_ACTION", parentStep="trigger", action=code(f"step_{number}")).status_code

    with ThreadPoolExecutor(6) as editors:
        assert set(editors.map(act, range(1, 25))) == {200}
    assert len(names(flow.get())) == 16


def test_problems_are_told_before_publishing(owner: Account) -> None:
    def problems(**query: str) -> list[tuple[str, str, str]]:
        response = owner.client.get(f"/flows/{flow.id}/problems", params=query)
        assert response.status_code == 200, response.text
        return [(problem["step"], problem["path"], problem["severity"]) for problem in response.json()["data"]]

    flow = Flow(owner)
    empty = flow.get()["version"]["id"]
    assert problems() == [("trigger", "type", "ERROR")]
    flow.started()
    assert problems() == []
    flow.add(
        piece("step_1", "data-mapper", "0.3.15", "advanced_mapping", mapping={"a": "{{step_2['x']}} {{step_2['x']}}", "b": "{{gone}}"})
    )
    flow.add(code("step_2", "export const code = async (inputs) => {", given="{{step_9['x']}}"), "step_1")
    flow.add(piece("step_3", "data-mapper", "0.3.15", "advanced_mapping"), "step_2")
    assert problems() == [
        ("step_1", "settings.input.mapping.a", "WARNING"),
        ("step_2", "settings.sourceCode.code", "ERROR"),
        ("step_2", "settings.input.given", "WARNING"),
        ("step_3", "settings.input.mapping", "ERROR"),
    ]
    refused = flow.refused("LOCK_AND_PUBLISH")["params"]["problems"]
    assert [(problem["step"], problem["path"], "ERROR") for problem in refused] == [each for each in problems() if each[2] == "ERROR"]
    flow.done("SET_SKIP_ACTION", names=["step_2", "step_3"], skip=True)
    assert [severity for _, _, severity in problems()] == ["WARNING", "WARNING"]
    flow.done("LOCK_AND_PUBLISH")
    published = flow.get()["version"]["id"]
    flow.done("DELETE_ACTION", names=["step_1", "step_2", "step_3"])
    assert (problems(), len(problems(versionId=published)), empty == published) == ([], 2, True)
    assert owner.client.get(f"/flows/{flow.id}/problems", params={"versionId": "x" * 21}).status_code == 404
    assert owner.client.get(f"/flows/{'x' * 21}/problems").status_code == 404

"""Flows over HTTP, beside spec/recordings/flows.json."""

from collections.abc import Callable

import httpx
import pytest
from tests.e2e.flow_documents import WEBHOOK, Flow, chain, code, names, without_steps
from tests.e2e.recordings import assert_as_recorded, assert_same_shape, recorded
from tests.e2e.server_process import Account, StartServer

UNKNOWN_ID = "x" * 21


def test_life_of_a_flow(member: Account) -> None:
    flow = Flow(member)
    assert_as_recorded(flow.created, "flows", "create")
    assert flow.get() == flow.created.json()
    assert_as_recorded(member.client.get(f"/flows/{flow.id}"), "flows", "get")
    listed = member.client.get("/flows", params={"projectId": member.project_id})
    assert listed.json() == {"data": [flow.get()], "next": None, "previous": None}
    assert member.client.get("/flows/count", params={"projectId": member.project_id}).json() == 1

    deleted = member.client.delete(f"/flows/{flow.id}")
    assert_as_recorded(deleted, "misc", "delete the flow")
    gone = member.client.get(f"/flows/{flow.id}")
    assert gone.status_code == 404
    assert gone.json() == {"code": "ENTITY_NOT_FOUND", "params": {"entityId": flow.id, "entityType": "flow"}}
    assert member.client.delete(f"/flows/{flow.id}").status_code == 404
    assert_as_recorded(member.client.get(f"/flows/{UNKNOWN_ID}"), "flows", "get, unknown", exactly=True)


def test_a_flow_starts_where_and_as_it_is_told(member: Account) -> None:
    named = Flow(member, folderName="Sales", metadata={"k": [1, "é"]}, externalId="ext 1").created.json()
    folder = member.client.get(f"/folders/{named['folderId']}").json()
    assert (folder["displayName"], folder["numberOfFlows"]) == ("Sales", 1)
    assert (named["metadata"], named["externalId"]) == ({"k": [1, "é"]}, "ext 1")
    both = Flow(member, folderId=folder["id"], folderName="Ignored").created.json()
    assert both["folderId"] == folder["id"]
    assert member.client.get("/folders", params={"projectId": member.project_id}).json()["data"][0]["numberOfFlows"] == 2
    again = member.client.post("/flows", json={"displayName": "x", "projectId": member.project_id, "externalId": "ext 1"})
    assert (again.status_code, again.json()["code"]) == (409, "VALIDATION")
    analytics = member.client.get(f"/projects/{member.project_id}").json()["analytics"]
    assert (analytics["totalFlows"], analytics["activeFlows"]) == (2, 0)
    assert member.client.delete(f"/folders/{folder['id']}").status_code == 200
    assert member.client.get(f"/flows/{named['id']}").json()["folderId"] is None


def test_lists_are_filtered_sorted_and_paged(member: Account) -> None:
    flows = [Flow(member, name) for name in ("beta 50%", "Alpha", "gamma_")]
    beta, alpha, gamma = (flow.id for flow in flows)
    flows[0].done("UPDATE_TRIGGER", **WEBHOOK)
    flows[0].add(code("step_1", auth="{{connections['my conn 50%']}}"))
    flows[0].done("LOCK_AND_PUBLISH")
    folder = member.client.post("/folders", json={"displayName": "F", "projectId": member.project_id}).json()["id"]
    flows[1].done("CHANGE_FOLDER", folderId=folder)

    def found(**query: object) -> list[str]:
        response = member.client.get("/flows", params={"projectId": member.project_id, **query})
        assert response.status_code == 200, response.text
        return [flow["id"] for flow in response.json()["data"]]

    assert found() == [beta, alpha, gamma]
    assert found(sortBy="NAME") == [alpha, beta, gamma]
    assert found(sortBy="NAME", order="DESC") == [gamma, beta, alpha]
    assert found(folderId=folder) == [alpha]
    assert found(folderId="NULL") == [beta, gamma]
    assert found(folderIds=["NULL", folder]) == [beta, alpha, gamma]
    assert found(status="ENABLED") == [beta]
    assert found(status=["ENABLED", "DISABLED"]) == [beta, alpha, gamma]
    assert found(name="BETA") == [beta]
    assert (found(name="0%"), found(name="_"), found(name="%")) == ([beta], [gamma], [beta])
    assert found(versionState="LOCKED") == [beta]
    assert found(versionState="DRAFT") == [alpha, gamma]
    assert found(connectionExternalIds=["my conn 50%", "other"]) == [beta]
    assert found(connectionExternalIds="my conn%") == []
    assert found(agentExternalIds="a") == []
    assert found(externalIds=flows[2].get()["externalId"]) == [gamma]
    count = member.client.get("/flows/count", params={"projectId": member.project_id, "folderId": "NULL"})
    assert count.json() == 2

    first = member.client.get("/flows", params={"projectId": member.project_id, "limit": 2}).json()
    second = member.client.get("/flows", params={"projectId": member.project_id, "limit": 2, "cursor": first["next"]}).json()
    assert [flow["id"] for flow in first["data"] + second["data"]] == [beta, alpha, gamma]
    assert found(cursor="zzz") == [beta, alpha, gamma]
    page = recorded("flows", "list")["response"]
    assert_same_shape(without_steps(first["data"][0]), without_steps(page["data"][0]))
    assert set(first) == set(page)


def test_versions_are_kept_and_can_come_back(member: Account) -> None:
    flow = Flow(member).started()
    first = flow.done("LOCK_AND_PUBLISH")["version"]["id"]
    draft = flow.add(code("step_1"))
    assert draft["version"]["id"] != first
    assert (draft["publishedVersionId"], draft["version"]["state"]) == (first, "DRAFT")
    assert flow.add(code("step_2"), "step_1")["version"]["id"] == draft["version"]["id"]

    listed = member.client.get(f"/flows/{flow.id}/versions")
    assert [version["id"] for version in listed.json()["data"]] == [draft["version"]["id"], first]
    assert_as_recorded(listed, "flow-operations", "versions")
    assert names(flow.get(versionId=first)) == []
    assert names(flow.done("USE_AS_DRAFT", versionId=first)) == []
    assert flow.get()["version"]["id"] == draft["version"]["id"]
    assert flow.refused("USE_AS_DRAFT", versionId=UNKNOWN_ID)["params"]["entityType"] == "flow_version"
    other = Flow(member).get()["version"]["id"]
    assert flow.refused("USE_AS_DRAFT", versionId=other)["code"] == "ENTITY_NOT_FOUND"
    assert member.client.get(f"/flows/{flow.id}", params={"versionId": other}).status_code == 404


def test_everything_of_another_project_is_closed(member: Account, make_member: Callable[[], Account]) -> None:
    flow = Flow(member).started()
    stranger = make_member()
    theirs = Flow(stranger)
    folder = stranger.client.post("/folders", json={"displayName": "F", "projectId": stranger.project_id}).json()["id"]
    version = flow.get()["version"]["id"]
    identity = {"projectId": stranger.project_id, "flowId": flow.id, "flowVersionId": version}
    refused = [
        stranger.client.get(f"/flows/{flow.id}"),
        stranger.client.post(f"/flows/{flow.id}", json={"type": "CHANGE_NAME", "request": {"displayName": "x"}}),
        stranger.client.delete(f"/flows/{flow.id}"),
        stranger.client.get(f"/flows/{flow.id}/template"),
        stranger.client.get(f"/flows/{flow.id}/versions"),
        stranger.client.get("/flows", params={"projectId": member.project_id}),
        stranger.client.get("/flows/count", params={"projectId": member.project_id}),
        stranger.client.post("/flows", json={"displayName": "x", "projectId": member.project_id}),
        stranger.client.get("/trigger-events", params={"projectId": member.project_id, "flowId": flow.id}),
        stranger.client.get("/trigger-events", params={"projectId": stranger.project_id, "flowId": flow.id}),
        stranger.client.post("/trigger-events", json={"projectId": stranger.project_id, "flowId": flow.id, "mockData": 1}),
        stranger.client.post("/test-trigger", json={**identity, "testStrategy": "SIMULATION"}),
        stranger.client.delete("/test-trigger", params={"projectId": stranger.project_id, "flowId": flow.id}),
        stranger.client.get("/sample-data", params={**identity, "stepName": "trigger", "type": "OUTPUT"}),
        member.client.post("/flows", json={"displayName": "x", "projectId": member.project_id, "folderId": folder}),
        flow.send("CHANGE_FOLDER", folderId=folder),
        flow.send("UPDATE_OWNER", ownerId=stranger.session["id"]),
        flow.send("USE_AS_DRAFT", versionId=theirs.get()["version"]["id"]),
    ]
    assert [response.status_code for response in refused] == [403] * 9 + [404] * 9
    assert flow.get()["version"]["displayName"] == "Rec"


def test_templates_of_flows(member: Account) -> None:
    flow = Flow(member).started()
    flow.add(code("step_1"))
    response = member.client.get(f"/flows/{flow.id}/template")
    exported, expected = response.json(), recorded("flow-operations", "template")["response"]
    for template in (exported, expected):
        template["flows"] = [{**each, "trigger": {}} for each in template["flows"]]
    assert_same_shape(exported, expected)
    assert response.json()["metadata"] == {"externalId": flow.get()["externalId"]}
    assert response.json()["author"] == "Bob L"
    copy = Flow(member, "Copy")
    imported = copy.done(
        "IMPORT_FLOW", **{key: response.json()["flows"][0][key] for key in ("displayName", "trigger", "schemaVersion", "notes")}
    )
    assert names(imported) == ["step_1"]


def test_publishing_may_leave_a_flow_disabled(start_server: StartServer) -> None:
    server = start_server(enable_flow_on_publish=False, log_level="warn")
    session = server.sign_up("owner@example.com")
    with server.client(session["token"]) as client:
        flow = Flow(Account(session, client)).started()
        assert flow.done("LOCK_AND_PUBLISH")["status"] == "DISABLED"
        assert flow.done("CHANGE_STATUS", status="ENABLED")["status"] == "ENABLED"
        flow.add(code("step_1"))
        assert flow.done("LOCK_AND_PUBLISH")["status"] == "ENABLED"
        assert flow.done("LOCK_AND_PUBLISH", status="DISABLED")["status"] == "DISABLED"
        saved = flow.get()
    server.stop()
    restarted = start_server(server.data_dir, enable_flow_on_publish=False, log_level="warn")
    with restarted.client(session["token"]) as client:
        assert client.get(f"/flows/{flow.id}").json() == saved


def test_a_flow_of_three_hundred_steps(member: Account) -> None:
    flow = Flow(member, "Long")
    steps = [code(f"step_{number}", f"export const code = async (inputs) => ({{n: {number}}});") for number in range(1, 301)]
    imported = flow.done("IMPORT_FLOW", displayName="Long", trigger=chain(WEBHOOK, *steps), schemaVersion="20", notes=[])
    assert (len(names(imported)), imported["version"]["valid"]) == (300, True)
    flow.add(code("step_301"), "step_300")
    flow.done("MOVE_ACTION", name="step_301", newParentStep="trigger")
    published = flow.done("LOCK_AND_PUBLISH")
    assert names(published)[:2] == ["step_301", "step_1"]
    assert len(names(flow.get())) == 301
    assert len(names(member.client.get("/flows", params={"projectId": member.project_id}).json()["data"][0])) == 301


def test_the_deepest_flow_that_is_accepted_comes_back(member: Account) -> None:
    flow = Flow(member, "Deep")
    trigger: dict = chain(WEBHOOK, *(code(f"step_{number}") for number in range(1, 901)))
    assert len(names(flow.done("IMPORT_FLOW", displayName="Deep", trigger=trigger, schemaVersion="20", notes=None))) == 900
    assert len(names(flow.get())) == 900
    assert flow.done("UPDATE_METADATA", metadata={"deep": nested(500)})["metadata"] == {"deep": nested(500)}
    assert member.client.get(f"/flows/{flow.id}/template").status_code == 200


def nested(levels: int) -> dict | int:
    value: dict | int = 1
    for _ in range(levels):
        value = {"a": value}
    return value


BAD_BODIES = {
    "no JSON": b"{",
    "nothing": b"",
    "an array": b"[]",
    "null": b"null",
    "text": b'"CHANGE_NAME"',
    "2,000 levels": b'{"type":"UPDATE_METADATA","request":{"metadata":' + b'{"a":' * 2000 + b"1" + b"}" * 2000 + b"}}",
    "2,000 lists": b"[" * 2000 + b"]" * 2000,
    "a lone surrogate": b'{"type":"CHANGE_NAME","request":{"displayName":"\\ud800"}}',
    "invalid UTF-8": b'{"type":"CHANGE_NAME","request":{"displayName":"\xff"}}',
    "NUL in a name": b'{"type":"CHANGE_NAME","request":{"displayName":"a\\u0000b"}}',
    "a number as type": b'{"type":1,"request":{}}',
    "a list as type": b'{"type":["CHANGE_NAME"],"request":{}}',
    "no request": b'{"type":"CHANGE_NAME"}',
    "request is a list": b'{"type":"CHANGE_NAME","request":[]}',
    "a number as name": b'{"type":"CHANGE_NAME","request":{"displayName":1}}',
    "no status": b'{"type":"CHANGE_STATUS","request":{"status":"ON"}}',
    "an action that is null": b'{"type":"ADD_ACTION","request":{"parentStep":"trigger","action":null}}',
    "an action of no kind": b'{"type":"ADD_ACTION","request":{"parentStep":"trigger","action":{"name":"a","type":"NOPE","displayName":"",'
    b'"valid":true,"settings":{}}}}',
    "settings that are a list": b'{"type":"ADD_ACTION","request":{"parentStep":"trigger","action":{"name":"a","type":"CODE",'
    b'"displayName":"","valid":true,"settings":[]}}}',
    "a name that is no identifier": b'{"type":"ADD_ACTION","request":{"parentStep":"trigger","action":{"name":"a b","type":"LOOP_ON_ITEMS",'
    b'"displayName":"","valid":true,"settings":{"items":""}}}}',
    "an import without a trigger": b'{"type":"IMPORT_FLOW","request":{"displayName":"x"}}',
    "an import of the future": b'{"type":"IMPORT_FLOW","request":{"displayName":"x","trigger":{},"schemaVersion":"999","notes":null}}',
    "metadata that are a list": b'{"type":"UPDATE_METADATA","request":{"metadata":[]}}',
    "minutes as text": b'{"type":"UPDATE_MINUTES_SAVED","request":{"timeSavedPerRun":"5"}}',
    "an owner who is nobody": b'{"type":"UPDATE_OWNER","request":{"ownerId":"\' OR 1=1 --"}}',
    "a folder that is none": b'{"type":"CHANGE_FOLDER","request":{"folderId":"x\'; DROP TABLE flow;--"}}',
    "a huge branch index": b'{"type":"DELETE_BRANCH","request":{"stepName":"trigger","branchIndex":99999999999999999999999}}',
    "sample data of no step": b'{"type":"SAVE_SAMPLE_DATA","request":{"stepName":"nope","payload":1,"type":"OUTPUT"}}',
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_bad_operations_are_refused_and_change_nothing(owner: Account, body: bytes) -> None:
    flow = Flow(owner).started()
    before = flow.get()
    response = owner.client.post(f"/flows/{flow.id}", content=body, headers={"content-type": "application/json"})
    assert 400 <= response.status_code < 500, response.text
    assert response.json().get("message") or response.json().get("params")
    assert flow.get() == before


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"displayName": ""}, "body/displayName Too small"),
        ({"displayName": "a\0"}, "body/displayName Invalid string"),
        ({"displayName": "x" * 256}, "body/displayName Too big"),
        ({"projectId": "short"}, "body/projectId Invalid string"),
        ({"folderId": 5}, "body/folderId Invalid input"),
        ({"metadata": []}, "body/metadata Invalid input"),
    ],
)
def test_bad_new_flows_are_refused(owner: Account, fields: dict, message: str) -> None:
    response = owner.client.post("/flows", json={"displayName": "x", "projectId": owner.project_id, **fields})
    assert response.status_code == 400
    assert response.json()["message"].startswith(message)


def test_what_is_not_there(owner: Account) -> None:
    def create(**fields: str) -> httpx.Response:
        return owner.client.post("/flows", json={"displayName": "x", "projectId": owner.project_id, **fields})

    assert_as_recorded(owner.client.post("/flows", json={"projectId": owner.project_id}), "flows", "create, no name", exactly=True)
    assert create(folderId=UNKNOWN_ID).json() == {"code": "ENTITY_NOT_FOUND", "params": {"entityId": UNKNOWN_ID, "entityType": "folder"}}
    assert create(templateId="' OR 1=1").json()["params"]["entityType"] == "template"
    for query in ({}, {"projectId": "x"}, {"projectId": owner.project_id, "status": "ON"}, {"projectId": owner.project_id, "limit": "0"}):
        assert owner.client.get("/flows", params=query).status_code == 400
    assert owner.client.get("/flows/'%20OR%201=1").status_code == 400


def test_names_are_only_text(owner: Account) -> None:
    flow = Flow(owner)
    for name in ("'; DROP TABLE flow; --", "{{7*7}}", "<script>", "💣 ünïcödé \u202e", "%_\\"):
        assert flow.done("CHANGE_NAME", displayName=name)["version"]["displayName"] == name
        found = owner.client.get("/flows", params={"projectId": owner.project_id, "name": name}).json()["data"]
        assert [each["id"] for each in found] == [flow.id]

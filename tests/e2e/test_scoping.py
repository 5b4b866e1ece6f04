"""Nobody reaches what is somebody else's: every operation that names a thing by id, called by a stranger and by nobody.

Strangers are another user of the same platform, who owns a project of his own, and the administrator of another server's platform.
"""

import re
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from tests.e2e.flow_building import Step, make_flow, only_run, webhook_trigger
from tests.e2e.flow_documents import code
from tests.e2e.server_process import Account, Server, StartServer

Call = tuple[str, str, dict[str, Any] | None]
SECRET = "Very private words"


@dataclass(frozen=True)
class Property:
    """What the owner has: ids by the names that stand in `CALLS`."""

    ids: dict[str, str]

    def fill(self, value: Any) -> Any:
        """`value` with ids in the place of their names."""
        match value:
            case str():
                return re.sub(r"\{(\w+)\}", lambda name: self.ids[name[1]], value)
            case dict():
                return {key: self.fill(item) for key, item in value.items()}
            case list():
                return [self.fill(item) for item in value]
            case _:
                return value


def operation(kind: str, **request: Any) -> Call:
    return "POST", "/flows/{flow}", {"type": kind, "request": request}


P = {"projectId": "{project}"}
SETTINGS = {"input": {}, "sourceCode": {"code": "export const code = async () => 1;", "packageJson": "{}"}}
STEP = {"name": "one", "type": "CODE", "displayName": "X", "valid": True, "settings": SETTINGS}
NOTE = {"id": "n", "content": "x", "color": "orange", "position": {"x": 0, "y": 0}, "size": {"width": 1, "height": 1}}
FLOW_OPERATIONS: list[Call] = [
    operation("LOCK_AND_PUBLISH"),
    operation("CHANGE_STATUS", status="DISABLED"),
    operation("LOCK_FLOW"),
    operation("CHANGE_FOLDER", folderId=None),
    operation("CHANGE_NAME", displayName="Taken"),
    operation(
        "IMPORT_FLOW", displayName="Taken", trigger={"name": "trigger", "type": "EMPTY", "displayName": "x", "valid": False, "settings": {}}
    ),
    operation("UPDATE_TRIGGER", name="trigger", type="EMPTY", displayName="Taken", valid=False, settings={}),
    operation("ADD_ACTION", parentStep="trigger", action={**STEP, "name": "new"}),
    operation("UPDATE_ACTION", **STEP),
    operation("DELETE_ACTION", names=["one"]),
    operation("MOVE_ACTION", name="one", newParentStep="trigger"),
    operation("DUPLICATE_ACTION", stepName="one"),
    operation("USE_AS_DRAFT", versionId="{version}"),
    operation("ADD_BRANCH", stepName="one", branchIndex=0, branchName="x"),
    operation("DELETE_BRANCH", stepName="one", branchIndex=0),
    operation("DUPLICATE_BRANCH", stepName="one", branchIndex=0),
    operation("MOVE_BRANCH", stepName="one", sourceBranchIndex=0, targetBranchIndex=1),
    operation("SET_SKIP_ACTION", names=["one"], skip=True),
    operation("UPDATE_METADATA", metadata={"taken": True}),
    operation("SAVE_SAMPLE_DATA", stepName="one", payload="taken", type="OUTPUT"),
    operation("UPDATE_SAMPLE_DATA_INFO", stepName="one", sampleDataSettings=None),
    operation("UPDATE_MINUTES_SAVED", timeSavedPerRun=5),
    operation("UPDATE_OWNER", ownerId="{stranger}"),
    operation("ADD_NOTE", **NOTE),
    operation("UPDATE_NOTE", **NOTE),
    operation("DELETE_NOTE", id="n"),
]
CALLS: list[Call] = [
    *FLOW_OPERATIONS,
    ("GET", "/projects/{project}", None),
    ("POST", "/projects/{project}", {"displayName": "Taken"}),
    ("DELETE", "/projects/{project}", None),
    ("GET", "/flows?projectId={project}", None),
    ("GET", "/flows/count?projectId={project}", None),
    ("POST", "/flows", {"displayName": "Taken", **P}),
    ("GET", "/flows/{flow}", None),
    ("GET", "/flows/{flow}?versionId={version}", None),
    ("GET", "/flows/{flow}/template", None),
    ("GET", "/flows/{flow}/versions", None),
    ("GET", "/flows/{flow}/problems", None),
    ("GET", "/flows/{own_flow}/problems?versionId={version}", None),
    ("DELETE", "/flows/{flow}", None),
    ("GET", "/folders?projectId={project}", None),
    ("POST", "/folders", {"displayName": "Taken", **P}),
    ("GET", "/folders/{folder}", None),
    ("POST", "/folders/{folder}", {"displayName": "Taken"}),
    ("DELETE", "/folders/{folder}", None),
    ("GET", "/flow-runs?projectId={project}", None),
    ("GET", "/flow-runs?projectId={project}&environment=TESTING", None),
    ("GET", "/flow-runs/count-by-status?projectId={project}", None),
    ("GET", "/flow-runs/statistics?projectId={project}&createdAfter=2026-01-01&interval=DAY", None),
    ("GET", "/flow-runs/{run}", None),
    ("GET", "/flow-runs/{run}/timeline", None),
    ("POST", "/flow-runs/{run}/retry", {**P, "strategy": "FROM_FAILED_STEP"}),
    ("POST", "/flow-runs/{run}/retry", {"projectId": "{own_project}", "strategy": "FROM_FAILED_STEP"}),
    ("POST", "/flow-runs/{run}/retry", {"projectId": "{own_project}", "strategy": "ON_LATEST_VERSION"}),
    ("POST", "/flow-runs/retry", {**P, "strategy": "ON_LATEST_VERSION"}),
    ("POST", "/flow-runs/cancel", P),
    ("POST", "/flow-runs/archive", P),
    ("GET", "/sample-data?projectId={project}&flowId={flow}&flowVersionId={version}&stepName=one&type=OUTPUT", None),
    ("GET", "/sample-data?projectId={own_project}&flowId={flow}&flowVersionId={version}&stepName=one&type=OUTPUT", None),
    ("POST", "/sample-data/test-step", {**P, "flowVersionId": "{version}", "stepName": "one"}),
    ("POST", "/sample-data/test-step", {"projectId": "{own_project}", "flowVersionId": "{version}", "stepName": "one"}),
    ("GET", "/trigger-events?projectId={project}&flowId={flow}", None),
    ("GET", "/trigger-events?projectId={own_project}&flowId={flow}", None),
    ("POST", "/trigger-events", {**P, "flowId": "{flow}", "mockData": "taken"}),
    ("POST", "/trigger-events", {"projectId": "{own_project}", "flowId": "{flow}", "mockData": "taken"}),
    ("POST", "/test-trigger", {**P, "flowId": "{flow}", "flowVersionId": "{version}", "testStrategy": "SIMULATION"}),
    (
        "POST",
        "/test-trigger",
        {"projectId": "{own_project}", "flowId": "{flow}", "flowVersionId": "{version}", "testStrategy": "SIMULATION"},
    ),
    (
        "POST",
        "/test-trigger",
        {"projectId": "{own_project}", "flowId": "{own_flow}", "flowVersionId": "{version}", "testStrategy": "SIMULATION"},
    ),
    ("GET", "/triggers/failing?projectId={project}", None),
    ("DELETE", "/test-trigger?projectId={project}&flowId={flow}", None),
    ("DELETE", "/test-trigger?projectId={own_project}&flowId={flow}", None),
    ("GET", "/files/{file}?token=x", None),
    ("GET", "/store-entries?key=secret&projectId={project}", None),
    ("GET", "/store-entries?key=secret", None),
    ("POST", "/store-entries", {"key": "secret", "value": "taken", **P}),
    ("DELETE", "/store-entries?key=secret&projectId={project}", None),
    (
        "POST",
        "/pieces/options",
        {
            **P,
            "pieceName": "@activepieces/piece-http",
            "pieceVersion": "0.11.8",
            "actionOrTriggerName": "send_request",
            "propertyName": "authFields",
            "flowId": "{flow}",
            "flowVersionId": "{version}",
            "input": {"authType": "BASIC"},
        },
    ),
    (
        "POST",
        "/pieces",
        {"packageType": "REGISTRY", "scope": "PLATFORM", "pieceName": "@activepieces/piece-taken", "pieceVersion": "1.0.0"},
    ),
    ("GET", "/pieces/installations", None),
    ("POST", "/pieces/sync", None),
    ("DELETE", "/pieces/" + "x" * 21, None),
    ("POST", "/templates/{template}", {"name": "Taken"}),
    ("DELETE", "/templates/{template}", None),
    ("POST", "/user-invitations", {"email": "x@example.com", "type": "PROJECT", **P, "projectRole": "Admin"}),
    ("GET", "/user-invitations?type=PROJECT&projectId={project}", None),
    ("DELETE", "/user-invitations/{invitation}", None),
    ("POST", "/users/{owner}", {"status": "INACTIVE"}),
    ("DELETE", "/users/{owner}", None),
    ("POST", "/platforms/{platform}", {"name": "Taken"}),
    # What is named beside one's own things.
    ("POST", "/flows", {"displayName": "Mine", "projectId": "{own_project}", "folderId": "{folder}"}),
    ("POST", "/flows/{own_flow}", {"type": "CHANGE_FOLDER", "request": {"folderId": "{folder}"}}),
    ("POST", "/flows/{own_flow}", {"type": "USE_AS_DRAFT", "request": {"versionId": "{version}"}}),
    ("POST", "/flows/{own_flow}", {"type": "UPDATE_OWNER", "request": {"ownerId": "x" * 21}}),
    ("GET", "/flows/{own_flow}?versionId={version}", None),
    ("GET", "/flows/{own_flow}/template?versionId={version}", None),
]


def step_of(flow: Step) -> Step:
    return flow["version"]["trigger"]["nextAction"]


@pytest.fixture
def property_of_owner(server: Server, owner: Account, member: Account) -> Property:
    """A project with one of everything, and the stranger's own things beside it."""
    client, project = owner.client, owner.project_id
    flow = make_flow(owner, webhook_trigger(), code("one", "export const code = async () => { throw new Error('Very private words'); };"))
    assert httpx.post(f"{server.url}/api/v1/webhooks/{flow['id']}", json={"secret": SECRET}, trust_env=False).status_code == 200
    run = only_run(owner, flow["id"])
    saved = client.post(
        f"/flows/{flow['id']}",
        json={"type": "SAVE_SAMPLE_DATA", "request": {"stepName": "one", "payload": SECRET, "type": "OUTPUT"}},
    ).json()
    folder = client.post("/folders", json={"displayName": SECRET, "projectId": project}).json()
    client.post("/store-entries", json={"key": "secret", "value": SECRET, "projectId": project})
    client.post("/trigger-events", json={"projectId": project, "flowId": flow["id"], "mockData": SECRET})
    template = client.post("/templates", json={"name": SECRET, "flows": [client.get(f"/flows/{flow['id']}/template").json()["flows"][0]]})
    invitation = client.post(
        "/user-invitations", json={"email": "guest@example.com", "type": "PROJECT", "projectId": project, "projectRole": "Admin"}
    )
    own = make_flow(member, webhook_trigger(), code("one"))
    return Property(
        {
            "project": project,
            "flow": flow["id"],
            "version": saved["version"]["id"],
            "run": run["id"],
            "file": step_of(saved)["settings"]["sampleData"]["sampleDataFileId"],
            "folder": folder["id"],
            "template": template.json()["id"],
            "invitation": invitation.json().get("id", "x" * 21),
            "owner": owner.session["id"],
            "platform": owner.session["platformId"],
            "stranger": member.session["id"],
            "own_project": member.project_id,
            "own_flow": own["id"],
        }
    )


def state_of(owner: Account, there: Property) -> list[Any]:
    """Everything that the owner has, for comparison."""
    paths = [
        "/projects/{project}",
        "/flows?projectId={project}&limit=100",
        "/flows/{flow}",
        "/flows/{flow}/versions",
        "/folders?projectId={project}",
        "/flow-runs?projectId={project}&includeArchived=true&limit=100",
        "/sample-data?projectId={project}&flowId={flow}&flowVersionId={version}&stepName=one&type=OUTPUT",
        "/trigger-events?projectId={project}&flowId={flow}",
        "/store-entries?key=secret&projectId={project}",
        "/templates/{template}",
        "/user-invitations?type=PROJECT&projectId={project}",
        "/platforms/{platform}",
        "/users/me",
    ]
    return [owner.client.get(there.fill(path)).json() for path in paths]


def test_strangers_get_and_change_nothing(server: Server, owner: Account, member: Account, property_of_owner: Property) -> None:
    there = property_of_owner
    before = state_of(owner, there)
    assert SECRET in str(before)
    with server.client() as nobody:
        callers = [("stranger", member.client), ("nobody", nobody)]
        for who, client in callers:
            for method, path, body in CALLS:
                response = client.request(method, there.fill(path), json=there.fill(body))
                said = (who, method, path, body, response.status_code, response.text[:500])
                assert SECRET not in response.text, said
                assert response.status_code in (400, 401, 403, 404, 409), said
    after = state_of(owner, there)
    assert after == before


def test_a_token_of_another_platform_opens_nothing(owner: Account, property_of_owner: Property, start_server: StartServer) -> None:
    elsewhere = start_server(log_level="warn")
    foreign = elsewhere.sign_up("admin@example.com")
    with httpx.Client(base_url=owner.client.base_url, headers={"authorization": f"Bearer {foreign['token']}"}, trust_env=False) as client:
        for method, path, body in CALLS:
            response = client.request(method, property_of_owner.fill(path), json=property_of_owner.fill(body))
            assert response.status_code in (400, 401), (method, path, response.status_code)
    elsewhere.stop()


def test_naming_a_foreign_file_as_a_sample_neither_reads_nor_deletes_it(
    owner: Account, member: Account, property_of_owner: Property
) -> None:
    there = property_of_owner
    path = there.fill("/flows/{own_flow}")
    named = {"stepName": "one", "sampleDataSettings": {"sampleDataFileId": there.ids["file"]}}
    flow = member.client.post(path, json={"type": "UPDATE_SAMPLE_DATA_INFO", "request": named}).json()
    sample = member.client.get(
        "/sample-data",
        params={
            "projectId": member.project_id,
            "flowId": flow["id"],
            "flowVersionId": flow["version"]["id"],
            "stepName": "one",
            "type": "OUTPUT",
        },
    )
    assert SECRET not in sample.text
    replaced = {"stepName": "one", "payload": 1, "type": "OUTPUT"}
    assert member.client.post(path, json={"type": "SAVE_SAMPLE_DATA", "request": replaced}).status_code == 200
    member.client.post(path, json={"type": "UPDATE_SAMPLE_DATA_INFO", "request": named})
    assert member.client.delete(path).status_code == 204
    theirs = "/sample-data?projectId={project}&flowId={flow}&flowVersionId={version}&stepName=one&type=OUTPUT"
    assert owner.client.get(there.fill(theirs)).json() == SECRET

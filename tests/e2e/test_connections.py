"""Connections and variables over the API: shapes as recorded, scoping, replacing, deleting, global ones, variables."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from tests.e2e.connecting import ACME, ACME_VERSION, acme_installed, connected, shown, upsert
from tests.e2e.flow_building import Step, account_of, code, make_flow, operate, respond, run_in, runs_of, webhook_trigger
from tests.e2e.recordings import assert_as_recorded
from tests.e2e.server_process import Account, Server, StartServer

HTTP = "@activepieces/piece-http"


@pytest.fixture(scope="module")
def server(start_server: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Server:
    with acme_installed(tmp_path_factory.mktemp("acme") / "site"):
        return start_server(
            allow_open_sign_up=True, api_rate_limit_authn_enabled=False, log_level="warn", enforce_connection_piece_binding=True
        )


@pytest.fixture(scope="module")
def owner(server: Server) -> Iterator[Account]:
    yield from account_of(server)


@pytest.fixture
def member(server: Server, owner: Account, make_member: Callable[[], Account]) -> Account:
    return make_member()


def secret(text: str) -> dict[str, Any]:
    return {"type": "SECRET_TEXT", "secret_text": text}


def step(connection: str, name: str = "step_1") -> Step:
    settings = {
        "pieceName": ACME,
        "pieceVersion": ACME_VERSION,
        "actionName": "call",
        "input": {"auth": f"{{{{connections['{connection}']}}}}", "url": "http://127.0.0.1:9/"},
        "propertySettings": {},
        "errorHandlingOptions": {},
    }
    return {"name": name, "type": "PIECE", "valid": True, "displayName": name, "settings": settings}


def run_of(account: Account, server: Server, flow: dict[str, Any]) -> dict[str, Any]:
    httpx.post(f"{server.url}/api/v1/webhooks/{flow['id']}/sync", json={}, timeout=60, trust_env=False)
    return run_in(account, runs_of(account, flow["id"])[0]["id"], "SUCCEEDED", "FAILED")


@pytest.mark.parametrize(
    "value",
    [
        {"type": "SECRET_TEXT", "secret_text": "s3cret"},
        {"type": "BASIC_AUTH", "username": "u", "password": "p"},
        {"type": "CUSTOM_AUTH", "props": {"a": "b"}},
    ],
    ids=lambda value: value["type"],
)
def test_upserting_answers_as_recorded(owner: Account, value: dict[str, Any]) -> None:
    kind = value["type"]
    response = upsert(owner, f"rec-{kind.lower()}", value, HTTP, displayName=kind)
    assert_as_recorded(response, "connections", f"upsert {kind}")
    again = upsert(owner, f"rec-{kind.lower()}", value, HTTP, displayName="again")
    assert again.json()["id"] == response.json()["id"]
    assert again.json()["displayName"] == "again"


def test_listing_renaming_and_deleting_answer_as_recorded(owner: Account) -> None:
    made = connected(owner, "rec-listed", secret("s3cret-text"), HTTP)
    query = {"projectId": owner.project_id, "limit": 3, "pieceName": HTTP, "status": "ACTIVE", "scope": "PROJECT"}
    response = owner.client.get("/app-connections", params=query)
    assert_as_recorded(response, "connections", "list")
    assert "s3cret" not in response.text
    beyond = owner.client.get("/app-connections", params=query | {"cursor": response.json()["next"]}).json()["data"]
    assert made["id"] in {row["id"] for row in [*response.json()["data"], *beyond]}
    assert_as_recorded(owner.client.post(f"/app-connections/{made['id']}", json={"displayName": "renamed"}), "connections", "rename")
    owners = owner.client.get("/app-connections/owners", params={"projectId": owner.project_id})
    assert_as_recorded(owners, "connections", "owners")
    assert_as_recorded(owner.client.delete(f"/app-connections/{made['id']}"), "connections", "delete")
    assert owner.client.delete(f"/app-connections/{made['id']}").status_code == 404


def test_what_does_not_fit_is_refused_by_the_field_s_name(owner: Account) -> None:
    body = {"externalId": "bad", "displayName": "x", "pieceName": HTTP, "projectId": owner.project_id, "type": "SECRET_TEXT"}
    missing = owner.client.post("/app-connections", json=body)
    assert_as_recorded(missing, "connections", "upsert without value", exactly=True)
    for change in ({"type": "BASIC_AUTH", "value": secret("x")}, {"value": {"type": "NONE"}}, {"externalId": "a'b", "value": secret("x")}):
        assert owner.client.post("/app-connections", json=body | change).status_code == 400
    unknown = upsert(owner, "bad", secret("xxxxxxxx"), "@activepieces/piece-nowhere")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "ENTITY_NOT_FOUND")
    kind = upsert(owner, "bad", {"type": "OIDC", "props": {}})
    assert kind.json()["code"] == "INVALID_APP_CONNECTION"
    assert "OIDC" in kind.json()["params"]["error"]
    fields = upsert(owner, "bad", {"type": "CUSTOM_AUTH", "props": {"base": "http://x"}}).json()
    assert fields["params"]["problems"][0]["field"] == "value.props.key"


def test_the_piece_tries_a_connection_and_its_careless_words_are_censored(owner: Account) -> None:
    response = upsert(owner, "tried", secret("wrong-key-4711"))
    assert (response.status_code, response.json()["code"]) == (400, "INVALID_APP_CONNECTION")
    assert response.json()["params"]["error"] == "**REDACTED** is not a key"


def test_an_import_s_placeholder_waits_to_be_filled_in(owner: Account, server: Server) -> None:
    body = {"externalId": "later", "displayName": "Later", "pieceName": ACME, "projectId": owner.project_id, "type": "PLACEHOLDER"}
    made = owner.client.post("/app-connections", json=body)
    assert (made.status_code, made.json()["status"]) == (201, "MISSING")
    flow = make_flow(owner, webhook_trigger(), step("later"))
    run = run_of(owner, server, flow)
    assert "reconnect" in run["steps"]["step_1"]["errorMessage"]
    assert connected(owner, "later", secret("key-that-works"))["status"] == "ACTIVE"
    assert owner.client.post("/app-connections", json=body).json()["status"] == "ACTIVE", "a placeholder replaces nothing"


def test_nobody_sees_another_project_s_connections(owner: Account, member: Account) -> None:
    made = connected(owner, "private", secret("key-of-the-owner"))
    theirs = member.client
    assert theirs.get("/app-connections", params={"projectId": owner.project_id}).status_code == 403
    assert theirs.get("/app-connections/owners", params={"projectId": owner.project_id}).status_code == 403
    for method, path, body in (
        ("GET", "", None), ("GET", "/usage", None), ("POST", "", {"displayName": "mine"}), ("POST", "/revalidate", {}), ("DELETE", "", None),
    ):  # fmt: skip
        assert theirs.request(method, f"/app-connections/{made['id']}{path}", json=body).status_code == 403
    assert upsert(member, "private", secret("key-of-the-owner"), projectId=owner.project_id).status_code == 403
    assert [row["externalId"] for row in theirs.get("/app-connections", params={"projectId": member.project_id}).json()["data"]] == []
    replace = {"sourceAppConnectionId": made["id"], "targetAppConnectionId": made["id"], "projectId": member.project_id}
    assert theirs.post("/app-connections/replace", json=replace).status_code == 404
    assert theirs.get("/global-connections").status_code == 403
    assert theirs.post("/oauth-apps", json={"pieceName": ACME, "clientId": "a", "clientSecret": "b"}).status_code == 403
    assert owner.client.get("/worker/app-connections/private").status_code == 403, "people never read a value"


def test_a_step_cannot_name_a_connection_of_another_project(owner: Account, member: Account, server: Server) -> None:
    connected(owner, "only-there", secret("key-of-the-owner"))
    run = run_of(member, server, make_flow(member, webhook_trigger(), step("only-there")))
    assert "does not exist in this project" in run["steps"]["step_1"]["errorMessage"]


def test_a_connection_stays_with_its_piece_where_that_is_enforced(owner: Account, server: Server) -> None:
    connected(owner, "of-http", secret("key-of-http-1"), HTTP)
    run = run_of(owner, server, make_flow(owner, webhook_trigger(), step("of-http")))
    assert "was made for @activepieces/piece-http" in run["steps"]["step_1"]["errorMessage"]


def test_usage_is_told_and_an_unused_connection_alone_goes_carefully(owner: Account) -> None:
    made = connected(owner, "used", secret("key-that-is-used"))
    flow = make_flow(owner, webhook_trigger(), step("used"), step("used", "step_2"))
    usage = owner.client.get(f"/app-connections/{made['id']}/usage").json()["data"]
    expected = {"id": flow["id"], "inLatest": True, "inPublished": True, "steps": ["step_1", "step_2"]}
    assert [{name: use[name] for name in expected} for use in usage] == [expected]
    assert shown(owner, made["id"])["flowIds"] == [flow["id"]]
    refused = owner.client.delete(f"/app-connections/{made['id']}", params={"ifUnused": True})
    assert (refused.status_code, refused.json()["params"]["flows"][0]["id"]) == (409, flow["id"])
    assert owner.client.delete(f"/app-connections/{made['id']}").status_code == 204, "as on the wire"


def test_a_connection_takes_another_s_place_in_flows(owner: Account) -> None:
    old, new = (connected(owner, name, secret(f"key-{name}")) for name in ("replaced", "replacing"))
    other = connected(owner, "other-piece", secret("key-other"), HTTP)
    flow = make_flow(owner, webhook_trigger(), step("replaced"))
    request = {"sourceAppConnectionId": old["id"], "targetAppConnectionId": new["id"], "projectId": owner.project_id}

    def replace(**changes: Any) -> httpx.Response:
        return owner.client.post("/app-connections/replace", json=request | changes)

    assert replace(targetAppConnectionId=old["id"]).status_code == 409
    assert "same app" in replace(targetAppConnectionId=other["id"]).text
    blocked = replace(deleteSourceConnection=True)
    assert (blocked.status_code, blocked.json()["params"]["flows"][0]["id"]) == (409, flow["id"])
    assert replace().status_code == 204
    seen = owner.client.get(f"/flows/{flow['id']}").json()
    assert seen["version"]["connectionIds"] == ["replacing"]
    assert (seen["version"]["state"], seen["publishedVersionId"]) == ("DRAFT", flow["publishedVersionId"])
    assert replace(applyToPublishedVersions=True, deleteSourceConnection=True).status_code == 204
    seen = owner.client.get(f"/flows/{flow['id']}").json()
    published = owner.client.get(f"/flows/{flow['id']}", params={"versionId": seen["publishedVersionId"]}).json()["version"]
    assert (published["state"], published["connectionIds"]) == ("LOCKED", ["replacing"])
    assert owner.client.get(f"/app-connections/{old['id']}").status_code == 404
    before = owner.client.get(f"/flows/{flow['id']}", params={"versionId": flow["publishedVersionId"]}).json()["version"]
    assert before["connectionIds"] == ["replaced"], "what was published stays as it was"


def test_global_connections_belong_to_the_projects_that_they_are_given_to(owner: Account, member: Account) -> None:
    body = {
        "displayName": "Everywhere", "externalId": f"global-{member.project_id}", "pieceName": ACME, "scope": "PLATFORM", "type": "SECRET_TEXT",
        "value": secret("key-of-the-platform"), "projectIds": [member.project_id], "preSelectForNewProjects": True,
    }  # fmt: skip
    made = owner.client.post("/global-connections", json=body)
    assert (made.status_code, made.json()["projectIds"]) == (201, [member.project_id])
    assert "key-of-the-platform" not in made.text
    connection_id = made.json()["id"]
    (seen,) = member.client.get("/app-connections", params={"projectId": member.project_id}).json()["data"]
    assert (seen["id"], seen["scope"]) == (connection_id, "PLATFORM")
    assert member.client.delete(f"/app-connections/{connection_id}").status_code == 403
    assert upsert(member, body["externalId"], secret("mine")).status_code == 409
    team = owner.client.post("/projects", json={"displayName": "New"}).json()
    listed = owner.client.get("/app-connections", params={"projectId": team["id"], "scope": "PLATFORM"}).json()["data"]
    assert [row["id"] for row in listed] == [connection_id]
    changed = owner.client.post(f"/global-connections/{connection_id}", json={"displayName": "Nowhere", "projectIds": []})
    assert (changed.json()["displayName"], changed.json()["projectIds"]) == ("Nowhere", [])
    assert member.client.get("/app-connections", params={"projectId": member.project_id}).json()["data"] == []
    nobody = {"displayName": "x", "projectIds": ["0" * 21]}
    assert owner.client.post(f"/global-connections/{connection_id}", json=nobody).status_code == 404
    assert owner.client.get("/global-connections").json()["data"][-1]["id"] == connection_id
    assert owner.client.delete(f"/global-connections/{connection_id}").status_code == 204


def test_variables(owner: Account, member: Account, server: Server) -> None:
    body = {"projectId": owner.project_id, "name": "API_KEY", "value": "first-value-1"}
    made = owner.client.post("/variables", json=body)
    assert made.status_code == 201
    assert "first-value-1" not in made.text
    again = owner.client.post("/variables", json=body | {"value": "second-value-2"}).json()
    assert again["id"] == made.json()["id"]
    assert owner.client.post(f"/variables/{again['id']}/reveal").json() == {"value": "second-value-2"}
    assert owner.client.post(f"/variables/{again['id']}", json={"value": "third-value-3"}).status_code == 200
    source = "export const code = async (inputs) => ({ length: inputs.key.length, same: inputs.key })"
    flow = make_flow(owner, webhook_trigger(), code("step_1", source, key="{{variables['API_KEY']}}"), respond("step_2", {}))
    run = run_of(owner, server, flow)
    assert run["steps"]["step_1"]["input"] == {"key": "**REDACTED**"}
    assert run["steps"]["step_1"]["output"] == {"length": len("third-value-3"), "same": "**REDACTED**"}
    listed = owner.client.get("/variables", params={"projectId": owner.project_id, "name": "api"}).json()["data"]
    assert [(row["name"], row["flowIds"]) for row in listed] == [("API_KEY", [flow["id"]])]
    assert owner.client.get("/variables/owners", params={"projectId": owner.project_id}).json()["data"][0]["email"] == "owner@example.com"
    for method, path in (("POST", "/reveal"), ("POST", ""), ("DELETE", "")):
        assert member.client.request(method, f"/variables/{again['id']}{path}", json={}).status_code == 403
    assert owner.client.get("/worker/variables/API_KEY").status_code == 403
    assert owner.client.post("/variables", json=body | {"name": "not-a-name"}).status_code == 400
    assert owner.client.delete(f"/variables/{again['id']}").status_code == 204
    failed = run_of(owner, server, flow)
    assert "'API_KEY' does not exist" in failed["steps"]["step_1"]["errorMessage"]


def test_a_flow_whose_connection_is_gone_can_be_switched_off(owner: Account) -> None:
    made = connected(owner, "polled", secret("key-of-the-poll"))
    settings = {
        "pieceName": ACME, "pieceVersion": ACME_VERSION, "triggerName": "new_item", "propertySettings": {},
        "input": {"auth": "{{connections.polled}}", "url": "http://127.0.0.1:9/"},
    }  # fmt: skip
    trigger = {"name": "trigger", "type": "PIECE_TRIGGER", "valid": True, "displayName": "New item", "settings": settings}
    flow = make_flow(owner, trigger, publish=False)
    refused = owner.client.post(f"/flows/{flow['id']}", json={"type": "LOCK_AND_PUBLISH", "request": {}})
    assert refused.status_code == 400, "its trigger cannot be asked"
    flow = make_flow(owner, webhook_trigger(), step("polled"))
    assert owner.client.delete(f"/app-connections/{made['id']}").status_code == 204
    assert operate(owner, flow["id"], "CHANGE_STATUS", {"status": "DISABLED"})["status"] == "DISABLED"

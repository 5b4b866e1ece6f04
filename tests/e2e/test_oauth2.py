"""OAuth2 connections against a real authorization server: consent, claim, refreshing, refusal, reconnecting."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.e2e.authorization_server import Service, authorization_server
from tests.e2e.connecting import ACME, ACME_VERSION, acme_installed, connected, consent, shown, upsert
from tests.e2e.flow_building import Step, account_of, eventually, loop, make_flow, respond, run_in, runs_of, webhook_trigger
from tests.e2e.server_process import Account, Server, StartServer


@pytest.fixture(scope="module")
def acme_server(start_server: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Server:
    with acme_installed(tmp_path_factory.mktemp("acme") / "site"):
        return start_server(allow_open_sign_up=True, worker_concurrency=20, log_level="warn", flow_timeout_seconds=120)


@pytest.fixture(scope="module")
def account(acme_server: Server) -> Iterator[Account]:
    yield from account_of(acme_server)


@pytest.fixture
def service() -> Iterator[Service]:
    with authorization_server() as running:
        yield running


def call_step(name: str, service: Service, connection: str, **inputs: Any) -> Step:
    settings = {
        "pieceName": ACME,
        "pieceVersion": ACME_VERSION,
        "actionName": "call",
        "input": {"auth": f"{{{{connections['{connection}']}}}}", "url": f"{service.url}/echo", **inputs},
        "propertySettings": {},
        "errorHandlingOptions": {},
    }
    return {"name": name, "type": "PIECE", "valid": True, "displayName": name, "settings": settings}


def run_of(account: Account, server: Server, flow: dict[str, Any]) -> dict[str, Any]:
    """Calls a flow and returns its newest run once it is over."""
    before = len(runs_of(account, flow["id"]))
    answer = httpx.post(f"{server.url}/api/v1/webhooks/{flow['id']}/sync", json={}, timeout=60, trust_env=False)
    runs = runs_of(account, flow["id"])
    assert len(runs) == before + 1, answer.text
    return run_in(account, runs[0]["id"], "SUCCEEDED", "FAILED")


def steps_of(run: dict[str, Any]) -> dict[str, Any]:
    return run["steps"]


def test_the_consent_page_gets_pkce_state_and_what_the_piece_adds(account: Account, service: Service) -> None:
    request = {
        "pieceName": ACME,
        "projectId": account.project_id,
        "clientId": "acme-app",
        "redirectUrl": "http://localhost/redirect",
        "scopes": ["read"],
        "props": {"base": service.url},
    }
    page = account.client.post("/app-connections/oauth2/authorization-url", json=request).json()
    url = httpx.URL(page["authorizationUrl"])
    assert str(url).startswith(f"{service.url}/authorize?")
    assert url.params["scope"] == "read"
    assert url.params["tenant"] == "main"
    assert url.params["code_challenge_method"] == "S256"
    assert url.params["code_challenge"] != page["codeVerifier"]
    strange = account.client.post("/app-connections/oauth2/authorization-url", json=request | {"scopes": ["root"]})
    assert (strange.status_code, strange.json()["code"]) == (400, "INVALID_APP_CONNECTION")
    assert "root" in strange.json()["params"]["error"]


def test_a_code_is_claimed_and_the_token_used(account: Account, acme_server: Server, service: Service) -> None:
    connection = connected(account, "claimed", consent(account, service))
    assert connection["status"] == "ACTIVE"
    assert "value" not in connection
    flow = make_flow(account, webhook_trigger(), call_step("step_1", service, "claimed"), respond("step_2", {"done": True}))
    run = run_of(account, acme_server, flow)
    assert run["status"] == "SUCCEEDED", str(run["steps"])
    assert run["tags"] == ["connection:claimed"]
    step = steps_of(run)["step_1"]
    assert step["input"]["auth"] == "**REDACTED**"
    assert step["output"]["headers"]["authorization"] == "Bearer **REDACTED**"
    (request,) = service.requests_for("authorization_code")
    assert request["audience"] == "acme"
    assert request["client_secret"] == service.application.client_secret


def test_a_wrong_code_and_a_wrong_secret_are_refused_without_repeating_them(account: Account, service: Service) -> None:
    value = consent(account, service)
    response = upsert(account, "wrong", value | {"code": "made-up-code"})
    assert (response.status_code, response.json()["code"]) == (400, "INVALID_CLAIM")
    assert response.json()["params"]["tokenUrl"] == f"{service.url}/token"
    response = upsert(account, "wrong", value | {"client_secret": "not-the-secret"})
    assert response.status_code == 400
    assert "not-the-secret" not in response.text
    response = upsert(account, "wrong", value | {"code_challenge": "x" * 43})
    assert (response.status_code, response.json()["code"]) == (400, "INVALID_CLAIM")
    cloud = {"type": "CLOUD_OAUTH2", "client_id": "x", "code": "y", "props": {"base": service.url}}
    assert upsert(account, "wrong", cloud).json()["code"] == "INVALID_CLOUD_CLAIM"


def test_a_hundred_steps_at_once_refresh_once(account: Account, acme_server: Server, service: Service) -> None:
    service.lifetime = 0  # what is claimed now must be refreshed when it is used
    connected(account, "hundred", consent(account, service))
    service.lifetime = 3600
    flow = make_flow(account, webhook_trigger(), call_step("step_1", service, "hundred"))
    stale = service.access_tokens[-1]
    for _ in range(100):
        httpx.post(f"{acme_server.url}/api/v1/webhooks/{flow['id']}", json={}, trust_env=False)
    listed = {"projectId": account.project_id, "flowId": flow["id"], "limit": 200}

    def finished() -> list[dict[str, Any]] | None:
        runs = account.client.get("/flow-runs", params=listed).json()["data"]
        return runs if len(runs) == 100 and all(run["status"] in ("SUCCEEDED", "FAILED") for run in runs) else None

    runs = eventually(finished)
    assert {run["status"] for run in runs} == {"SUCCEEDED"}
    assert len(service.requests_for("refresh_token")) == 1
    assert service.access_tokens[-1] != stale


def test_a_revoked_refresh_token_is_told_and_cured_by_connecting_again(account: Account, acme_server: Server, service: Service) -> None:
    service.lifetime = 0
    connection = connected(account, "revoked", consent(account, service))
    flow = make_flow(account, webhook_trigger(), call_step("step_1", service, "revoked"))
    service.revoke_everything()
    run = run_of(account, acme_server, flow)
    assert run["status"] == "FAILED"
    assert "revoked" in steps_of(run)["step_1"]["errorMessage"]
    assert "reconnect" in steps_of(run)["step_1"]["errorMessage"]
    seen = shown(account, connection["id"])
    assert (seen["status"], seen["flowIds"]) == ("ERROR", [flow["id"]])
    assert seen["problem"]
    assert len(service.requests_for("refresh_token")) == 1
    run_of(account, acme_server, flow)
    assert len(service.requests_for("refresh_token")) == 1, "a connection that was refused is not tried again"
    service.lifetime = 3600
    assert connected(account, "revoked", consent(account, service))["id"] == connection["id"]
    assert shown(account, connection["id"])["status"] == "ACTIVE"
    assert run_of(account, acme_server, flow)["status"] == "SUCCEEDED"


def test_a_service_that_is_away_makes_no_connection_bad(account: Account, acme_server: Server, service: Service) -> None:
    service.lifetime = 0
    connection = connected(account, "away", consent(account, service))
    flow = make_flow(account, webhook_trigger(), call_step("step_1", service, "away"))
    service.outage = True
    run = run_of(account, acme_server, flow)
    assert run["status"] == "FAILED"
    assert "at the moment" in steps_of(run)["step_1"]["errorMessage"]
    assert shown(account, connection["id"])["status"] == "ACTIVE"
    assert account.client.post(f"/app-connections/{connection['id']}/revalidate").status_code == 409
    service.outage = False
    service.lifetime = 3600
    assert account.client.post(f"/app-connections/{connection['id']}/revalidate").json()["status"] == "ACTIVE"
    assert run_of(account, acme_server, flow)["status"] == "SUCCEEDED"


def test_client_credentials_by_header_and_the_fields_of_the_connection(account: Account, acme_server: Server, service: Service) -> None:
    value = {
        "type": "OAUTH2",
        "client_id": service.application.client_id,
        "client_secret": service.application.client_secret,
        "grant_type": "client_credentials",
        "authorization_method": "HEADER",
        "scope": "read",
        "props": {"base": service.url},
    }
    connection = connected(account, "machine", value)
    (request,) = service.requests_for("client_credentials")
    assert request["scope"] == "read"
    assert "client_secret" not in request
    flow = make_flow(account, webhook_trigger(), call_step("step_1", service, "machine"))
    assert run_of(account, acme_server, flow)["status"] == "SUCCEEDED"
    assert account.client.post(f"/app-connections/{connection['id']}/revalidate").json()["status"] == "ACTIVE"
    assert len(service.requests_for("client_credentials")) == 2


def test_the_platform_s_application_is_used_without_its_secret_being_known(account: Account, acme_server: Server, service: Service) -> None:
    value = consent(account, service)
    given = {name: value[name] for name in ("client_id", "code", "code_challenge", "redirect_url", "scope", "props")}
    refused = upsert(account, "ours", {"type": "PLATFORM_OAUTH2", **given})
    assert refused.json()["code"] == "INVALID_CLAIM"
    app = {"pieceName": ACME, "clientId": value["client_id"], "clientSecret": value["client_secret"]}
    assert account.client.post("/oauth-apps", json=app).status_code == 200
    listed = account.client.get("/oauth-apps", params={"pieceName": ACME})
    assert [entry["clientId"] for entry in listed.json()["data"]] == [value["client_id"]]
    assert value["client_secret"] not in listed.text
    connection = connected(account, "ours", {"type": "PLATFORM_OAUTH2", **given})
    assert account.client.post(f"/app-connections/{connection['id']}/revalidate").json()["status"] == "ACTIVE"
    assert len(service.requests_for("refresh_token")) == 1


def test_a_custom_connection_is_refreshed_by_its_piece(account: Account, acme_server: Server, service: Service) -> None:
    connected(account, "custom", {"type": "CUSTOM_AUTH", "props": {"base": service.url, "key": "key-of-mine-1"}})
    assert service.sessions == 1
    flow = make_flow(
        account,
        webhook_trigger(),
        loop("loop_1", "{{[1,2,3]}}", call_step("step_1", service, "custom")),
    )
    run = run_of(account, acme_server, flow)
    assert run["status"] == "SUCCEEDED", str(run["steps"])
    assert service.sessions == 1
    wrong = upsert(account, "custom-2", {"type": "CUSTOM_AUTH", "props": {"base": service.url, "key": "wrong-key-77"}})
    assert wrong.json()["code"] == "INVALID_APP_CONNECTION"
    assert "wrong-key-77" not in wrong.text


def test_no_token_lies_in_the_database_in_the_clear(account: Account, acme_server: Server, service: Service) -> None:
    connected(account, "sealed", consent(account, service))
    with sqlite3.connect(acme_server.data_dir / "piecework.db") as database:
        rows = database.execute("SELECT value, keyId FROM app_connection WHERE externalId = 'sealed'").fetchall()
    assert len(rows) == 1
    assert service.access_tokens[-1].encode() not in rows[0][0]
    assert len(rows[0][1]) == 16


def test_the_page_that_a_service_sends_the_browser_back_to(acme_server: Server) -> None:
    page = httpx.get(f"{acme_server.url}/redirect?code=abc&state=xyz", trust_env=False)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "script-src 'sha256-" in page.headers["content-security-policy"]
    assert "abc" not in page.text, "the code is read by the page's script alone"
    assert httpx.post(f"{acme_server.url}/redirect", trust_env=False).status_code == 405
    flags = httpx.get(f"{acme_server.url}/api/v1/flags", trust_env=False).json()
    assert flags["THIRD_PARTY_AUTH_PROVIDER_REDIRECT_URL"].endswith("/redirect")

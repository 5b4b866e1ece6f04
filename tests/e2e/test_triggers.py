"""Triggers over HTTP: events of apps, signed calls, payload schemas, trials at the sender, start hooks, and how a trigger does."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.e2e.flow_building import account_of, eventually, make_flow, mapping, only_run, operate, piece_trigger, respond, run_in, runs_of
from tests.e2e.server_process import Account, Server, StartServer
from tests.e2e.test_websocket import of, watching
from tests.faults.pieces import install

BEACON = ("beacon", "1.0.0")
SECRET = "sesame"


@pytest.fixture(scope="module")
def beacons(start_server: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A server that has the piece `beacon` and its app's secret."""
    with pytest.MonkeyPatch.context() as patch:
        install(tmp_path_factory.mktemp("beacon"), "beacon", Path(__file__).with_name("beacon_piece.py").read_text(), patch)
        secrets = json.dumps({"@activepieces/piece-beacon": {"webhookSecret": SECRET}})
        return start_server(app_webhook_secrets=secrets, allow_open_sign_up=True)


@pytest.fixture(scope="module")
def account(beacons: Server) -> Iterator[Account]:
    yield from account_of(beacons)


def call(server: Server, path: str, body: Any, **headers: str) -> httpx.Response:
    content = json.dumps(body).encode()
    named = {"content-type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.post(f"{server.url}/api/v1{path}", content=content, headers=named, timeout=30, trust_env=False)


def tell(server: Server, body: Any, secret: str = SECRET) -> httpx.Response:
    signature = hmac.new(secret.encode(), json.dumps(body).encode(), hashlib.sha256).hexdigest()
    return call(server, "/app-events/beacon", body, x_beacon_signature=signature)


def stored(account: Account, key: str) -> Any:
    answer = account.client.get("/store-entries", params={"projectId": account.project_id, "key": key})
    return answer.json()["value"] if answer.status_code == 200 else None


def test_an_event_of_an_app_goes_to_everybody_who_listens_for_it(beacons: Server, account: Account) -> None:
    first, second = (make_flow(account, piece_trigger(*BEACON, "lit", team="T1"), mapping("one")) for _ in range(2))
    other = make_flow(account, piece_trigger(*BEACON, "lit", team="T2"), mapping("one"))
    event = {"event": "lit", "team": "T1", "where": "Weathertop"}
    assert (tell(beacons, event).status_code, tell(beacons, event).json()) == (200, {})
    for flow in (first, second):
        runs = runs_of(account, flow["id"])
        assert len(runs) == 2, "they are durable when the app is answered"
        assert run_in(account, runs[0]["id"], "SUCCEEDED")["steps"]["trigger"]["output"] == event
    assert runs_of(account, other["id"]) == []

    operate(account, first["id"], "CHANGE_STATUS", {"status": "DISABLED"})
    operate(account, second["id"], "CHANGE_NAME", {"displayName": "Again"})
    operate(account, second["id"], "LOCK_AND_PUBLISH", {})
    assert tell(beacons, {"event": "out", "team": "T1"}).status_code == 200
    assert (len(runs_of(account, first["id"])), len(runs_of(account, second["id"]))) == (2, 3)
    assert tell(beacons, event, "wrong").status_code == 401
    assert len(runs_of(account, second["id"])) == 3


def test_calls_of_an_app_that_are_no_events(beacons: Server) -> None:
    asked = tell(beacons, {"challenge": "c"})
    assert (asked.status_code, asked.json(), asked.headers["x-answered"]) == (200, {"challenge": "c"}, "yes")
    unread = tell(beacons, {"something": 1})
    assert (unread.status_code, unread.json()) == (400, {})
    assert tell(beacons, {"event": "lit", "team": "nobody"}).status_code == 200
    for name in ("webhook", "nothing", "../x"):
        missing = call(beacons, f"/app-events/{name}", {})
        assert missing.status_code == 404, name
    assert call(beacons, "/app-events/beacon", "x" * 30_000_000).status_code == 413


def trial(account: Account, flow: dict[str, Any]) -> httpx.Response:
    body = {"projectId": account.project_id, "flowId": flow["id"], "flowVersionId": flow["version"]["id"], "testStrategy": "SIMULATION"}
    return account.client.post("/test-trigger", json=body)


def events_of(account: Account, flow: dict[str, Any]) -> list[dict[str, Any]]:
    return account.client.get("/trigger-events", params={"projectId": account.project_id, "flowId": flow["id"]}).json()["data"]


def test_a_trial_registers_its_own_url_until_an_event_comes(beacons: Server, account: Account) -> None:
    flow = make_flow(account, piece_trigger(*BEACON, "seen", name="Amon Din"), mapping("one"))
    live = stored(account, "registered")
    assert live.endswith(f"/webhooks/{flow['id']}")
    assert trial(account, flow).status_code == 200
    assert stored(account, "testregistered") == f"{live}/test"
    assert call(beacons, f"/webhooks/{flow['id']}/test", {"lit": True}).status_code == 200
    (event,) = events_of(account, flow)
    assert event["payload"] == {"lit": True}
    eventually(lambda: stored(account, "testregistered") is None)
    assert stored(account, "registered") == live, "what listens live was left alone"
    assert runs_of(account, flow["id"]) == []

    assert trial(account, flow).status_code == 200
    ended = account.client.delete("/test-trigger", params={"projectId": account.project_id, "flowId": flow["id"]})
    assert (ended.status_code, stored(account, "testregistered")) == (200, None)


def test_a_trial_of_an_apps_trigger_keeps_its_events(beacons: Server, account: Account) -> None:
    flow = make_flow(account, piece_trigger(*BEACON, "lit", team="T9"), mapping("one"), publish=False)
    assert trial(account, flow).status_code == 200
    assert tell(beacons, {"event": "lit", "team": "T9"}).status_code == 200
    assert [event["payload"]["team"] for event in events_of(account, flow)] == ["T9"]
    assert runs_of(account, flow["id"]) == []


def test_a_trial_that_cannot_begin_says_why(account: Account) -> None:
    flow = make_flow(account, piece_trigger(*BEACON, "seen", name="refused"), mapping("one"), publish=False)
    refused = trial(account, flow)
    assert (refused.status_code, refused.json()["code"]) == (400, "TEST_TRIGGER_FAILED")
    assert "no such beacon" in refused.json()["params"]["message"]


def test_events_can_be_deleted(account: Account, beacons: Server) -> None:
    flow = make_flow(account, piece_trigger(*BEACON, "lit", team="T8"), mapping("one"), publish=False)
    for number in range(3):
        account.client.post("/trigger-events", json={"projectId": account.project_id, "flowId": flow["id"], "mockData": number})
    page = account.client.get("/trigger-events", params={"projectId": account.project_id, "flowId": flow["id"], "limit": 2}).json()
    assert [event["payload"] for event in page["data"]] == [2, 1]
    assert account.client.delete(f"/trigger-events/{page['data'][0]['id']}").status_code == 204
    assert [event["payload"] for event in events_of(account, flow)] == [1, 0]
    assert account.client.delete(f"/trigger-events/{page['data'][0]['id']}").status_code == 404
    stranger = beacons.sign_up("stranger@example.com")
    with beacons.client(stranger["token"]) as client:
        assert client.delete(f"/trigger-events/{page['data'][1]['id']}").status_code == 403
        assert client.get(f"/triggers/{flow['id']}/health").status_code == 403
        assert client.get("/triggers/failing", params={"projectId": account.project_id}).status_code == 403
        assert client.get("/triggers/failing", params={"projectId": stranger["projectId"]}).json() == {"data": []}
        assert client.get("/triggers/failing").status_code == 400
        assert client.get("/trigger-runs", params={"projectId": account.project_id, "flowId": flow["id"]}).status_code == 403
        assert client.get("/trigger-runs", params={"projectId": stranger["projectId"], "flowId": flow["id"]}).status_code == 404


def test_a_start_hook_sees_each_run_and_can_fail_it(beacons: Server, account: Account) -> None:
    flow = make_flow(account, piece_trigger(*BEACON, "seen", name="Calenhad"), mapping("one"))
    call(beacons, f"/webhooks/{flow['id']}", {"n": 1})
    run_in(account, only_run(account, flow["id"])["id"], "SUCCEEDED")
    assert stored(account, "started") == {"n": 1}
    wet = make_flow(account, piece_trigger(*BEACON, "seen", name="wet"), mapping("one"))
    call(beacons, f"/webhooks/{wet['id']}", {"n": 2})
    run = run_in(account, only_run(account, wet["id"])["id"], "FAILED")
    assert run["failedStep"]["name"] == "trigger"
    assert (run["steps"]["trigger"]["output"], "one" in run["steps"]) == ({"n": 2}, False), "a retry begins with what it was"


def signed_webhook(**fields: Any) -> dict[str, Any]:
    shown = {"hmacHeaderName": "x-sig", "hmacSecret": SECRET, "hmacAlgorithm": "sha256", "hmacEncoding": "hex"}
    return piece_trigger("webhook", "0.1.33", "catch_webhook", authType="hmac", authFields=shown | fields)


def stamped(body: Any, seconds: float = 0.0) -> dict[str, str]:
    stamp = str(int(time.time() + seconds))
    return {"x_sig": hmac.new(SECRET.encode(), f"{stamp}.{json.dumps(body)}".encode(), hashlib.sha256).hexdigest(), "x_time": stamp}


@pytest.mark.parametrize("path", ["", "/sync"])
def test_a_signed_call_that_comes_again_starts_no_second_run(beacons: Server, account: Account, path: str) -> None:
    flow = make_flow(account, signed_webhook(hmacTimestampHeader="X-Time"), respond("answer", {"n": "{{trigger['body']['n']}}"}))
    url, body = f"/webhooks/{flow['id']}{path}", {"n": 1}
    once = stamped(body)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: call(beacons, url, body, **once), range(16)))
    assert {answer.status_code for answer in answers} == {200}
    assert sum(answer.json() == {"n": 1} for answer in answers) == (1 if path else 0)
    run_in(account, only_run(account, flow["id"])["id"], "SUCCEEDED")
    assert call(beacons, url, {"n": 2}, **stamped({"n": 2})).status_code == 200
    assert len(runs_of(account, flow["id"])) == 2
    for refused in (stamped(body, -1000), once | {"x_time": "1"}, {}):
        assert call(beacons, url, body, **refused).status_code == 401
    assert len(runs_of(account, flow["id"])) == 2


def test_a_body_that_does_not_fit_the_schema_is_refused_by_field(beacons: Server, account: Account) -> None:
    schema = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "tags": {"items": {"type": "integer"}}}}
    trigger = piece_trigger("webhook", "0.1.33", "catch_webhook", authType="none", authFields={}, payloadSchema=schema)
    flow = make_flow(account, trigger, mapping("one"))
    refused = call(beacons, f"/webhooks/{flow['id']}", {"name": 1, "tags": [1, "x"]})
    assert (refused.status_code, refused.json()["code"]) == (400, "VALIDATION")
    assert set(refused.json()["params"]["fields"]) == {"body.name", "body.tags.1"}
    assert runs_of(account, flow["id"]) == []
    assert call(beacons, f"/webhooks/{flow['id']}", {"name": "Ada"}).status_code == 200
    assert len(runs_of(account, flow["id"])) == 1


def test_how_a_trigger_does(account: Account) -> None:
    def get(path: str, **query: Any) -> Any:
        answer = account.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    flow = make_flow(account, piece_trigger("schedule", "0.1.17", "every_x_minutes", minutes=7), mapping("one"))
    health = get(f"/triggers/{flow['id']}/health")
    assert (health["listening"], health["schedule"], health["failures"]) == (True, {"type": "INTERVAL", "intervalMs": 420_000}, 0)
    assert health["nextRunAt"] > flow["updated"]
    assert (health["lastRun"], health["lastError"], health["waiting"]) == (None, None, 0)
    assert get("/trigger-runs", projectId=account.project_id, flowId=flow["id"]) == {"data": [], "next": None, "previous": None}
    assert "pieces" in get("/trigger-runs/status")
    operate(account, flow["id"], "CHANGE_STATUS", {"status": "DISABLED"})
    stopped = get(f"/triggers/{flow['id']}/health")
    assert (stopped["listening"], stopped["nextRunAt"], stopped["schedule"]) == (False, None, None)


async def test_a_trigger_that_fails_is_told_and_listed_where_it_belongs(beacons: Server, account: Account) -> None:
    stranger = beacons.sign_up("passer-by@example.com")
    flow = make_flow(account, piece_trigger(*BEACON, "burns"), mapping("one"))
    async with watching(beacons, *of(account)) as watcher, watching(beacons, stranger["token"], stranger["projectId"]) as passer_by:
        rain = {"projectId": account.project_id, "key": "wet", "value": True}
        assert (await asyncio.to_thread(account.client.post, "/store-entries", json=rain)).status_code == 200
        told = await watcher.until("TRIGGER_HEALTH_CHANGED")
        assert passer_by.heard == []
    listing = {"projectId": account.project_id}
    failing = account.client.get("/triggers/failing", params=listing).json()["data"]
    assert failing == [told]
    assert (told["flowId"], told["projectId"], told["failures"]) == (flow["id"], account.project_id, 1)
    assert "the wood is wet" in told["error"]
    assert told["failingSince"] == account.client.get(f"/triggers/{flow['id']}/health").json()["failingSince"]
    operate(account, flow["id"], "CHANGE_STATUS", {"status": "DISABLED"})
    assert account.client.get("/triggers/failing", params=listing).json() == {"data": []}


def test_a_trigger_that_does_not_listen_is_seen_and_heals(
    start_server: StartServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its sender refuses for a while, and the server is killed: while the trigger does not listen, and in the middle of a hook."""
    install(tmp_path / "pieces", "beacon", Path(__file__).with_name("beacon_piece.py").read_text(), monkeypatch)
    server = start_server(allow_open_sign_up=True)
    session = server.sign_up("warden@example.com")
    project = {"projectId": session["projectId"]}

    def client() -> httpx.Client:
        return server.client(session["token"])

    def get(path: str, **query: Any) -> Any:
        with client() as asking:
            answer = asking.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def sender(**says: bool) -> None:
        with client() as telling:
            for key, value in says.items():
                assert telling.post("/store-entries", json=project | {"key": key, "value": value}).status_code == 200

    def publish(name: str) -> httpx.Response:
        with client() as publishing:
            operate(Account(session, publishing), flow_id, "UPDATE_TRIGGER", piece_trigger(*BEACON, "seen", name=name))
            return publishing.post(f"/flows/{flow_id}", json={"type": "LOCK_AND_PUBLISH", "request": {}})

    def killed_and_started() -> Server:
        server.process.kill()
        server.process.wait()
        return start_server(server.data_dir, allow_open_sign_up=True)

    with client() as making:
        flow_id = make_flow(Account(session, making), piece_trigger(*BEACON, "seen", name="Eilenach"), mapping("one"))["id"]
    sender(refusing=True)
    assert publish("Nardol").json()["code"] == "TRIGGER_UPDATE_STATUS"
    [failing] = get("/triggers/failing", **project)["data"]
    assert (failing["flowId"], failing["failures"]) == (flow_id, 1)
    assert failing["error"].startswith("The trigger does not listen: ")
    assert "the warden refuses" in failing["error"]
    health = get(f"/triggers/{flow_id}/health")
    assert (health["listening"], health["failingSince"]) == (False, failing["failingSince"])
    assert health["nextRunAt"] > failing["failingSince"]

    server = killed_and_started()
    eventually(lambda: get("/triggers/failing", **project)["data"][0]["failures"] == 2)
    sender(refusing=False)
    assert publish("Eilenach").status_code == 200, "it is enabled, although its input is the same"
    assert get("/triggers/failing", **project) == {"data": []}
    assert get(f"/triggers/{flow_id}/health")["listening"]

    sender(asleep=True)
    with ThreadPoolExecutor(1) as pool:
        publishing = pool.submit(publish, "Nardol")
        eventually(lambda: not get(f"/triggers/{flow_id}/health")["listening"])
        sender(asleep=False)
        server = killed_and_started()
        assert isinstance(publishing.exception(), httpx.TransportError)
    eventually(lambda: get(f"/triggers/{flow_id}/health")["listening"])
    last = get("/trigger-runs", flowId=flow_id, **project)["data"][0]
    assert (last["type"], last["status"], last["error"]) == ("ENABLE", "COMPLETED", None)

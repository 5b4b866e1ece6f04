"""Trigger events and trials of triggers over HTTP, beside spec/recordings/trigger-events.json."""

from typing import Any

import httpx
from tests.e2e.flow_documents import Flow
from tests.e2e.recordings import assert_as_recorded
from tests.e2e.server_process import Account, Server


def events(flow: Flow) -> httpx.Response:
    return flow.account.client.get("/trigger-events", params={"projectId": flow.account.project_id, "flowId": flow.id})


def trial(flow: Flow, strategy: str) -> httpx.Response:
    body = {"projectId": flow.account.project_id, "flowId": flow.id, "flowVersionId": flow.get()["version"]["id"]}
    return flow.account.client.post("/test-trigger", json={**body, "testStrategy": strategy})


def test_made_up_events(owner: Account) -> None:
    flow = Flow(owner).started()
    for payload in ({"body": {"n": 1}}, None, [1, "é"]):
        body = {"projectId": owner.project_id, "flowId": flow.id, "mockData": payload}
        response = owner.client.post("/trigger-events", json=body)
        assert response.status_code == 200, response.text
        assert response.json()["payload"] == payload
        assert response.json()["sourceName"] == "@activepieces/piece-webhook@0.1:catch_webhook"
    assert [event["payload"] for event in events(flow).json()["data"]] == [[1, "é"], None, {"body": {"n": 1}}]


def test_a_call_of_the_test_url_is_kept(owner: Account, server: Server) -> None:
    flow = Flow(owner).started()
    assert trial(flow, "SIMULATION").json() == {"data": [], "next": None, "previous": None}
    called = httpx.post(f"{server.url}/api/v1/webhooks/{flow.id}/test", json={"name": "Ada", "items": [1, 2, 3], "n": 7}, trust_env=False)
    assert called.status_code == 200, called.text
    response = events(flow)
    assert_as_recorded_but_for_headers(response)
    assert response.json()["data"][0]["payload"]["body"] == {"name": "Ada", "items": [1, 2, 3], "n": 7}
    ended = owner.client.delete("/test-trigger", params={"projectId": owner.project_id, "flowId": flow.id})
    assert ended.status_code == 200


def assert_as_recorded_but_for_headers(response: httpx.Response) -> None:
    """The caller's own headers depend on the caller."""
    page: Any = response.json()
    for event in page["data"]:
        assert set(event) == {"id", "created", "updated", "flowId", "projectId", "sourceName", "fileId", "payload"}
        assert set(event["payload"]) == {"method", "headers", "body", "queryParams", "rawBody"}
    assert set(page) == {"data", "next", "previous"}


def test_trials(owner: Account) -> None:
    flow = Flow(owner)
    assert_as_recorded(trial(flow, "SIMULATION"), "misc", "test trigger", exactly=True)
    assert trial(flow, "TEST_FUNCTION").status_code == 404
    assert trial(flow, "NOPE").status_code == 400
    assert events(flow).json()["data"] == []


def test_a_trigger_that_can_be_asked(owner: Account) -> None:
    flow = Flow(owner)
    settings = {
        "pieceName": "@activepieces/piece-schedule",
        "pieceVersion": "0.1.15",
        "triggerName": "every_day",
        "input": {"hour_of_the_day": 9, "timezone": "UTC", "run_on_weekends": True},
        "propertySettings": {},
    }
    flow.done("UPDATE_TRIGGER", name="trigger", type="PIECE_TRIGGER", valid=True, displayName="Every day", settings=settings)
    response = trial(flow, "TEST_FUNCTION")
    assert response.status_code == 200, response.text
    assert len(response.json()["data"]) == 1
    assert events(flow).json()["data"] == response.json()["data"]
    settings["input"] = {"timezone": "Not/AZone", "hour_of_the_day": "never"}
    flow.done("UPDATE_TRIGGER", name="trigger", type="PIECE_TRIGGER", valid=True, displayName="Every day", settings=settings)
    failed = trial(flow, "TEST_FUNCTION")
    assert (failed.status_code, failed.json()["code"]) == (400, "TEST_TRIGGER_FAILED")

"""Live progress over socket.io with its own client (spec/api.md §14, recordings/websocket.json)."""

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import httpx
import pytest
import socketio
from tests.e2e.flow_building import action, code, loop, make_flow, mapping, operate, piece_trigger, run_in, webhook_trigger
from tests.e2e.server_process import Account, Server
from tests.patience import PATIENCE_SECONDS

EVENTS = (
    "TEST_FLOW_RUN_STARTED",
    "MANUAL_TRIGGER_RUN_STARTED",
    "UPDATE_RUN_PROGRESS",
    "FLOW_RUN_PROGRESS",
    "TEST_STEP_PROGRESS",
    "TEST_STEP_FINISHED",
    "TRIGGER_EVENT_RECEIVED",
    "TRIGGER_HEALTH_CHANGED",
    "FLOW_CREATED",
    "FLOW_DELETED",
    "FLOW_UPDATED",
    "FLOW_VERSION_UPDATED",
    "RESOURCE_LOCKED",
    "RESOURCE_UNLOCKED",
    "PRESENCE_UPDATED",
)


class Watcher:
    """A connected browser, and what it heard."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.client = socketio.AsyncClient(reconnection=False, http_session=session)
        self.heard: list[tuple[str, Any]] = []
        self._more = asyncio.Event()
        for event in EVENTS:
            self.client.on(event, self._listener(event))

    def _listener(self, event: str) -> Callable[[Any], Any]:
        async def hear(payload: Any) -> None:
            self.heard.append((event, payload))
            self._more.set()

        return hear

    def all(self, event: str) -> list[Any]:
        return [payload for heard, payload in self.heard if heard == event]

    async def until(self, event: str, holds: Callable[[Any], bool] = lambda _: True) -> Any:
        """The first payload of an event for which something holds."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                self._more.clear()
                for payload in self.all(event):
                    if holds(payload):
                        return payload
                await self._more.wait()


@asynccontextmanager
async def watching(server: Server, token: str, project_id: str, transport: str = "websocket"):
    async with aiohttp.ClientSession() as session:
        watcher = Watcher(session)
        auth = {"token": token, "projectId": project_id}
        try:
            await watcher.client.connect(server.url, auth=auth, socketio_path="/api/socket.io", transports=[transport])
            yield watcher
        finally:
            await watcher.client.disconnect()


def of(account: Account) -> tuple[str, str]:
    return account.session["token"], account.project_id


def ended(payload: dict[str, Any]) -> bool:
    return "step" not in payload and payload["flowRun"]["status"] in ("SUCCEEDED", "FAILED")


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_a_flow_test_is_told_step_by_step(server: Server, owner: Account, transport: str) -> None:
    flow = make_flow(owner, webhook_trigger(), mapping("one", n=1), mapping("two", n="{{one['n']}}"), publish=False)
    async with watching(server, *of(owner), transport) as watcher:
        await watcher.client.emit("TEST_FLOW_RUN", {"flowVersionId": flow["version"]["id"]})
        final = await watcher.until("UPDATE_RUN_PROGRESS", ended)
    started, *rest = watcher.heard
    assert started[0] == "TEST_FLOW_RUN_STARTED"
    assert (started[1]["status"], started[1]["environment"], started[1]["steps"]) == ("QUEUED", "TESTING", {})
    assert started[1]["triggeredBy"] == owner.session["id"]
    progress = [payload for event, payload in rest if event == "UPDATE_RUN_PROGRESS"]
    assert progress[0]["step"] == {
        "name": "trigger",
        "path": [],
        "output": {"type": "PIECE_TRIGGER", "status": "SUCCEEDED", "input": {}, "output": {}},
    }
    told = [(payload["step"]["name"], payload["step"]["output"]["status"]) for payload in progress if "step" in payload]
    assert told == [("trigger", "SUCCEEDED"), ("one", "RUNNING"), ("one", "SUCCEEDED"), ("two", "RUNNING"), ("two", "SUCCEEDED")]
    assert progress[0]["flowRun"]["status"] == "RUNNING"
    assert (final["flowRun"]["id"], final["flowRun"]["status"]) == (started[1]["id"], "SUCCEEDED")
    run = owner.client.get(f"/flow-runs/{started[1]['id']}").json()
    assert run["steps"]["two"]["output"] == {"n": 1}


async def test_a_flow_test_can_be_found_and_stopped(server: Server, owner: Account) -> None:
    endless = code("endless", "export const code = async () => { while (true); };")
    flow = make_flow(owner, webhook_trigger(), endless, publish=False)
    async with watching(server, *of(owner)) as watcher:
        await watcher.client.emit("TEST_FLOW_RUN", {"flowVersionId": flow["version"]["id"]})
        run_id = (await watcher.until("TEST_FLOW_RUN_STARTED"))["id"]
        named = {"projectId": owner.project_id, "flowRunIds": [run_id]}
        await watcher.until("UPDATE_RUN_PROGRESS", lambda payload: payload.get("step", {}).get("name") == "endless")
        for request in (named, {**named, "environment": "TESTING"}):
            assert owner.client.post("/flow-runs/cancel", json=request).status_code == 200
        final = await watcher.until("UPDATE_RUN_PROGRESS", lambda payload: payload["flowRun"]["status"] not in ("QUEUED", "RUNNING"))
    assert final["flowRun"]["status"] == "CANCELED"
    query = {"projectId": owner.project_id, "flowId": flow["id"]}
    assert owner.client.get("/flow-runs", params=query).json()["data"] == []
    assert [run["id"] for run in owner.client.get("/flow-runs", params={**query, "environment": "TESTING"}).json()["data"]] == [run_id]
    assert owner.client.get("/flow-runs", params={**query, "environment": "OTHER"}).status_code == 400


async def test_production_runs_are_told_from_their_beginning_to_their_end(server: Server, owner: Account) -> None:
    waiting = action("wait", "approval", "0.1.19", "wait_for_approval")
    flow = make_flow(owner, webhook_trigger(), waiting)
    async with watching(server, *of(owner)) as watcher:
        await asyncio.to_thread(owner.client.post, f"/webhooks/{flow['id']}", json={})
        paused = await watcher.until("UPDATE_RUN_PROGRESS", lambda told: told["flowRun"]["status"] == "PAUSED")
        run_id = paused["flowRun"]["id"]
        selection = {"projectId": owner.project_id, "flowRunIds": [run_id]}
        await asyncio.to_thread(owner.client.post, "/flow-runs/cancel", json=selection)
        await watcher.until("UPDATE_RUN_PROGRESS", lambda told: told["flowRun"]["status"] == "CANCELED")
        retry = {"projectId": owner.project_id, "strategy": "FROM_FAILED_STEP"}
        await asyncio.to_thread(owner.client.post, f"/flow-runs/{run_id}/retry", json=retry)
        told = watcher.all("UPDATE_RUN_PROGRESS")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while [each["flowRun"]["status"] for each in told if "step" not in each].count("PAUSED") < 2:
                await asyncio.sleep(0.05)
                told = watcher.all("UPDATE_RUN_PROGRESS")
    states = [each["flowRun"]["status"] for each in told]
    assert [state for place, state in enumerate(states) if states[place - 1 : place] != [state]] == [
        *("QUEUED", "RUNNING", "PAUSED", "CANCELED", "QUEUED", "RUNNING", "PAUSED"),
    ]
    running = next(each["step"] for each in told if each.get("step", {}).get("name") == "wait")
    assert running["output"]["startedAt"] > 1_700_000_000_000


async def test_an_endless_talker_is_held_back_and_its_end_is_told(server: Server, owner: Account) -> None:
    flow = make_flow(
        owner, webhook_trigger(), loop("loop", "{{Array.from({length: 3000}).map((_, i) => i)}}", mapping("in", n=1)), publish=False
    )
    async with watching(server, *of(owner)) as watcher:
        await watcher.client.emit("TEST_FLOW_RUN", {"flowVersionId": flow["version"]["id"]})
        final = await watcher.until("UPDATE_RUN_PROGRESS", ended)
    assert final["flowRun"]["status"] == "SUCCEEDED"
    assert len(watcher.all("UPDATE_RUN_PROGRESS")) < 600
    last = [payload["step"] for payload in watcher.all("UPDATE_RUN_PROGRESS") if payload.get("step", {}).get("name") == "in"][-1]
    assert (last["path"], last["output"]["status"]) == ([["loop", 2999]], "SUCCEEDED")


async def test_a_step_test_becomes_sample_data(server: Server, owner: Account) -> None:
    flow = make_flow(owner, webhook_trigger(), mapping("one", n=7), mapping("two", n="{{one['n']}}"), publish=False)
    version = flow["version"]["id"]

    async def test_step(name: str) -> dict[str, Any]:
        body = {"projectId": owner.project_id, "flowVersionId": version, "stepName": name}
        response = await asyncio.to_thread(owner.client.post, "/sample-data/test-step", json=body)
        assert response.status_code == 200
        run = response.json()
        assert (run["stepNameToTest"], run["environment"], run["status"]) == (name, "TESTING", "QUEUED")
        return await watcher.until("TEST_STEP_FINISHED", lambda payload: payload["runId"] == run["id"])

    async with watching(server, *of(owner)) as watcher:
        one = await test_step("one")
        two = await test_step("two")
    assert one["success"]
    assert one["input"] == {"mapping": {"n": 7}}
    assert one["output"] == {"n": 7}
    assert (one["projectId"], one["standardError"], one["standardOutput"]) == (owner.project_id, "", "")
    assert two["output"] == {"n": 7}
    query = {"projectId": owner.project_id, "flowId": flow["id"], "flowVersionId": version, "stepName": "two", "type": "OUTPUT"}
    assert owner.client.get("/sample-data", params=query).json() == {"n": 7}
    step = owner.client.get(f"/flows/{flow['id']}").json()["version"]["trigger"]["nextAction"]
    assert step["settings"]["sampleData"]["sampleDataFileId"] == one["sampleDataFileId"]
    assert run_in(owner, two["runId"], "SUCCEEDED")["steps"]["two"]["output"] == {"n": 7}
    assert watcher.all("TEST_STEP_PROGRESS")[0]["runId"] == one["runId"]


def test_wrong_step_tests(owner: Account, member: Account) -> None:
    flow = make_flow(owner, webhook_trigger(), mapping("one", n=7), publish=False)
    body = {"projectId": owner.project_id, "flowVersionId": flow["version"]["id"]}
    unknown = owner.client.post("/sample-data/test-step", json={**body, "stepName": "nobody"})
    assert (unknown.status_code, unknown.json()["params"]["entityType"]) == (404, "step")
    assert owner.client.post("/sample-data/test-step", json={**body, "stepName": "trigger"}).status_code == 409
    assert member.client.post("/sample-data/test-step", json={**body, "stepName": "one"}).status_code == 403
    foreign = member.client.post("/sample-data/test-step", json={**body, "projectId": member.project_id, "stepName": "one"})
    assert foreign.status_code == 404


async def test_what_a_trigger_received_is_told(server: Server, owner: Account, member: Account) -> None:
    flow = make_flow(owner, webhook_trigger(), publish=False)
    listing = {"projectId": owner.project_id, "flowId": flow["id"]}
    async with watching(server, *of(owner)) as watcher, watching(server, *of(member)) as stranger:
        async with httpx.AsyncClient(trust_env=False) as caller:
            await caller.post(f"{server.url}/api/v1/webhooks/{flow['id']}/test", json={"name": "Ada"})
        told = await watcher.until("TRIGGER_EVENT_RECEIVED")
        mock = {**listing, "mockData": {"body": 1}}
        made_up = (await asyncio.to_thread(owner.client.post, "/trigger-events", json=mock)).json()
        await watcher.until("TRIGGER_EVENT_RECEIVED", lambda payload: payload["id"] == made_up["id"])
        assert stranger.heard == []
    assert set(told) == {"id", "created", "flowId", "projectId", "sourceName"}
    newest, first = owner.client.get("/trigger-events", params=listing).json()["data"]
    assert (newest["id"], first["id"]) == (made_up["id"], told["id"])
    assert first["payload"]["body"] == {"name": "Ada"}


async def test_a_canceled_step_test_is_told(server: Server, owner: Account) -> None:
    flow = make_flow(owner, webhook_trigger(), code("slow", "export const code = async () => { while (true); };"), publish=False)
    body = {"projectId": owner.project_id, "flowVersionId": flow["version"]["id"], "stepName": "slow"}
    async with watching(server, *of(owner)) as watcher:
        run = (await asyncio.to_thread(owner.client.post, "/sample-data/test-step", json=body)).json()
        await watcher.until("TEST_STEP_PROGRESS")
        selection = {"projectId": owner.project_id, "flowRunIds": [run["id"]], "environment": "TESTING"}
        await asyncio.to_thread(owner.client.post, "/flow-runs/cancel", json=selection)
        told = await watcher.until("TEST_STEP_FINISHED")
    assert (told["runId"], told["success"]) == (run["id"], False)
    final = owner.client.get(f"/flow-runs/{run['id']}").json()
    assert (final["status"], final["stepNameToTest"]) == ("CANCELED", "slow"), (final, told)


async def test_a_flow_is_started_by_hand(server: Server, owner: Account) -> None:
    manual = make_flow(owner, piece_trigger("manual-trigger", "0.0.7", "manual_trigger"), mapping("one", n=1))
    other = make_flow(owner, webhook_trigger(), mapping("one", n=1))
    async with watching(server, *of(owner)) as watcher:
        await watcher.client.emit("MANUAL_TRIGGER_RUN_STARTED", {"flowVersionId": manual["version"]["id"]})
        started = await watcher.until("MANUAL_TRIGGER_RUN_STARTED")
        refused = await watcher.client.call("MANUAL_TRIGGER_RUN_STARTED", {"flowVersionId": other["version"]["id"]})
    assert started["environment"] == "PRODUCTION"
    assert refused["code"] == "VALIDATION"
    assert run_in(owner, started["id"], "SUCCEEDED")["flowId"] == manual["id"]


async def test_only_members_are_let_in(server: Server, owner: Account, member: Account) -> None:
    token, project_id = of(owner)
    refused = [("nonsense", project_id), (token, "x" * 21), (token, ""), (member.session["token"], project_id)]
    for wrong_token, wrong_project in refused:
        with pytest.raises(socketio.exceptions.ConnectionError):
            async with watching(server, wrong_token, wrong_project):
                pass


async def test_projects_hear_nothing_of_each_other(server: Server, owner: Account, member: Account) -> None:
    flow = make_flow(owner, webhook_trigger(), mapping("one", n=1), publish=False)
    version = {"flowVersionId": flow["version"]["id"]}
    async with watching(server, *of(owner)) as mine, watching(server, *of(member)) as other:
        refused = await other.client.call("TEST_FLOW_RUN", version)
        assert (refused["code"], refused["params"]["entityType"]) == ("ENTITY_NOT_FOUND", "flow_version")
        await mine.client.emit("TEST_FLOW_RUN", version)
        await mine.until("UPDATE_RUN_PROGRESS", ended)
        assert await mine.client.call("TEST_FLOW_RUN", {"flowVersionId": 5}) == {
            "code": "VALIDATION",
            "params": {"message": "flowVersionId: expected a text of 1 to 128 characters"},
        }
        assert other.heard == []


async def test_edits_are_told(server: Server, owner: Account) -> None:
    flow = make_flow(owner, webhook_trigger(), mapping("one", n=1))
    async with watching(server, *of(owner)) as watcher:
        await asyncio.to_thread(operate, owner, flow["id"], "CHANGE_NAME", {"displayName": "Renamed"})
        told = await watcher.until("FLOW_VERSION_UPDATED")
        await asyncio.to_thread(operate, owner, flow["id"], "CHANGE_STATUS", {"status": "DISABLED"})
        updated = await watcher.until("FLOW_UPDATED")
    assert (told["projectId"], told["flowId"], told["operationType"]) == (owner.project_id, flow["id"], "CHANGE_NAME")
    assert told["flowVersion"]["displayName"] == "Renamed"
    assert updated["flow"]["status"] == "DISABLED"


async def test_flows_that_come_and_go_are_told(server: Server, owner: Account, member: Account) -> None:
    async with watching(server, *of(owner)) as watcher, watching(server, *of(member)) as other:
        flow = await asyncio.to_thread(make_flow, owner, webhook_trigger(), publish=False)
        told = {"projectId": owner.project_id, "flowId": flow["id"]}
        assert await watcher.until("FLOW_CREATED") == told
        assert (await asyncio.to_thread(owner.client.delete, f"/flows/{flow['id']}")).status_code < 300
        assert await watcher.until("FLOW_DELETED") == told
        assert other.heard == []


async def test_locks_and_presence(server: Server, owner: Account) -> None:
    async with watching(server, *of(owner)) as first, watching(server, *of(owner)) as second:
        joined = await first.client.call("JOIN_PRESENCE", {"resourceId": "flow-1"})
        me = {"userId": owner.session["id"], "userDisplayName": "Ada L", "userEmail": "owner@example.com", "userImageUrl": None}
        assert joined == {"users": [me]}
        assert await second.until("PRESENCE_UPDATED") == {"resourceId": "flow-1", "users": [me]}
        taken = await first.client.call("LOCK_RESOURCE", {"resourceId": "flow-1"})
        lock = {"userId": owner.session["id"], "userDisplayName": "Ada L", "lockerKind": "USER"}
        assert taken == {"acquired": True, "lock": lock}
        assert await second.until("RESOURCE_LOCKED") == {"resourceId": "flow-1", **lock}
        await first.client.disconnect()
        assert await second.until("RESOURCE_UNLOCKED") == {"resourceId": "flow-1"}
        await second.until("PRESENCE_UPDATED", lambda payload: payload["users"] == [])

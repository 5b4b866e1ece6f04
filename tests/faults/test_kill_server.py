"""kill -9 of the server at 50 random moments under asynchronous load: the promises of docs/explanation/architecture.md, counted.

1. No acknowledged webhook is without its run, and none has two.
2. No step that was recorded as succeeded is executed again: after each kill the journal is read, and what it has must not be called any more.
3. No run is left RUNNING or QUEUED.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from piecework.engine.timeline import fold
from tests.e2e.server_process import Server, StartServer
from tests.faults.sink import Sink

KILLS = 50
CLIENTS = 8


def the_flow(sink: Sink) -> dict[str, Any]:
    """Webhook → call → loop of three calls → code → call. Each call's path says whose it is."""

    def call(name: str, path: str, **extra: Any) -> dict[str, Any]:
        settings = {
            "pieceName": "@activepieces/piece-http",
            "pieceVersion": "0.11.9",
            "actionName": "send_request",
            "propertySettings": {},
            "input": {
                "method": "GET",
                "url": f"http://127.0.0.1:{sink.port}/{{{{trigger['body']['id']}}}}/{path}",
                "headers": {},
                "queryParams": {},
                "authType": "NONE",
                "authFields": {},
                "body_type": "none",
                "body": {},
            },
        }
        return {"name": name, "type": "PIECE", "displayName": name, "valid": True, "settings": settings, **extra}

    code = {
        "name": "work",
        "type": "CODE",
        "displayName": "work",
        "valid": True,
        "settings": {
            "input": {"n": "{{loop['index']}}"},
            "sourceCode": {"code": "export const code = async (i) => i.n;", "packageJson": "{}"},
        },
        "nextAction": call("last", "last"),
    }
    loop = {
        "name": "loop",
        "type": "LOOP_ON_ITEMS",
        "displayName": "loop",
        "valid": True,
        "settings": {"items": "{{trigger['body']['items']}}"},
        "firstLoopAction": call("inner", "inner-{{loop['index']}}"),
        "nextAction": code,
    }
    trigger = {
        "pieceName": "@activepieces/piece-webhook",
        "pieceVersion": "0.1.33",
        "triggerName": "catch_webhook",
        "input": {"authType": "none", "authFields": {}},
        "propertySettings": {},
    }
    return {
        "displayName": "Kill me",
        "schemaVersion": "20",
        "notes": [],
        "trigger": {
            "name": "trigger",
            "type": "PIECE_TRIGGER",
            "displayName": "Webhook",
            "valid": True,
            "settings": trigger,
            "nextAction": call("first", "first", nextAction=loop),
        },
    }


def publish(server: Server, sink: Sink) -> tuple[str, dict[str, str]]:
    session = server.sign_up("owner@example.com")
    with server.client(session["token"]) as client:
        flow = client.post("/flows", json={"displayName": "Kill me", "projectId": session["projectId"]}).raise_for_status().json()
        for operation in ({"type": "IMPORT_FLOW", "request": the_flow(sink)}, {"type": "LOCK_AND_PUBLISH", "request": {}}):
            client.post(f"/flows/{flow['id']}", json=operation).raise_for_status()
    return flow["id"], session


async def load(url: str, acknowledged: set[str], counter: list[int], stop: asyncio.Event) -> None:
    """Call the webhook without pause; a call that was answered 200 is acknowledged."""
    async with httpx.AsyncClient(timeout=5) as client:
        while not stop.is_set():
            counter[0] += 1
            name = f"r{counter[0]}"
            try:
                response = await client.post(url, json={"id": name, "items": [1, 2, 3]})
            except httpx.HTTPError:
                await asyncio.sleep(0.02)
                continue
            if response.status_code == 200:
                acknowledged.add(name)
            await asyncio.sleep(0.01)


def recorded(database: Path) -> set[str]:
    """Sink paths of steps that the dead server had recorded as succeeded, from the journals of its unfinished runs."""
    done: set[str] = set()
    connection = sqlite3.connect(database)
    try:
        for (run_id,) in connection.execute("SELECT DISTINCT runId FROM journal").fetchall():
            entries = [row[0] for row in connection.execute("SELECT entry FROM journal WHERE runId = ? ORDER BY seq", (run_id,))]
            done |= paths_of(fold(entries))
    finally:
        connection.close()
    return done


def paths_of(steps: dict[str, Any]) -> set[str]:
    if "trigger" not in steps:
        return set()
    name = steps["trigger"]["output"]["body"]["id"]
    done = {f"/{name}/{step}" for step in ("first", "last") if steps.get(step, {}).get("status") == "SUCCEEDED"}
    iterations = ((steps.get("loop") or {}).get("output") or {}).get("iterations") or []
    done |= {
        f"/{name}/inner-{index}"
        for index, iteration in enumerate(iterations, start=1)
        if iteration.get("inner", {}).get("status") == "SUCCEEDED"
    }
    return done


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_kill_the_server_again_and_again(start_server: StartServer, tmp_path: Path) -> None:
    chance = random.Random(20)
    acknowledged: set[str] = set()
    counter = [0]
    settled: dict[str, int] = {}
    with Sink() as sink:
        server = start_server(tmp_path / "data", allow_open_sign_up=True, log_level="error")
        flow_id, session = publish(server, sink)
        for _ in range(KILLS):
            url = f"{server.url}/api/v1/webhooks/{flow_id}"
            stop = asyncio.Event()
            clients = [asyncio.create_task(load(url, acknowledged, counter, stop)) for _ in range(CLIENTS)]
            await asyncio.sleep(chance.uniform(0.05, 0.9))
            server.process.kill()
            server.process.wait()
            stop.set()
            await asyncio.gather(*clients)
            before = Counter(sink.calls)
            settled |= {path: before[path] for path in recorded(tmp_path / "data" / "piecework.db")}
            server = start_server(tmp_path / "data", allow_open_sign_up=True, log_level="error")
        runs = await ended_runs(server, session)
        server.stop()
    payloads = Counter(run["trigger"]["output"]["body"]["id"] for run in runs)
    assert len(acknowledged) > KILLS
    assert acknowledged - set(payloads) == set(), "acknowledged webhooks without a run"
    assert [name for name, count in payloads.items() if count > 1] == [], "webhooks with more than one run"
    again = {path: sink.calls[path] - count for path, count in settled.items() if sink.calls[path] > count}
    assert again == {}, "steps that were recorded as succeeded and executed again"
    for name in payloads:
        assert all(sink.calls[f"/{name}/{step}"] >= 1 for step in ("first", "inner-1", "inner-2", "inner-3", "last"))


async def ended_runs(server: Server, session: dict[str, Any]) -> list[dict[str, Any]]:
    """Wait until every run has ended, then read each one's steps."""
    headers = {"authorization": f"Bearer {session['token']}"}
    async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=headers, timeout=30) as client:
        deadline = time.monotonic() + 120
        while True:
            counts = (await client.get("/flow-runs/count-by-status", params={"projectId": session["projectId"]})).json()["data"]
            statuses = {entry["status"]: entry["count"] for entry in counts}
            if set(statuses) == {"SUCCEEDED"}:
                break
            assert not set(statuses) - {"SUCCEEDED", "RUNNING", "QUEUED"}, statuses
            assert time.monotonic() < deadline, f"runs are left unfinished: {statuses}"
            await asyncio.sleep(0.2)
        return [await read(client, run_id) for run_id in await all_ids(client, session["projectId"])]


async def all_ids(client: httpx.AsyncClient, project_id: str) -> list[str]:
    ids: list[str] = []
    cursor: str | None = None
    while True:
        params = {"projectId": project_id, "limit": 100} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/flow-runs", params=params)).json()
        ids += [run["id"] for run in page["data"]]
        cursor = page["next"]
        if cursor is None:
            return ids


async def read(client: httpx.AsyncClient, run_id: str) -> dict[str, Any]:
    return orjson.loads((await client.get(f"/flow-runs/{run_id}")).content)["steps"]

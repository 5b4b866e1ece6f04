"""kill -9 of the server while flows call flows: each call is exactly one child run, every caller ends, with the right answers."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.flow_building import Step, action, code, eventually, loop, make_flow, webhook_trigger
from tests.e2e.server_process import Account, Server, StartServer
from tests.e2e.test_sub_flows import FAILS, call, callable_trigger, give_back
from tests.faults.sink import Sink

KILLS = 6
PARENTS_A_LIFE = 6
UNFINISHED = ("QUEUED", "RUNNING", "PAUSED")


def visit(sink: Sink, path: str) -> Step:
    inputs = {"method": "GET", "url": f"http://127.0.0.1:{sink.port}/{path}", "headers": {}, "queryParams": {}, "authType": "NONE"}
    return action("visit", "http", "0.11.9", "send_request", **inputs, authFields={}, body_type="none", body={})


def build(account: Account, sink: Sink) -> str:
    """A flow that calls a child for each of three items and waits, then one that fails, then one that it does not wait for."""
    squared = give_back("answer", square="{{trigger['data']['n'] * trigger['data']['n']}}")
    child = make_flow(account, callable_trigger(), visit(sink, "child"), squared, {**visit(sink, "after"), "name": "late"})
    failing = make_flow(account, callable_trigger(), visit(sink, "failing"), code("boom", FAILS))
    failure = call("failure", failing, {}, wait=True)
    failure["settings"]["errorHandlingOptions"] = {"continueOnFailure": {"value": True}}
    each = loop("each", "{{[1, 2, 3]}}", call("call", child, {"n": "{{each['item']}}"}, wait=True))
    return make_flow(account, webhook_trigger(), each, failure, call("leave", child, {"n": 9}, wait=False))["id"]


def rows(data: Path, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(data / "piecework.db", timeout=30)) as connection:
        return connection.execute(statement, values).fetchall()


def start_parents(server: Server, flow_id: str) -> None:
    with server.client() as client:
        for _ in range(PARENTS_A_LIFE):
            assert client.post(f"/webhooks/{flow_id}", json={}).status_code == 200


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_call_is_one_child_and_every_caller_ends(start_server: StartServer, tmp_path: Path) -> None:
    chance, data = random.Random(16), tmp_path / "data"
    with Sink() as sink:
        server = start_server(data, log_level="error")
        session = server.sign_up("owner@example.com")
        with server.client(session["token"]) as client:
            flow_id = build(Account(session, client), sink)
        for _ in range(KILLS):
            start_parents(server, flow_id)
            visits = sum(sink.calls.values()) + chance.randrange(5 * PARENTS_A_LIFE)
            eventually(lambda least=visits: sum(sink.calls.values()) >= least or all_ended(data))
            server.process.kill()
            server.process.wait()
            server = start_server(data, log_level="error")
        eventually(lambda: all_ended(data))
        parents = [row[0] for row in rows(data, "SELECT id FROM flow_run WHERE flowId = ? AND status = 'SUCCEEDED'", flow_id)]
        assert len(parents) == KILLS * PARENTS_A_LIFE
        with server.client(session["token"]) as client:
            for parent in parents:
                assert_right_answers(client, parent)
        server.stop()
    children = Counter(row[0] for row in rows(data, "SELECT parentRunId FROM flow_run WHERE parentRunId IS NOT NULL"))
    assert children == Counter(dict.fromkeys(parents, 5))


def all_ended(data: Path) -> bool:
    return rows(data, "SELECT count(*) FROM flow_run WHERE status IN (?, ?, ?)", *UNFINISHED) == [(0,)]


def assert_right_answers(client: httpx.Client, parent: str) -> None:
    steps = client.get(f"/flow-runs/{parent}").json()["steps"]
    answers = [one["call"]["output"] for one in steps["each"]["output"]["iterations"]]
    assert answers == [{"status": "success", "data": {"square": square}} for square in (1, 4, 9)]
    assert steps["failure"]["status"] == "FAILED"
    assert "no luck today" in steps["failure"]["errorMessage"]

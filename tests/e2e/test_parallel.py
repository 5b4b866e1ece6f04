"""Loops and routers whose parts run at the same time, over HTTP: settings, approvals in any order, delays, failures, cancelling and a dead server."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.e2e.flow_building import Step, action, code, eventually, loop, make_flow, mapping, only_run, operate, run_in, webhook_trigger
from tests.e2e.server_process import Account, Server, StartServer

RECORDED = {"message": "Your response has been recorded. You can close this page now."}
EXPIRED = {"message": "This link has expired. The action may have already been processed."}


def parallel(step: Step, parallelism: int) -> Step:
    return {**step, "settings": {**step["settings"], "parallelism": parallelism}}


def chained(first: Step, *rest: Step) -> Step:
    return {**first, "nextAction": chained(*rest)} if rest else first


def fork(name: str, *branches: Step) -> Step:
    """A router all of whose branches match and run at the same time."""
    yes = [[{"firstValue": "x", "operator": "EXISTS"}]]
    settings = {
        "branches": [{"branchName": f"b{index}", "branchType": "CONDITION", "conditions": yes} for index in range(len(branches))],
        "executionType": "EXECUTE_ALL_MATCH",
        "parallel": True,
    }
    return {"name": name, "type": "ROUTER", "valid": True, "displayName": name, "settings": settings, "children": list(branches)}


def approvals(parallelism: int = 3) -> Step:
    links = action("links", "approval", "0.1.19", "create_approval_links")
    wait = action("wait", "approval", "0.1.19", "wait_for_approval")
    body = (links, wait, mapping("after", item="{{each['item']}}", approved="{{wait['approved']}}"))
    return parallel(loop("each", "{{trigger['body']['items']}}", *body), parallelism)


def begun(account: Account, flow: dict[str, Any], *statuses: str, **body: Any) -> dict[str, Any]:
    """A run of the flow, once it is in one of these statuses."""
    assert account.client.post(f"/webhooks/{flow['id']}", json=body).status_code == 200
    return run_in(account, only_run(account, flow["id"])["id"], *statuses)


def iterations(run: dict[str, Any]) -> list[dict[str, Any]]:
    return run["steps"]["each"]["output"]["iterations"]


def link_of(iteration: dict[str, Any], kind: str = "approvalLink") -> str:
    parts = urlsplit(iteration["links"]["output"][kind])
    return f"{parts.path.removeprefix('/api/v1')}?{parts.query}"


def follow(account: Account, link: str) -> Any:
    """Not as a browser that opens it: those may be asked first."""
    answer = account.client.post(link, headers={"accept": "application/json"})
    assert answer.status_code == 200
    return answer.json()


class Neighbour:
    """A server that answers each call only when so many are there at the same time, or on the path ``/alone`` at once."""

    def __init__(self, together: int) -> None:
        barrier = threading.Barrier(together)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path != "/alone":
                    barrier.wait(timeout=20)
                self.send_response(200)
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, format: str, *args: Any) -> None: ...  # noqa: A002 - the name is the library's

        class Busy(ThreadingHTTPServer):
            request_queue_size = 64  # of five, the default, more connections than that at once have to knock again a second later

        self._server = Busy(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def neighbour() -> Iterator[Neighbour]:
    server = Neighbour(5)
    yield server
    server.close()


def call(name: str, url: str) -> Step:
    return action(
        name,
        "http",
        "0.11.6",
        "send_request",
        method="GET",
        url=url,
        headers={},
        queryParams={},
        authType="NONE",
        body_type="none",
        body={},
    )


def test_as_many_calls_at_once_as_the_loop_says(owner: Account, neighbour: Neighbour) -> None:
    body = parallel(loop("each", "{{trigger['body']['items']}}", call("call", neighbour.url)), 5)
    run = begun(owner, make_flow(owner, webhook_trigger(), body), "SUCCEEDED", "FAILED", items=list(range(10)))
    assert run["status"] == "SUCCEEDED"
    assert [each["call"]["output"]["status"] for each in iterations(run)] == [200] * 10
    assert run["steps"]["each"]["output"]["index"] == 10


def test_branches_at_the_same_time_and_their_outputs_after_them(owner: Account, neighbour: Neighbour) -> None:
    branches = [chained(call(f"call_{index}", neighbour.url), mapping(f"then_{index}", n=index)) for index in range(5)]
    flow = make_flow(owner, webhook_trigger(), fork("fork", *branches), mapping("after", a="{{then_0['n']}}", b="{{then_4['n']}}"))
    run = begun(owner, flow, "SUCCEEDED", "FAILED")
    assert run["steps"]["after"]["output"] == {"a": 0, "b": 4}
    names = [f"{kind}_{index}" for index in range(5) for kind in ("call", "then")]
    assert list(run["steps"]) == ["trigger", "fork", *names, "after"]


@pytest.mark.parametrize(("value", "message"), [(0, "Too small"), (51, "Too big"), ("3", "expected int"), (2.5, "expected int")])
def test_a_parallelism_that_is_none_is_refused(owner: Account, value: Any, message: str) -> None:
    flow = make_flow(owner, webhook_trigger(), publish=False)
    step = loop("each", "[]")
    request = {"parentStep": "trigger", "action": {**step, "settings": {"items": "[]", "parallelism": value}}}
    refused = owner.client.post(f"/flows/{flow['id']}", json={"type": "ADD_ACTION", "request": request})
    assert refused.status_code == 400
    assert "settings/parallelism" in refused.text
    assert message in refused.text


def test_a_parallel_that_is_no_boolean_is_refused(owner: Account) -> None:
    flow = make_flow(owner, webhook_trigger(), publish=False)
    step = fork("fork")
    request = {"parentStep": "trigger", "action": {**step, "settings": {**step["settings"], "parallel": "yes"}}}
    refused = owner.client.post(f"/flows/{flow['id']}", json={"type": "ADD_ACTION", "request": request})
    assert refused.status_code == 400
    assert "settings/parallel" in refused.text
    kept = operate(owner, flow["id"], "ADD_ACTION", {"parentStep": "trigger", "action": step})
    assert kept["version"]["trigger"]["nextAction"]["settings"]["parallel"] is True


def test_three_approvals_in_a_mixed_order_and_twice(owner: Account) -> None:
    flow = make_flow(owner, webhook_trigger(), approvals(), mapping("end", n="{{each['index']}}"))
    run = begun(owner, flow, "PAUSED", items=["a", "b", "c"])
    assert [each["wait"]["status"] for each in iterations(run)] == ["PAUSED"] * 3
    assert follow(owner, link_of(iterations(run)[1], "disapprovalLink")) == RECORDED
    assert follow(owner, link_of(iterations(run)[1])) == EXPIRED
    for index in (2, 0):
        assert follow(owner, link_of(iterations(run)[index])) == RECORDED
        assert follow(owner, link_of(iterations(run)[index])) == EXPIRED
    done = run_in(owner, run["id"], "SUCCEEDED")
    answers = [{"item": "a", "approved": True}, {"item": "b", "approved": False}, {"item": "c", "approved": True}]
    assert [each["after"]["output"] for each in iterations(done)] == answers
    assert done["steps"]["end"]["output"] == {"n": 3}
    assert list(done["steps"]["each"]["output"]["iterations"][0]) == ["links", "wait", "after"]


def test_the_server_dies_between_the_approvals(start_server: StartServer) -> None:
    def signed_in(server: Server) -> Account:
        return Account(session, server.client(session["token"]))

    server = start_server(log_level="warn")
    session = server.sign_up("owner@example.com")
    account = signed_in(server)
    flow = make_flow(account, webhook_trigger(), approvals(2), mapping("end", n="{{each['index']}}"))
    run = begun(account, flow, "PAUSED", items=["a", "b", "c"])
    links = [link_of(each) for each in iterations(run)]
    for index in (2, 0, 1):
        assert follow(account, links[index]) == RECORDED
        account.client.close()
        os.kill(server.process.pid, 9)
        server.process.wait(timeout=30)
        server = start_server(server.data_dir, log_level="warn")
        account = signed_in(server)
        assert follow(account, links[index]) == EXPIRED
    done = run_in(account, run["id"], "SUCCEEDED")
    account.client.close()
    assert [each["after"]["output"] for each in iterations(done)] == [{"item": item, "approved": True} for item in "abc"]
    assert done["steps"]["end"]["output"] == {"n": 3}


def test_delays_at_the_same_time(owner: Account) -> None:
    wait = action("wait", "delay", "0.3.27", "delayFor", unit="seconds", delayFor="{{each['item']}}")
    flow = make_flow(owner, webhook_trigger(), parallel(loop("each", "{{trigger['body']['items']}}", wait), 3))
    run = begun(owner, flow, "SUCCEEDED", items=[0.6, 0.2, 0.4])
    assert [each["wait"]["output"]["delayForInMs"] for each in iterations(run)] == [600, 200, 400]
    timeline = owner.client.get(f"/flow-runs/{run['id']}/timeline").json()
    first = timeline["turns"][0]
    assert [wait["step"] for wait in (first["waitsFor"], *first["alsoWaitsFor"])] == ["each:1/wait", "each:2/wait", "each:3/wait"]
    assert [turn["kind"] for turn in timeline["turns"]] == ["BEGIN", "RESUME", "RESUME", "RESUME"]


def test_a_failure_inside_and_the_retry_from_it(owner: Account) -> None:
    key = "export const code = async (i) => { if (i.item === 'bad' && i.broken) throw new Error('boom'); return i.item; };"
    broken = code("work", key, item="{{each['item']}}", broken=True)
    first = mapping("first", item="{{each['item']}}")
    flow = make_flow(owner, webhook_trigger(), parallel(loop("each", "{{trigger['body']['items']}}", first, broken), 3))
    run = begun(owner, flow, "FAILED", items=["good", "bad", "fine"])
    assert (run["failedStep"]["name"], iterations(run)[1]["work"]["status"]) == ("work", "FAILED")
    before = {index: each["first"]["startedAt"] for index, each in enumerate(iterations(run)) if "first" in each}
    owner.client.post(
        f"/flow-runs/{run['id']}/retry", json={"strategy": "FROM_FAILED_STEP", "projectId": owner.project_id}
    ).raise_for_status()
    eventually(lambda: len(owner.client.get(f"/flow-runs/{run['id']}/timeline").json()["turns"]) == 2)
    again = run_in(owner, run["id"], "FAILED")
    assert [each["work"]["status"] for each in iterations(again)][1] == "FAILED"
    assert {index: iterations(again)[index]["first"]["startedAt"] for index in before} == before, "done steps are not executed again"


def test_cancelling_stops_every_part(owner: Account) -> None:
    endless = code("endless", "export const code = async () => { while (true) {} };")
    flow = make_flow(owner, webhook_trigger(), fork("fork", endless, action("wait", "approval", "0.1.19", "wait_for_approval")))
    run = begun(owner, flow, "RUNNING")
    selection = {"projectId": owner.project_id, "flowRunIds": [run["id"]]}
    assert owner.client.post("/flow-runs/cancel", json=selection).status_code < 300
    assert run_in(owner, run["id"], "CANCELED")["status"] == "CANCELED"
    assert owner.client.post(f"/flow-runs/{run['id']}/requests/any").json() == EXPIRED

"""Cancelling: whatever a run is doing, it ends at once, whoever waits for it is told, and nothing of it goes on (their #7249, #14372)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from tests.e2e.flow_building import Step, action, code, eventually, make_flow, only_run, run_in, runs_of, webhook_trigger
from tests.e2e.server_process import Account, Server, StartServer
from tests.e2e.test_resuming import delay, path_of, wait_for_next_call
from tests.e2e.test_runs import ENDLESS, busy_children

SLOTS = 2


@pytest.fixture(scope="module")
def small(start_server: StartServer) -> Iterator[tuple[Server, Account]]:
    """A server that drives two runs at once."""
    server = start_server(worker_concurrency=SLOTS, webhook_timeout_seconds=120, log_level="warn")
    session = server.sign_up("owner@example.com")
    with server.client(session["token"]) as client:
        yield server, Account(session, client)
    server.stop()


@pytest.fixture
def account(small: tuple[Server, Account]) -> Iterator[Account]:
    """Leaves nothing behind."""
    yield small[1]
    cancel(small[1])
    eventually(lambda: small[1].client.get("/worker-machines").status_code == 200)


@pytest.fixture
def callers() -> Iterator[ThreadPoolExecutor]:
    """Where calls wait for their answer."""
    with ThreadPoolExecutor(200) as executor:
        yield executor


def cancel(account: Account, *run_ids: str) -> None:
    selection: dict[str, Any] = {"projectId": account.project_id} | ({"flowRunIds": run_ids} if run_ids else {})
    response = account.client.post("/flow-runs/cancel", json=selection)
    assert (response.status_code, response.content) == (200, b"")


def status(account: Account, run_id: str) -> str:
    return account.client.get(f"/flow-runs/{run_id}").json()["status"]


def post(account: Account, path: str) -> httpx.Response:
    """As ``client.post``, from any thread and without a limit of time of its own."""
    return httpx.post(f"{str(account.client.base_url).rstrip('/')}{path}", json={}, timeout=None, trust_env=False)


def started(account: Account, *steps: Step, expected: str = "RUNNING", sync: bool = False) -> str:
    """A run of a new flow of these steps, as soon as it is in that status; gives its id."""
    flow = make_flow(account, webhook_trigger(), *steps)
    account.client.post(f"/webhooks/{flow['id']}", json={}).raise_for_status()
    run = only_run(account, flow["id"])
    return run_in(account, run["id"], expected)["id"]


def called(account: Account, callers: ThreadPoolExecutor, *steps: Step) -> tuple[str, Future[httpx.Response]]:
    """As ``started``, synchronously; gives the caller's answer too."""
    flow = make_flow(account, webhook_trigger(), *steps)
    answer = callers.submit(post, account, f"/webhooks/{flow['id']}/sync")
    return only_run(account, flow["id"])["id"], answer


def told(answer: Future[httpx.Response], run_id: str) -> bool:
    response = answer.result(60)
    expected = {"message": "The flow has failed and there is no response returned", "runId": run_id, "status": "CANCELED"}
    return (response.status_code, response.json()) == (500, expected)


def test_an_endless_code_step(small: tuple[Server, Account], account: Account, callers: ThreadPoolExecutor) -> None:
    run_id, answer = called(account, callers, code("endless", ENDLESS), code("never", ENDLESS))
    eventually(lambda: busy_children(small[0]))
    cancel(account, run_id)
    assert status(account, run_id) == "CANCELED"
    assert not busy_children(small[0])
    assert told(answer, run_id)


def test_an_endless_python_step(small: tuple[Server, Account], account: Account) -> None:
    step = code("endless", "def code(inputs):\n    while True:\n        pass")
    step["settings"]["sourceCode"]["language"] = "PYTHON"
    run_id = started(account, step, expected="RUNNING")
    if eventually(lambda: busy_children(small[0]) or status(account, run_id) == "FAILED") is True:
        return  # there is no bubblewrap here
    cancel(account, run_id)
    assert status(account, run_id) == "CANCELED"
    assert not busy_children(small[0])


def test_a_request_that_is_never_answered(account: Account, callers: ThreadPoolExecutor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        step = action("ask", "http", "0.11.9", "send_request", method="GET", url=f"http://127.0.0.1:{listener.getsockname()[1]}/")
        step["settings"]["input"] |= {
            "headers": {},
            "queryParams": {},
            "authType": "NONE",
            "authFields": {},
            "body_type": "none",
            "body": {},
        }
        run_id, answer = called(account, callers, step)
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(60)
            assert connection.recv(65536).startswith(b"GET / ")
            cancel(account, run_id)
            assert status(account, run_id) == "CANCELED"
            assert connection.recv(65536) == b"", "the connection is closed"
    assert told(answer, run_id)


def test_a_step_that_waits_for_its_retry(account: Account, callers: ThreadPoolExecutor) -> None:
    step = code("failing", "export const code = async () => { throw new Error('boom'); };")
    step["settings"]["errorHandlingOptions"] = {"retryOnFailure": {"value": True}}
    run_id, answer = called(account, callers, step)
    run_in(account, run_id, "RUNNING")  # written down when the wait begins
    cancel(account, run_id)
    assert status(account, run_id) == "CANCELED"
    assert told(answer, run_id)


def test_a_paused_run(account: Account, callers: ThreadPoolExecutor) -> None:
    waits = action("wait", "approval", "0.1.19", "wait_for_approval")
    run_id, answer = called(account, callers, waits)
    run_in(account, run_id, "PAUSED")
    cancel(account, run_id)
    assert status(account, run_id) == "CANCELED"
    assert told(answer, run_id)
    late = account.client.post(f"/flow-runs/{run_id}/requests/any/sync")
    assert (late.status_code, late.json()) == (409, {"message": "Flow run is not paused", "flowRunStatus": "CANCELED"})


def test_a_queued_run_and_a_queued_resume_whose_caller_waits(account: Account, callers: ThreadPoolExecutor) -> None:
    flow = make_flow(account, webhook_trigger(), wait_for_next_call({"first": True}), code("then", ENDLESS))
    first = account.client.post(f"/webhooks/{flow['id']}/sync", json={})
    link = path_of(first.headers["x-activepieces-resume-webhook-url"])
    paused = run_in(account, only_run(account, flow["id"])["id"], "PAUSED")["id"]
    for _ in range(SLOTS):
        started(account, code("endless", ENDLESS))
    queued = started(account, code("never", ENDLESS), expected="QUEUED")
    answer = callers.submit(post, account, link)
    run_in(account, paused, "QUEUED")
    cancel(account, queued, paused)
    assert (status(account, queued), status(account, paused)) == ("CANCELED", "CANCELED")
    assert told(answer, paused)


def test_a_thousand_at_once(account: Account) -> None:
    flow = make_flow(account, webhook_trigger(), delay(3600))
    for _ in range(1000):
        account.client.post(f"/webhooks/{flow['id']}", json={}).raise_for_status()
    scope = {"projectId": account.project_id, "flowId": flow["id"]}
    eventually(lambda: len(account.client.get("/flow-runs", params={**scope, "status": "PAUSED", "limit": 100}).json()["data"]) == 100)
    assert account.client.post("/flow-runs/cancel", json=scope).status_code == 200
    found = account.client.get("/flow-runs/statistics", params={**scope, "createdAfter": flow["created"], "interval": "DAY"}).json()
    assert [count for entry in found["times"] for count in entry["counts"].items()] == [("CANCELED", 1000)]
    retried = account.client.post("/flow-runs/retry", json={**scope, "strategy": "FROM_FAILED_STEP"}).json()
    assert len({run["id"] for run in retried}) == len(retried) > 900, "but for those that were canceled before they had begun"
    assert account.client.post("/flow-runs/cancel", json=scope).status_code == 200
    assert {run["status"] for run in runs_of(account, flow["id"])} == {"CANCELED"}


def test_cancelling_while_runs_end(account: Account, callers: ThreadPoolExecutor) -> None:
    """Each caller hears of the end that its run has, and no run is left."""
    flow = make_flow(account, webhook_trigger(), code("one", "export const code = async () => 1;"))
    over = threading.Event()

    def cancelling() -> None:
        while not over.is_set():
            post_cancel = {"projectId": account.project_id, "flowId": flow["id"]}
            httpx.post(
                f"{account.client.base_url}flow-runs/cancel", json=post_cancel, headers=account.client.headers, trust_env=False
            ).raise_for_status()

    canceller = callers.submit(cancelling)
    answers = [callers.submit(post, account, f"/webhooks/{flow['id']}/sync") for _ in range(150)]
    heard = [answer.result(120).status_code for answer in answers]
    over.set()
    canceller.result(30)
    statuses = account.client.get("/flow-runs/count-by-status", params={"projectId": account.project_id}).json()["data"]
    assert not {entry["status"] for entry in statuses} & {"RUNNING", "QUEUED"}
    assert set(heard) <= {204, 500}
    runs = account.client.get("/flow-runs", params={"projectId": account.project_id, "flowId": flow["id"], "limit": 200}).json()["data"]
    assert sorted(500 if run["status"] == "CANCELED" else 204 for run in runs) == sorted(heard)

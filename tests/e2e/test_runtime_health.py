"""What the server tells about the parts that run flows: GET /health/runtime."""

from contextlib import contextmanager

import httpx
from tests.bubblewrap import bubblewrap_works
from tests.e2e.flow_building import account_of, action, eventually, make_flow, webhook_trigger
from tests.e2e.server_process import Account, StartServer

from piecework import __version__

EMPTY_QUEUE = {"queued": 0, "delayed": 0, "running": 0, "paused": 0, "oldestQueuedAt": None}


def test_it_is_for_administrators(owner: Account, member: Account, anonymous: httpx.Client) -> None:
    assert owner.client.get("/health/runtime").status_code == 200
    assert member.client.get("/health/runtime").status_code == 403
    assert anonymous.get("/health/runtime").status_code == 403


def test_process_machine_and_database(owner: Account) -> None:
    runtime = owner.client.get("/health/runtime").json()
    assert runtime["version"] == __version__
    assert runtime["startedAt"] < runtime["checkedAt"]
    memory = runtime["memory"]
    assert 0 < memory["server"] < memory["total"]
    assert 0 < memory["available"] < memory["total"]
    assert 0 < runtime["disk"]["free"] <= runtime["disk"]["total"]
    database = runtime["database"]
    assert (database["healthy"], database["kind"]) == (True, "SQLite")
    assert database["bytes"] > 0
    assert runtime["workers"] == [{"slots": 32, "running": runtime["queue"]["running"]}]


def test_the_sandbox(owner: Account) -> None:
    sandbox = owner.client.get("/health/runtime").json()["sandbox"]
    assert (sandbox["memoryLimitMb"], sandbox["cpuLimitSeconds"], sandbox["wallLimitSeconds"]) == (128, 10, 30)
    assert sandbox["size"] >= 1
    assert sandbox["javascript"] == {"available": True, "problem": None}
    assert sandbox["python"]["available"] is bubblewrap_works()
    assert bubblewrap_works() or "bubblewrap" in sandbox["python"]["problem"]


def test_the_queue_by_what_runs_wait_for(start_server: StartServer) -> None:
    server = start_server(log_level="warn")
    with contextmanager(account_of)(server) as account:

        def queue() -> dict:
            return account.client.get("/health/runtime").json()["queue"]

        assert queue() == EMPTY_QUEUE
        delayed = make_flow(account, webhook_trigger(), action("wait", "delay", "0.3.27", "delayFor", unit="minutes", delayFor=10))
        asked = make_flow(account, webhook_trigger(), action("ask", "approval", "0.1.19", "wait_for_approval"))
        for flow in (delayed, delayed, asked):
            assert account.client.post(f"/webhooks/{flow['id']}", json={}).status_code == 200
        assert eventually(lambda: queue() == EMPTY_QUEUE | {"delayed": 2, "paused": 1})

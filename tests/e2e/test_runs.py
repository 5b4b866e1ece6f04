"""Runs over HTTP: what was recorded of them, lists and their filters, what changes their course, and their limits."""

import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.e2e.flow_building import (
    action,
    eventually,
    loop,
    make_flow,
    mapping,
    only_run,
    operate,
    respond,
    run_in,
    runs_of,
    webhook_trigger,
)
from tests.e2e.flow_documents import code
from tests.e2e.recordings import assert_same_shape, recorded
from tests.e2e.server_process import Account, Server, StartServer

PAYLOAD = {"name": "Ada", "items": [1, 2, 3], "n": 7}
ENDLESS = "export const code = async () => { while (true) {} };"
FAILING = "export const code = async () => { throw new Error('boom'); };"
ENDED = ("SUCCEEDED", "FAILED", "CANCELED", "TIMEOUT", "LOG_SIZE_EXCEEDED", "INTERNAL_ERROR", "MEMORY_LIMIT_EXCEEDED")


def call(account: Account, flow: dict[str, Any], path: str = "", body: Any = PAYLOAD) -> httpx.Response:
    response = httpx.post(f"{account.client.base_url}webhooks/{flow['id']}{path}", json=body, trust_env=False, timeout=30)
    assert response.status_code < 500 or path == "/sync", response.text
    return response


def ran(account: Account, flow: dict[str, Any], *statuses: str) -> dict[str, Any]:
    """Calls a flow and returns its one run, with steps, once it is in one of these statuses."""
    call(account, flow)
    return run_in(account, only_run(account, flow["id"])["id"], *statuses)


# What was recorded

RECORDED = (
    ("get, with steps", "SUCCEEDED"),
    ("router: the run", "SUCCEEDED"),
    ("failing code: the run", "FAILED"),
    ("failing code, continue on failure: the run", "SUCCEEDED"),
    ("loop over text: the run", "FAILED"),
    ("skipped step: the run", "SUCCEEDED"),
    ("http to a closed port: the run", "FAILED"),
    ("approval: the run", "PAUSED"),
    ("delay of 15 minutes: the run", "PAUSED"),
    ("no response, sync: the run", "SUCCEEDED"),
    ("respond with 201 and headers: the run", "SUCCEEDED"),
)


def telling(record: Any) -> Any:
    """A step log without what differs from run to run and what we add: times, the caller's headers, the engine's stack traces."""
    if isinstance(record, list):
        return [telling(item) for item in record]
    if not isinstance(record, dict):
        return record
    values = {key: telling(value) for key, value in record.items() if key not in ("duration", "startedAt", "rawBody", "error")}
    if "errorMessage" in values:
        values["errorMessage"] = values["errorMessage"].splitlines()[0]
    if {"method", "headers", "queryParams"} <= set(values):
        values["headers"] = {}
    return values


@pytest.mark.parametrize(("what", "status"), RECORDED)
def test_runs_are_as_recorded(owner: Account, what: str, status: str) -> None:
    theirs = recorded("flow-runs", what)["response"]
    flow = make_flow(owner, theirs["flowVersion"]["trigger"])
    ours = ran(owner, flow, status)
    assert telling(ours["steps"]) == telling(theirs["steps"])
    assert ours["stepsCount"] == theirs["stepsCount"]
    assert_same_shape({**ours, "flowVersion": None, "steps": None}, theirs)
    assert_same_shape({**ours["flowVersion"], "trigger": None}, theirs["flowVersion"])
    if theirs["failedStep"]:
        assert ours["failedStep"]["name"] == theirs["failedStep"]["name"]
        assert ours["failedStep"]["message"].splitlines()[0] == theirs["failedStep"]["message"].splitlines()[0]
    listed = owner.client.get("/flow-runs", params={"projectId": owner.project_id, "flowId": flow["id"]})
    (theirs,) = recorded("flow-runs", "filter by status")["response"]["data"]
    doubled = {key for key in theirs if key.startswith("flowVersion_")}  # the version's columns once more, by an accident of the wire
    ours_alone = {"waitpoints"} if status == "PAUSED" else set()
    assert set(listed.json()["data"][0]) == (set(theirs) - doubled) | ours_alone
    assert listed.json()["data"][0]["displayName"] == "Live"


def test_retries(owner: Account) -> None:
    flow = make_flow(owner, webhook_trigger(), mapping("one", n=1), code("bad", FAILING))
    run = ran(owner, flow, "FAILED")
    path = f"/flow-runs/{run['id']}/retry"
    again = owner.client.post(path, json={"projectId": owner.project_id, "strategy": "FROM_FAILED_STEP"}).json()
    theirs = recorded("flow-runs", "retry from the failed step")["response"]
    assert (again["id"], again["status"], again["finishTime"]) == (run["id"], "QUEUED", None)
    assert set(again) == set(theirs)
    retried = run_in(owner, run["id"], "FAILED")
    assert (retried["steps"]["one"], len(runs_of(owner, flow["id"]))) == (run["steps"]["one"], 1)

    repaired = code("bad", "export const code = async () => 5;")
    operate(owner, flow["id"], "UPDATE_ACTION", repaired)
    operate(owner, flow["id"], "LOCK_AND_PUBLISH", {})
    latest = owner.client.post(path, json={"projectId": owner.project_id, "strategy": "ON_LATEST_VERSION"}).json()
    theirs = recorded("flow-runs", "retry on the latest version")["response"]
    assert set(theirs) <= set(latest)
    assert latest["id"] != run["id"]
    done = run_in(owner, latest["id"], "SUCCEEDED")
    assert done["steps"]["bad"]["output"] == 5
    assert done["steps"]["trigger"]["output"]["body"] == PAYLOAD
    refused = owner.client.post(path, json={"projectId": owner.project_id, "strategy": "X"})
    assert (refused.status_code, refused.json()) == (400, recorded("flow-runs", "retry, unknown strategy")["response"])


# Lists


@pytest.fixture
def project(member: Account) -> Account:
    """A project whose runs are known: three that succeeded, two that failed, one that waits."""
    flows = {
        "good": make_flow(member, webhook_trigger(), mapping("one", n=1)),
        "bad": make_flow(member, webhook_trigger(), code("bad", FAILING)),
        "waiting": make_flow(member, webhook_trigger(), action("wait", "approval", "0.1.19", "wait_for_approval")),
    }
    for flow, times in (("good", 3), ("bad", 2), ("waiting", 1)):
        for _ in range(times):
            call(member, flows[flow])
    eventually(lambda: counts(member) == {"SUCCEEDED": 3, "FAILED": 2, "PAUSED": 1})
    return member


def counts(account: Account) -> dict[str, int]:
    response = account.client.get("/flow-runs/count-by-status", params={"projectId": account.project_id})
    return {entry["status"]: entry["count"] for entry in response.json()["data"]}


def ids(account: Account, **filters: Any) -> list[str]:
    response = account.client.get("/flow-runs", params={"projectId": account.project_id, "limit": 100, **filters})
    assert response.status_code == 200, response.text
    return [run["id"] for run in response.json()["data"]]


def test_filters(project: Account) -> None:
    runs = project.client.get("/flow-runs", params={"projectId": project.project_id, "limit": 100}).json()["data"]
    of = {status: [run["id"] for run in runs if run["status"] == status] for status in ("SUCCEEDED", "FAILED", "PAUSED")}
    everything = [run["id"] for run in runs]
    assert all(later["created"] >= earlier["created"] for later, earlier in pairwise(runs))
    for filters, wanted in (
        ({"status": "FAILED"}, of["FAILED"]),
        ({"status": ["FAILED", "PAUSED"]}, [each for each in everything if each not in of["SUCCEEDED"]]),
        ({"flowId": runs[0]["flowId"]}, [run["id"] for run in runs if run["flowId"] == runs[0]["flowId"]]),
        ({"flowRunIds": everything[:2]}, everything[:2]),
        ({"flowRunIds": "x" * 21}, []),
        ({"failedStepName": "bad"}, of["FAILED"]),
        ({"failedStepName": "nope"}, []),
        ({"failedStepMessage": "BOOM"}, of["FAILED"]),
        ({"failedStepMessage": "%"}, []),
        ({"tags": "x"}, []),
        ({"parentRunId": "x" * 21}, []),
        ({"createdAfter": runs[2]["created"]}, [run["id"] for run in runs if run["created"] >= runs[2]["created"]]),
        ({"createdBefore": runs[2]["created"]}, [run["id"] for run in runs if run["created"] <= runs[2]["created"]]),
        ({"createdAfter": "2000-01-01", "createdBefore": "2000-01-02T00:00:00+02:00"}, []),
        ({"createdAfter": "0001-01-01T00:00:00+23:59", "createdBefore": "9999-12-31T23:59:60-23:59"}, everything),
    ):
        assert ids(project, **filters) == wanted, filters


@pytest.mark.parametrize(
    "filters",
    [
        *(
            {"createdAfter": text}
            for text in ("2026-99-99", "0000-01-01", "2026-02-30", "yesterday", "", "1", "2026-01-01T25:00:00Z", "\ud7ff")
        ),
        {"status": "NOPE"},
        {"flowId": "x"},
        {"limit": 0},
        {"includeArchived": "perhaps"},
        {"projectId": ["x" * 21, "y"]},
    ],
    ids=str,
)
def test_filters_that_are_none(owner: Account, filters: dict[str, Any]) -> None:
    response = owner.client.get("/flow-runs", params={"projectId": owner.project_id, **filters})
    assert (response.status_code, response.json()["code"]) == (400, "FST_ERR_VALIDATION"), response.text
    if filters == {"status": "NOPE"}:
        assert response.json()["message"].startswith("querystring/status/0 Invalid option")


def test_pages_in_both_directions(project: Account) -> None:
    everything = ids(project)
    params: dict[str, Any] = {"projectId": project.project_id, "limit": 1}
    there = [page := project.client.get("/flow-runs", params=params).json()]
    while page["next"]:
        there.append(page := project.client.get("/flow-runs", params={**params, "cursor": page["next"]}).json())
    assert [run["id"] for page in there for run in page["data"]] == everything
    back = [page]
    while page["previous"]:
        back.append(page := project.client.get("/flow-runs", params={**params, "cursor": page["previous"]}).json())
    assert [run["id"] for page in back for run in page["data"]] == everything[::-1]


# Statistics


def statistics(account: Account, **query: Any) -> httpx.Response:
    params = {"projectId": account.project_id, "createdAfter": "2026-01-01T00:00:00Z", "interval": "DAY", **query}
    return account.client.get("/flow-runs/statistics", params=params)


def test_statistics(project: Account) -> None:
    runs = project.client.get("/flow-runs", params={"projectId": project.project_id, "limit": 100}).json()["data"]
    failed = [run for run in runs if run["status"] == "FAILED"]
    answer = statistics(project).json()
    total: dict[str, int] = {}
    for each in answer["times"]:
        assert each["start"] == each["start"][:10] + "T00:00:00.000Z"
        for status, count in each["counts"].items():
            total[status] = total.get(status, 0) + count
    assert total == counts(project)
    assert answer["failures"] == [
        {
            "flowId": failed[0]["flowId"],
            "flowDisplayName": failed[0]["displayName"],
            "status": "FAILED",
            "failedStep": failed[0]["failedStep"],
            "count": 2,
            "lastRunId": failed[0]["id"],
            "lastCreated": failed[0]["created"],
        }
    ]
    minutes = statistics(project, interval="MINUTE", createdAfter=runs[-1]["created"], flowId=failed[0]["flowId"]).json()["times"]
    assert {each["start"] for each in minutes} == {run["created"][:16] + ":00.000Z" for run in failed}
    assert sum(count for each in minutes for count in each["counts"].values()) == 2
    succeeded = statistics(project, status="SUCCEEDED").json()
    assert (sum(each["counts"]["SUCCEEDED"] for each in succeeded["times"]), succeeded["failures"]) == (3, [])
    nothing = statistics(project, createdBefore="2026-01-02").json()
    assert nothing == {"times": [], "failures": []}


def test_wrong_statistics(owner: Account) -> None:
    for query in ({"interval": "YEAR"}, {"createdAfter": "yesterday"}, {"createdAfter": ""}):
        response = statistics(owner, **query)
        assert (response.status_code, response.json()["code"]) == (400, "FST_ERR_VALIDATION"), query
    too_fine = statistics(owner, interval="MINUTE", createdBefore="2026-03-01")
    assert (too_fine.status_code, too_fine.json()["code"]) == (409, "VALIDATION")
    assert too_fine.json()["params"]["message"].startswith("interval: ")


# Changing their course


def test_bulk_actions_by_tag(member: Account) -> None:
    tagging = action("tag", "tags", "0.0.17", "add_tag")
    tagging["settings"]["input"] = {"name": "urgent"}
    flow = make_flow(member, webhook_trigger(), tagging)
    run = ran(member, flow, "SUCCEEDED")
    scope = {"projectId": member.project_id}
    assert member.client.post("/flow-runs/archive", json={**scope, "tags": ["other"]}).status_code == 200
    assert ids(member, tags="urgent") == [run["id"]]
    assert member.client.post("/flow-runs/archive", json={**scope, "tags": "urgent"}).status_code == 200
    assert ids(member) == []


def test_bulk_actions(project: Account) -> None:
    client, scope = project.client, {"projectId": project.project_id}
    failed = ids(project, status="FAILED")
    retry = {**scope, "status": "FAILED", "strategy": "ON_LATEST_VERSION", "excludeFlowRunIds": failed[:1]}
    assert len(client.post("/flow-runs/retry", json=retry).json()) == 1
    eventually(lambda: counts(project) == {"SUCCEEDED": 3, "FAILED": 3, "PAUSED": 1})
    cancelled = client.post("/flow-runs/cancel", json=scope)
    assert (cancelled.status_code, cancelled.content) == (200, b"")
    assert counts(project) == {"SUCCEEDED": 3, "FAILED": 3, "CANCELED": 1}
    (run_id,) = ids(project, status="CANCELED")
    assert client.get(f"/flow-runs/{run_id}").json()["steps"]["wait"]["status"] == "PAUSED"
    assert client.post("/flow-runs/archive", json={**scope, "status": ["SUCCEEDED", "CANCELED"]}).status_code == 200
    assert counts(project) == {"FAILED": 3}
    assert len(ids(project)) == 3
    assert len(ids(project, includeArchived=True)) == 7
    assert client.get(f"/flow-runs/{run_id}").json()["archivedAt"]
    too_many = {**scope, "flowRunIds": ["x" * 21] * 10_001}
    assert client.post("/flow-runs/cancel", json=too_many).status_code == 400
    assert client.post("/flow-runs/cancel", json={**too_many, "flowRunIds": ["x" * 21] * 10_000}).status_code == 200


# Limits


@pytest.fixture(scope="module")
def narrow(start_server: StartServer) -> Iterator[tuple[Server, Account]]:
    """A server that drives one run at a time, for 6 seconds at the most, and keeps logs of up to 1 MiB."""
    server = start_server(worker_concurrency=1, flow_timeout_seconds=6, max_flow_run_log_size_mb=1, log_level="warn")
    session = server.sign_up("owner@example.com")
    with server.client(session["token"]) as client:
        yield server, Account(session, client)
    server.stop()


def ticks(server: Server) -> dict[int, int]:
    """The processor's time, in hundredths of a second, that each process below the server has had."""
    used: dict[int, int] = {}
    unvisited = [server.process.pid]
    while unvisited:
        pid = unvisited.pop()
        with suppress(OSError):  # it has ended meanwhile
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            used[pid] = int(fields[11]) + int(fields[12])
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                unvisited += map(int, task.read_text().split())
    del used[server.process.pid]
    return used


def busy_children(server: Server) -> set[int]:
    """Processes below the server that use the processor at the moment."""
    before = ticks(server)
    time.sleep(0.3)
    after = ticks(server)
    return {pid for pid, used in after.items() if used - before.get(pid, used) > 10}


def test_cancelling_running_and_queued_runs(narrow: tuple[Server, Account]) -> None:
    server, account = narrow
    flow = make_flow(account, webhook_trigger(), code("endless", ENDLESS))
    call(account, flow)
    (running,) = eventually(lambda: [run for run in runs_of(account, flow["id"]) if run["status"] == "RUNNING"])
    eventually(lambda: busy_children(server))
    call(account, flow)
    queued = eventually(lambda: next((run for run in runs_of(account, flow["id"]) if run["id"] != running["id"]), None))
    assert queued["status"] == "QUEUED"
    cancel = {"projectId": account.project_id, "flowRunIds": [running["id"], queued["id"]]}
    assert account.client.post("/flow-runs/cancel", json=cancel).status_code == 200
    for run in (running, queued):
        assert run_in(account, run["id"], *ENDED)["status"] == "CANCELED"
    eventually(lambda: not busy_children(server))
    healthy = make_flow(account, webhook_trigger(), code("one"))
    assert ran(account, healthy, *ENDED)["status"] == "SUCCEEDED"


def test_a_run_that_takes_too_long(narrow: tuple[Server, Account]) -> None:
    server, account = narrow
    run = ran(account, make_flow(account, webhook_trigger(), code("endless", ENDLESS)), *ENDED)
    assert (run["status"], run["failedStep"]["name"]) == ("TIMEOUT", "endless")
    assert run["finishTime"]
    eventually(lambda: not busy_children(server))


def test_a_log_that_is_too_large(narrow: tuple[Server, Account]) -> None:
    account = narrow[1]
    big = code("big", "export const code = async () => 'x'.repeat(3 * 1024 * 1024);")
    run = ran(account, make_flow(account, webhook_trigger(), mapping("one", n=1), big, mapping("two", n=2)), *ENDED)
    assert run["status"] == "LOG_SIZE_EXCEEDED"
    assert len(str(run["steps"])) < 1024 * 1024


def test_a_step_that_eats_memory(owner: Account) -> None:
    bomb = code(
        "bomb", "export const code = async () => { const all = []; while (true) all.push(new Array(100000).fill(Math.random())); };"
    )
    run = ran(owner, make_flow(owner, webhook_trigger(), bomb), *ENDED)
    assert run["status"] == "MEMORY_LIMIT_EXCEEDED"
    assert "memory" in run["failedStep"]["message"].lower()
    assert owner.client.get("/health").status_code == 200


@pytest.mark.parametrize("levels", [200, 300, 900])
def test_deep_outputs(owner: Account, levels: int) -> None:
    """Deeper than the JSON library writes at once. What is too deep for a step to hand on is that step's failure."""
    deep = code("deep", f"export const code = async () => {{ let v = 1; for (let i = 0; i < {levels}; i++) v = [v]; return v; }};")
    run = ran(owner, make_flow(owner, webhook_trigger(), deep, mapping("after", v="{{deep}}")), *ENDED)
    assert run["status"] in ("SUCCEEDED", "FAILED")
    value, depth = run["steps"]["deep"].get("output"), 0
    while isinstance(value, list):
        value, depth = value[0], depth + 1
    assert (value, depth) == (1, levels) or run["steps"]["deep"]["status"] == "FAILED", run["failedStep"]
    assert ids(owner, flowId=run["flowId"]) == [run["id"]]


def test_deep_bodies_can_be_read_and_retried(owner: Account) -> None:
    flow = make_flow(owner, webhook_trigger(), code("bad", FAILING))
    body = b"[" * 900 + b"]" * 900
    response = owner.client.post(f"/webhooks/{flow['id']}", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 200, response.text
    run = run_in(owner, only_run(owner, flow["id"])["id"], *ENDED)
    assert (run["status"], run["failedStep"]["name"]) == ("FAILED", "bad")
    again = owner.client.post(f"/flow-runs/{run['id']}/retry", json={"projectId": owner.project_id, "strategy": "ON_LATEST_VERSION"})
    assert again.status_code == 200, again.text
    assert run_in(owner, again.json()["id"], *ENDED)["failedStep"]["name"] == "bad"


def test_a_runs_timeline(owner: Account, member: Account, anonymous: httpx.Client) -> None:
    flow = make_flow(
        owner, webhook_trigger(), action("wait", "delay", "0.3.27", "delayFor", unit="seconds", delayFor=1), respond("answer", {"a": 1})
    )
    anonymous.post(f"/webhooks/{flow['id']}", json={})
    run = run_in(owner, only_run(owner, flow["id"])["id"], "PAUSED")
    paused = owner.client.get(f"/flow-runs/{run['id']}/timeline").json()
    assert [turn["status"] for turn in paused["turns"]] == ["PAUSED"]
    assert paused["turns"][0]["waitsFor"]["type"] == "DELAY"
    (waits,) = paused["waitpoints"]
    assert (waits["type"], waits["step"], waits["until"]) == ("DELAY", "wait", paused["turns"][0]["waitsFor"]["until"])
    ended = run_in(owner, run["id"], "SUCCEEDED")
    seen = owner.client.get(f"/flow-runs/{run['id']}/timeline").json()
    assert (seen["runId"], seen["status"], seen["queuedAt"]) == (run["id"], "SUCCEEDED", ended["created"])
    assert [(turn["kind"], turn["status"]) for turn in seen["turns"]] == [("BEGIN", "PAUSED"), ("RESUME", "SUCCEEDED")]
    assert [(entry["name"], [leg["status"] for leg in entry["legs"]]) for entry in seen["steps"]] == [
        ("wait", ["PAUSED", "SUCCEEDED"]),
        ("answer", ["SUCCEEDED"]),
    ]
    assert seen["waitpoints"] == []
    assert [(one["step"], one["reason"]) for one in seen["undelivered"]] == [("answer", "NOBODY_WAITS")]
    assert member.client.get(f"/flow-runs/{run['id']}/timeline").status_code == 403
    assert anonymous.get(f"/flow-runs/{run['id']}/timeline").status_code == 403
    assert owner.client.get(f"/flow-runs/{'x' * 21}/timeline").status_code == 404


def test_lists_say_what_paused_runs_wait_for(owner: Account) -> None:
    approval = action("wait", "approval", "0.1.19", "wait_for_approval")
    flow = make_flow(owner, webhook_trigger(), loop("each", "{{trigger['body']['items']}}", approval))
    owner.client.post(f"/webhooks/{flow['id']}", json={"items": []})
    owner.client.post(f"/webhooks/{flow['id']}", json={"items": ["a", "b"]})
    eventually(lambda: sorted(run["status"] for run in runs_of(owner, flow["id"])) == ["PAUSED", "SUCCEEDED"])
    paused, over = sorted(runs_of(owner, flow["id"]), key=lambda run: run["status"])
    assert "waitpoints" not in over
    (first,) = paused["waitpoints"]
    assert (first["type"], first["step"]) == ("WEBHOOK", "each:1/wait")
    assert first["createdAt"] < first["until"]
    assert owner.client.post(f"/flow-runs/{paused['id']}/waitpoints/{first['id']}", params={"action": "approve"}).status_code == 200

    def next_one() -> list[str] | None:
        run = next(run for run in runs_of(owner, flow["id"]) if run["id"] == paused["id"])
        places = [waits["step"] for waits in run.get("waitpoints", [])]
        return places if places and places != ["each:1/wait"] else None

    assert eventually(next_one) == ["each:2/wait"]
    owner.client.post("/flow-runs/cancel", json={"projectId": owner.project_id, "flowRunIds": [paused["id"]]})
    run_in(owner, paused["id"], "CANCELED")
    assert owner.client.get(f"/flow-runs/{paused['id']}/timeline").json()["waitpoints"] == []

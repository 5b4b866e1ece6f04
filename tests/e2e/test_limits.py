"""The limits of runs over HTTP: what of a large run stays in its log, what becomes of the rest, and how runs end that go too far."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from tests.e2e.flow_building import (
    Step,
    account_of,
    action,
    code,
    eventually,
    loop,
    make_flow,
    mapping,
    operate,
    run_in,
    runs_of,
    webhook_trigger,
)
from tests.e2e.server_process import Account, Server, StartServer

ENDED = ("SUCCEEDED", "FAILED", "CANCELED", "TIMEOUT", "LOG_SIZE_EXCEEDED", "INTERNAL_ERROR", "MEMORY_LIMIT_EXCEEDED")
BOMB = "export const code = async () => { const all = []; while (true) all.push(new Array(100000).fill(Math.random())); };"
FAILING = "export const code = async () => { throw new Error('boom'); };"
PYTHON_BOMB = "def code(inputs):\n    held = []\n    while True:\n        held.append(bytearray(10_000_000))\n"
WAIT = ("wait", "approval", "0.1.19", "wait_for_approval")


def text_of(size: int) -> str:
    return f"export const code = async () => 'x'.repeat({size});"


def started(account: Account, flow: dict[str, Any], body: Any = None) -> str:
    response = httpx.post(f"{account.client.base_url}webhooks/{flow['id']}", json=body or {}, trust_env=False, timeout=30)
    assert response.status_code == 200, response.text
    return eventually(lambda: runs_of(account, flow["id"]))[0]["id"]


def ran(account: Account, flow: dict[str, Any], body: Any = None) -> dict[str, Any]:
    return run_in(account, started(account, flow, body), *ENDED)


def whole(account: Account, record: dict[str, Any]) -> Any:
    """A step's output, fetched from where its record says that it is."""
    assert record["outputType"] == "slice"
    reference = record["output"]
    assert set(reference) == {"fileId", "size", "url"}
    parts = urlsplit(reference["url"])
    response = httpx.get(f"{str(account.client.base_url).partition('/api/')[0]}{parts.path}?{parts.query}", trust_env=False, timeout=30)
    assert response.status_code == 200, response.text
    assert len(response.content) == reference["size"]
    return response.json()


# What leaves the log


def test_outputs_up_to_the_threshold_stand_in_the_log_and_larger_ones_beside_it(owner: Account) -> None:
    flow = make_flow(owner, webhook_trigger(), code("fits", text_of(32 * 1024 - 2)), code("large", text_of(32 * 1024 - 1)))
    steps = ran(owner, flow)["steps"]
    assert steps["fits"]["output"] == "x" * (32 * 1024 - 2)
    assert "outputType" not in steps["fits"]
    assert whole(owner, steps["large"]) == "x" * (32 * 1024 - 1)


def test_a_run_of_ten_megabytes_is_read_at_once(owner: Account) -> None:
    flow = make_flow(owner, webhook_trigger(), code("large", text_of(10 * 1024 * 1024)), mapping("after", n="{{large.length}}"))
    run = ran(owner, flow)
    assert run["steps"]["after"]["output"] == {"n": 10 * 1024 * 1024}
    answer = owner.client.get(f"/flow-runs/{run['id']}")
    assert len(answer.content) < 20_000
    assert len(whole(owner, run["steps"]["large"])) == 10 * 1024 * 1024


def test_the_link_of_an_output_is_good_for_that_output_only(owner: Account, member: Account, anonymous: httpx.Client) -> None:
    flow = make_flow(owner, webhook_trigger(), code("one", text_of(50_000)), code("two", text_of(60_000)))
    steps = ran(owner, flow)["steps"]
    token = urlsplit(steps["one"]["output"]["url"]).query
    other = steps["two"]["output"]["fileId"]
    assert anonymous.get(f"/files/{other}?{token}").status_code == 401
    assert anonymous.get(f"/files/{other}?token={member.session['token']}").status_code == 401
    assert anonymous.get(f"/files/{other}").status_code in (400, 401)


def test_large_inputs_leave_a_note_and_the_step_gets_them_whole(owner: Account) -> None:
    count = "export const code = async ({list, small}) => [list.length, small];"
    flow = make_flow(owner, webhook_trigger(), code("count", count, list="{{trigger.body.list}}", small="{{trigger.body.list[0]}}"))
    steps = ran(owner, flow, {"list": list(range(1500))})["steps"]
    assert steps["count"]["input"] == {"list": "(truncated, original size 6 KB)", "small": 0}
    assert steps["count"]["output"] == [1500, 0]


def test_runs_go_on_with_whole_values_after_a_pause_and_a_retry(owner: Account) -> None:
    compare = "export const code = async ({a, b}) => [a.length, b.length, a.slice(0, 3)];"
    steps: list[Step] = [
        code("big", text_of(100_000)),
        action(*WAIT),
        code("inside", compare, a="{{big}}", b="{{trigger.body.text}}"),
        {**code("bad", "export const code = async ({a}) => { throw new Error('boom ' + a.length); };", a="{{big}}")},
    ]
    flow = make_flow(owner, webhook_trigger(), *steps)
    run_id = started(owner, flow, {"text": "y" * 70_000})
    run_in(owner, run_id, "PAUSED")
    assert owner.client.post(f"/flow-runs/{run_id}/requests/any?action=approve").status_code == 200
    run = run_in(owner, run_id, *ENDED)
    assert run["steps"]["inside"]["output"] == [100_000, 70_000, "xxx"]
    assert run["failedStep"]["message"].startswith("Error: boom 100000")
    for strategy in ("FROM_FAILED_STEP", "ON_LATEST_VERSION"):
        again = owner.client.post(f"/flow-runs/{run_id}/retry", json={"projectId": owner.project_id, "strategy": strategy})
        assert again.status_code == 200, again.text
        retried = run_in(owner, again.json()["id"], "FAILED", "PAUSED")
        assert whole(owner, retried["steps"]["trigger"])["body"]["text"] == "y" * 70_000
        assert whole(owner, retried["steps"]["big"]) == "x" * 100_000
    assert retried["id"] != run_id


def test_a_step_test_gets_the_whole_sample_of_a_large_step_before(owner: Account) -> None:
    flow = make_flow(
        owner,
        webhook_trigger(),
        code("big", text_of(100_000)),
        code("after", "export const code = async ({a}) => a.length;", a="{{big}}"),
        publish=False,
    )
    for name, expected in (("big", "x" * 100_000), ("after", 100_000)):
        body = {"projectId": owner.project_id, "flowVersionId": flow["version"]["id"], "stepName": name}
        response = owner.client.post("/sample-data/test-step", json=body)
        assert response.status_code == 200, response.text
        query = {
            "projectId": owner.project_id,
            "flowId": flow["id"],
            "flowVersionId": flow["version"]["id"],
            "stepName": name,
            "type": "OUTPUT",
        }

        def sample(query: dict[str, Any] = query, expected: Any = expected) -> bool:
            answer = owner.client.get("/sample-data", params=query)
            return answer.status_code == 200 and answer.json() == expected

        eventually(sample)


# How runs end that go too far


@pytest.fixture(scope="module")
def narrow(start_server: StartServer) -> Iterator[tuple[Server, Account]]:
    server = start_server(
        flow_timeout_seconds=4,
        max_flow_run_log_size_mb=1,
        sandbox_memory_limit=32,
        step_retry_delays_seconds="0.05,0.1",
        webhook_payload_inline_threshold_kb=4,
        max_file_size_mb=1,
        max_webhook_payload_size_mb=3,
        flow_run_log_slice_threshold_kb=1,
        flow_run_log_input_truncate_threshold_kb=1,
        log_level="warn",
    )
    for account in account_of(server):
        yield server, account
    server.stop()


@pytest.mark.parametrize("source", [BOMB, PYTHON_BOMB])
def test_code_that_wants_too_much_memory_ends_the_run(narrow: tuple[Server, Account], source: str) -> None:
    """Whatever the step's settings say: on the wire its process is gone (spec/engine.md §8)."""
    account = narrow[1]
    bomb = code("bomb", source)
    if source is PYTHON_BOMB:
        bomb["settings"]["sourceCode"] |= {"language": "PYTHON"}
    bomb["settings"]["errorHandlingOptions"] = {"continueOnFailure": {"value": True}, "retryOnFailure": {"value": True}}
    run = ran(account, make_flow(account, webhook_trigger(), bomb, mapping("after", n=1)))
    assert (run["status"], run["failedStep"]["name"]) == ("MEMORY_LIMIT_EXCEEDED", "bomb")
    record = run["steps"]["bomb"]
    assert (record["status"], record["error"]["errorName"], record.get("attempts")) == ("FAILED", "MemoryLimitExceeded", None)
    assert "32 MB" in record["error"]["message"]
    assert "after" not in run["steps"]


def test_a_run_that_takes_too_long(narrow: tuple[Server, Account]) -> None:
    account = narrow[1]
    run = ran(account, make_flow(account, webhook_trigger(), code("endless", "export const code = async () => { while (true) {} };")))
    assert (run["status"], run["failedStep"]["name"]) == ("TIMEOUT", "endless")
    assert run["steps"]["endless"]["error"]["errorName"] == "TimeoutError"


def test_all_that_a_run_keeps_counts_towards_its_limit(narrow: tuple[Server, Account]) -> None:
    """Each output is far below it, and beside the log."""
    account = narrow[1]
    flow = make_flow(account, webhook_trigger(), loop("each", "{{trigger.body.items}}", code("some", text_of(100_000))))
    run = ran(account, flow, {"items": list(range(30))})
    assert run["status"] == "LOG_SIZE_EXCEEDED"
    assert run["failedStep"]["name"] in ("each", "some")
    assert "AP_MAX_FLOW_RUN_LOG_SIZE_MB" in run["failedStep"]["message"]
    assert run["steps"]["trigger"]["output"]["body"] == {"items": list(range(30))}, "it can be started again"
    retry = {"projectId": account.project_id, "strategy": "FROM_FAILED_STEP"}
    refused = account.client.post(f"/flow-runs/{run['id']}/retry", json=retry)
    assert (refused.status_code, refused.json()["code"]) == (409, "VALIDATION")
    assert "ON_LATEST_VERSION" in refused.text
    again = account.client.post(f"/flow-runs/{run['id']}/retry", json=retry | {"strategy": "ON_LATEST_VERSION"})
    assert run_in(account, again.json()["id"], *ENDED)["status"] == "LOG_SIZE_EXCEEDED"


def test_a_large_payload_is_not_carried_by_the_queue(narrow: tuple[Server, Account]) -> None:
    account = narrow[1]
    flow = make_flow(account, webhook_trigger(), code("size", "export const code = async ({t}) => t.length;", t="{{trigger.body.text}}"))
    run = ran(account, flow, {"text": "z" * 100_000})
    assert run["steps"]["size"]["output"] == 100_000
    assert whole(account, run["steps"]["trigger"])["body"] == {"text": "z" * 100_000}
    answer = httpx.post(f"{account.client.base_url}webhooks/{flow['id']}/sync", json={"text": "z" * 100_000}, trust_env=False, timeout=30)
    assert answer.status_code == 204


def test_payloads_and_files_that_are_too_large_are_refused(narrow: tuple[Server, Account]) -> None:
    account = narrow[1]
    flow = make_flow(account, webhook_trigger(), mapping("one", n=1))
    url = f"{account.client.base_url}webhooks/{flow['id']}"
    too_large = httpx.post(url, content=b"x" * (3 * 1024 * 1024 + 1), headers={"content-type": "text/plain"}, trust_env=False)
    assert (too_large.status_code, too_large.json()) == (413, {"message": "Payload too large"})
    part = {"file": ("a.bin", b"x" * (1024 * 1024 + 1))}
    too_large = httpx.post(url, files=part, trust_env=False)
    assert too_large.status_code == 413
    assert "AP_MAX_FILE_SIZE_MB" in too_large.text
    assert runs_of(account, flow["id"]) == []
    assert httpx.post(url, files={"file": ("a.bin", b"x" * 1024 * 1024)}, trust_env=False).status_code == 200


def test_the_schedule_of_retries_is_a_setting(narrow: tuple[Server, Account]) -> None:
    account = narrow[1]
    bad = code("bad", FAILING)
    bad["settings"]["errorHandlingOptions"] = {"retryOnFailure": {"value": True}}
    run = ran(account, make_flow(account, webhook_trigger(), bad))
    assert (run["status"], run["steps"]["bad"]["attempts"]) == ("FAILED", 3)


# What a failure says


def test_a_failed_step_says_what_went_wrong_in_parts(owner: Account) -> None:
    refused = action("call", "http", "0.11.9", "send_request", method="POST", url="http://127.0.0.1:1/x?key=1", headers={}, queryParams={})
    refused["settings"]["input"] |= {"authType": "NONE", "authFields": {}, "body_type": "json", "body": {"data": {"a": 1}}}
    refused["settings"]["errorHandlingOptions"] = {"continueOnFailure": {"value": True}}
    bad = code("bad", FAILING)
    bad["settings"]["errorHandlingOptions"] = {"continueOnFailure": {"value": True}}
    wrong = action("wrong", "math-helper", "0.0.21", "addition_math", first_number="many", second_number="{{trigger.body.nothing}}")
    flow = make_flow(owner, webhook_trigger(), refused, bad, wrong)
    steps = ran(owner, flow)["steps"]
    error = steps["call"]["error"]
    assert (error["__apErrorVersion"], error["status"], error["requestMethod"], error["requestUrl"]) == (
        1,
        500,
        "POST",
        "http://127.0.0.1:1/x",
    )
    assert error["requestBody"] == {"a": 1}
    assert json.loads(steps["call"]["errorMessage"])["response"] == {"status": 500}
    error = steps["bad"]["error"]
    assert (error["message"], error["errorName"]) == ("boom", "Error")
    assert error["raw"] == steps["bad"]["errorMessage"]
    problems = {problem["property"]: problem["message"] for problem in steps["wrong"]["error"]["problems"]}
    assert problems == {"first_number": "Expected number, received: many", "second_number": "Expected number, received: "}
    assert json.loads(steps["wrong"]["errorMessage"]) == {name: [message] for name, message in problems.items()}


def test_loops_and_routers_say_it_too(owner: Account) -> None:
    error = ran(owner, make_flow(owner, webhook_trigger(), loop("each", "nothing", code("in", FAILING))))["steps"]["each"]["error"]
    assert error == {"__apErrorVersion": 1, "message": "The items you have selected must be a list.", "errorName": "NotAList"}


# A trigger that fails


def broken_flow(account: Account) -> dict[str, Any]:
    """A draft whose trigger needs a connection that is not there."""
    trigger = webhook_trigger()
    trigger["settings"]["input"] = {"authType": "basic", "authFields": "{{connections['nobody']}}"}
    return make_flow(account, trigger, mapping("one", n="{{trigger.body.n}}"), publish=False)


def tried(account: Account, flow: dict[str, Any]) -> list[dict[str, Any]]:
    query = {"projectId": account.project_id, "flowId": flow["id"], "environment": "TESTING"}
    return account.client.get("/flow-runs", params=query).json()["data"]


def test_a_call_at_which_the_trigger_fails_is_kept_and_can_be_retried(owner: Account, anonymous: httpx.Client) -> None:
    flow = broken_flow(owner)
    assert anonymous.post(f"/webhooks/{flow['id']}/draft", json={"n": 1, "long": "x" * 50_000}).status_code == 200
    [listed] = tried(owner, flow)
    run = run_in(owner, listed["id"], *ENDED)
    assert (run["status"], run["failedStep"]["name"]) == ("FAILED", "trigger")
    record = run["steps"]["trigger"]
    assert (record["status"], record["input"], record["error"]["errorName"]) == ("FAILED", {}, "ConnectionMissing")
    assert whole(owner, record)["body"] == {"n": 1, "long": "x" * 50_000}

    path, retry = f"/flow-runs/{run['id']}/retry", {"projectId": owner.project_id, "strategy": "FROM_FAILED_STEP"}
    assert owner.client.post(path, json=retry).status_code == 200
    again = run_in(owner, run["id"], *ENDED)
    assert (again["status"], whole(owner, again["steps"]["trigger"])["body"]["n"]) == ("FAILED", 1)

    operate(owner, flow["id"], "UPDATE_TRIGGER", webhook_trigger())
    latest = owner.client.post(path, json=retry | {"strategy": "ON_LATEST_VERSION"}).json()
    assert latest["id"] != run["id"]
    assert owner.client.post(path, json=retry).status_code == 200
    for run_id in (latest["id"], run["id"]):
        done = run_in(owner, run_id, *ENDED)
        assert (done["status"], done["failedStep"], done["steps"]["one"]["output"]) == ("SUCCEEDED", None, {"n": 1})
        assert done["steps"]["trigger"]["status"] == "SUCCEEDED"


def test_a_caller_that_waits_hears_of_a_trigger_that_fails(owner: Account, anonymous: httpx.Client) -> None:
    flow = broken_flow(owner)
    answer = anonymous.post(f"/webhooks/{flow['id']}/draft/sync", json={})
    [run] = tried(owner, flow)
    assert (answer.status_code, answer.json()["runId"], answer.json()["status"]) == (500, run["id"], "FAILED")
    sample = anonymous.post(f"/webhooks/{flow['id']}/test", json={})
    assert (sample.status_code, sample.json()["code"]) == (409, "TRIGGER_EXECUTION_FAILED")

"""Flows that call flows: with and without waiting, nested, in loops, and what the caller hears when the called one fails (decision 16)."""

from typing import Any

import httpx
from tests.e2e.flow_building import (
    Step,
    action,
    code,
    eventually,
    loop,
    make_flow,
    mapping,
    only_run,
    operate,
    piece_trigger,
    run_in,
    runs_of,
    webhook_trigger,
)
from tests.e2e.server_process import Account

SUBFLOWS = ("subflows", "0.4.12")
ENDED = ("SUCCEEDED", "FAILED", "CANCELED", "INTERNAL_ERROR", "TIMEOUT")
FAILS = "export const code = async (i) => { throw new Error('no luck today'); };"


def callable_trigger(**sample: Any) -> Step:
    return piece_trigger(*SUBFLOWS, "callableFlow", mode="simple", exampleData={"sampleData": sample})


def call(name: str, flow: dict[str, Any], payload: Any, *, wait: bool) -> Step:
    chosen = {"externalId": flow["externalId"], "exampleData": None}
    return action(name, *SUBFLOWS, "callFlow", flow=chosen, mode="simple", flowProps={"payload": payload}, waitForResponse=wait)


def give_back(name: str, **answer: Any) -> Step:
    return action(name, *SUBFLOWS, "returnResponse", mode="simple", response={"response": answer})


def approval() -> Step:
    return action("approval", "approval", "0.1.19", "wait_for_approval")


def start(account: Account, flow: dict[str, Any], body: Any) -> str:
    """Calls a flow's webhook and returns the id of its only run."""
    assert account.client.post(f"/webhooks/{flow['id']}", json=body).status_code == 200
    return only_run(account, flow["id"])["id"]


def children(account: Account, run_id: str) -> list[dict[str, Any]]:
    return account.client.get("/flow-runs", params={"projectId": account.project_id, "parentRunId": run_id}).json()["data"]


def test_a_call_waits_for_the_answer(member: Account) -> None:
    doubled = code("double", "export const code = async (i) => i.n * 2;", n="{{trigger['data']['n']}}")
    child = make_flow(member, callable_trigger(n=1), doubled, give_back("answer", doubled="{{double}}"), mapping("after", done=True))
    parent = make_flow(
        member, webhook_trigger(), call("call", child, {"n": "{{trigger['body']['n']}}"}, wait=True), mapping("got", it="{{call}}")
    )
    run = run_in(member, start(member, parent, {"n": 21}), *ENDED)
    assert run["steps"]["got"]["output"] == {"it": {"status": "success", "data": {"doubled": 42}}}
    [child_run] = children(member, run["id"])
    assert (child_run["parentRunId"], child_run["failParentOnFailure"], child_run["flowId"]) == (run["id"], True, child["id"])
    child_run = run_in(member, child_run["id"], "SUCCEEDED")  # it goes on after its answer
    assert child_run["steps"]["after"]["output"] == {"done": True}
    assert set(child_run["steps"]["trigger"]["output"]) == {"data", "callbackUrl"}


def test_a_call_that_does_not_wait(member: Account) -> None:
    child = make_flow(member, callable_trigger(), code("boom", FAILS))
    parent = make_flow(member, webhook_trigger(), call("call", child, {"n": 1}, wait=False), mapping("got", it="{{call['runId']}}"))
    run = run_in(member, start(member, parent, {}), *ENDED)
    assert run["status"] == "SUCCEEDED"
    child_run = run_in(member, run["steps"]["got"]["output"]["it"], *ENDED)
    assert (child_run["status"], child_run["failParentOnFailure"]) == ("FAILED", False)
    assert child_run["steps"]["trigger"]["output"] == {"data": {"n": 1}}


def test_a_child_that_answers_nothing_answers_null(member: Account) -> None:
    child = make_flow(member, callable_trigger(), mapping("work", done=True))
    parent = make_flow(member, webhook_trigger(), call("call", child, {}, wait=True))
    run = run_in(member, start(member, parent, {}), *ENDED)
    assert run["steps"]["call"]["output"] == {"status": "success", "data": None}


def test_the_failure_of_a_child_is_its_parents(member: Account) -> None:
    child = make_flow(member, callable_trigger(), code("boom", FAILS))
    parent = make_flow(member, webhook_trigger(), call("call", child, {}, wait=True), mapping("never", it=1))
    run = run_in(member, start(member, parent, {}), *ENDED)
    [child_run] = children(member, run["id"])
    assert (run["status"], run["failedStep"]["name"]) == ("FAILED", "call")
    message = run["steps"]["call"]["errorMessage"]
    assert "no luck today" in message
    assert f"/flows/{child['id']}/runs/{child_run['id']}" in message
    assert "never" not in run["steps"]


def test_a_parent_may_go_on_over_the_failure_of_its_child(member: Account) -> None:
    child = make_flow(member, callable_trigger(), code("boom", FAILS))
    step = call("call", child, {}, wait=True)
    step["settings"]["errorHandlingOptions"] = {"continueOnFailure": {"value": True}}
    parent = make_flow(member, webhook_trigger(), step, mapping("after", it=1))
    run = run_in(member, start(member, parent, {}), *ENDED)
    assert (run["status"], run["steps"]["call"]["status"], run["steps"]["after"]["status"]) == ("SUCCEEDED", "FAILED", "SUCCEEDED")


def test_calls_inside_calls(member: Account) -> None:
    leaf = make_flow(member, callable_trigger(), give_back("answer", said="{{trigger['data']['word']}}!"))
    middle = make_flow(
        member,
        callable_trigger(),
        call("call", leaf, {"word": "{{trigger['data']['word']}}?"}, wait=True),
        give_back("answer", said="{{call['data']['said']}}"),
    )
    parent = make_flow(member, webhook_trigger(), call("call", middle, {"word": "{{trigger['body']['word']}}"}, wait=True))
    run = run_in(member, start(member, parent, {"word": "hey"}), *ENDED)
    assert run["steps"]["call"]["output"] == {"status": "success", "data": {"said": "hey?!"}}


def test_a_failure_goes_up_through_every_caller(member: Account) -> None:
    leaf = make_flow(member, callable_trigger(), code("boom", FAILS))
    middle = make_flow(member, callable_trigger(), call("call", leaf, {}, wait=True))
    parent = make_flow(member, webhook_trigger(), call("call", middle, {}, wait=True))
    run = run_in(member, start(member, parent, {}), *ENDED)
    assert run["status"] == "FAILED"
    assert "no luck today" in run["failedStep"]["message"]


def test_a_loop_calls_a_child_each_time(member: Account) -> None:
    child = make_flow(member, callable_trigger(), give_back("answer", square="{{trigger['data']['n'] * trigger['data']['n']}}"))
    parent = make_flow(
        member, webhook_trigger(), loop("each", "{{trigger['body']['items']}}", call("call", child, {"n": "{{each['item']}}"}, wait=True))
    )
    run = run_in(member, start(member, parent, {"items": [2, 3, 4]}), *ENDED)
    iterations = run["steps"]["each"]["output"]["iterations"]
    assert [one["call"]["output"]["data"] for one in iterations] == [{"square": 4}, {"square": 9}, {"square": 16}]
    assert len(children(member, run["id"])) == 3


def test_cancelling_a_parent_cancels_the_children_it_waits_for(member: Account) -> None:
    leaf = make_flow(member, callable_trigger(), approval())
    middle = make_flow(member, callable_trigger(), call("call", leaf, {}, wait=True))
    parent = make_flow(member, webhook_trigger(), call("call", middle, {}, wait=True), call("on", leaf, {}, wait=False))
    run_id = start(member, parent, {})
    leaf_run = eventually(lambda: [run for run in runs_of(member, leaf["id"]) if run["status"] == "PAUSED"])[0]
    assert run_in(member, run_id, "PAUSED")
    assert member.client.post("/flow-runs/cancel", json={"projectId": member.project_id, "flowRunIds": [run_id]}).status_code == 200
    statuses = [run_in(member, run, *ENDED)["status"] for run in (run_id, only_run(member, middle["id"])["id"], leaf_run["id"])]
    assert statuses == ["CANCELED", "CANCELED", "CANCELED"]


def test_a_cancelled_child_fails_its_parent(member: Account) -> None:
    child = make_flow(member, callable_trigger(), approval())
    parent = make_flow(member, webhook_trigger(), call("call", child, {}, wait=True))
    run_id = start(member, parent, {})
    child_run = run_in(member, only_run(member, child["id"])["id"], "PAUSED")
    run_in(member, run_id, "PAUSED")
    member.client.post("/flow-runs/cancel", json={"projectId": member.project_id, "flowRunIds": [child_run["id"]]})
    run = run_in(member, run_id, *ENDED)
    assert run["status"] == "FAILED"
    assert "was cancelled" in run["failedStep"]["message"]


def test_a_retry_of_the_parent_calls_anew(member: Account) -> None:
    child = make_flow(member, callable_trigger(), approval(), give_back("answer", approved="{{approval['approved']}}"))
    parent = make_flow(member, webhook_trigger(), call("call", child, {}, wait=True))
    run_id = start(member, parent, {})
    first = run_in(member, only_run(member, child["id"])["id"], "PAUSED")
    run_in(member, run_id, "PAUSED")
    member.client.post("/flow-runs/cancel", json={"projectId": member.project_id, "flowRunIds": [first["id"]]})
    run_in(member, run_id, "FAILED")
    retried = member.client.post(f"/flow-runs/{run_id}/retry", json={"projectId": member.project_id, "strategy": "FROM_FAILED_STEP"})
    assert retried.status_code == 200, retried.text
    second = eventually(lambda: [run for run in runs_of(member, child["id"]) if run["id"] != first["id"] and run["status"] == "PAUSED"])[0]
    member.client.get(f"/flow-runs/{second['id']}/requests/any?action=approve")
    run = run_in(member, run_id, "SUCCEEDED")
    assert run["steps"]["call"]["output"]["data"] == {"approved": True}


def test_a_flow_that_is_switched_off_or_gone_is_not_called(member: Account) -> None:
    child = make_flow(member, callable_trigger())
    parent = make_flow(member, webhook_trigger(), call("call", child, {}, wait=True))
    operate(member, child["id"], "CHANGE_STATUS", {"status": "DISABLED"})
    run = run_in(member, start(member, parent, {}), *ENDED)
    assert "is switched off" in run["failedStep"]["message"]
    assert member.client.delete(f"/flows/{child['id']}").status_code == 204
    member.client.post(f"/webhooks/{parent['id']}", json={})
    run = eventually(lambda: [found for found in runs_of(member, parent["id"]) if found["id"] != run["id"] and found["status"] in ENDED])[0]
    assert "does not exist" in run["failedStep"]["message"]


def test_a_flow_of_another_project_is_not_called(member: Account, owner: Account) -> None:
    theirs = make_flow(owner, callable_trigger())
    parent = make_flow(member, webhook_trigger(), call("call", theirs, {}, wait=True))
    run = run_in(member, start(member, parent, {}), *ENDED)
    assert "does not exist" in run["failedStep"]["message"]
    assert runs_of(owner, theirs["id"]) == []


def test_a_flow_that_calls_itself_without_end_is_stopped(member: Account) -> None:
    flow = make_flow(member, callable_trigger(), publish=False)
    operate(member, flow["id"], "ADD_ACTION", {"parentStep": "trigger", "action": call("again", flow, {}, wait=True)})
    operate(member, flow["id"], "LOCK_AND_PUBLISH", {})
    member.client.post(f"/webhooks/{flow['id']}", json={"data": {}})

    def all_ended() -> list[dict[str, Any]]:
        runs = member.client.get("/flow-runs", params={"projectId": member.project_id, "flowId": flow["id"], "limit": 100}).json()["data"]
        return runs if runs and all(run["status"] == "FAILED" for run in runs) else []

    runs = eventually(all_ended)
    assert len(runs) == 20
    assert all("without end" in run["failedStep"]["message"] for run in runs)


# The wire's way: pieces from npm call and answer over HTTP.


def call_over_http(member: Account, flow: dict[str, Any], run_id: str, body: Any, *, fails: bool) -> httpx.Response:
    headers = {"ap-parent-run-id": run_id, "ap-fail-parent-on-failure": str(fails).lower()}
    return member.client.post(f"/webhooks/{flow['id']}", json=body, headers=headers)


def paused_parent(member: Account) -> tuple[str, str]:
    """A run that waits for a webhook, and the link that resumes it."""
    fields = {"status": 200, "headers": {}, "body": {}}
    wait = action("wait", "webhook", "0.1.33", "return_response_and_wait_for_next_webhook", responseType="json", fields=fields)
    flow = make_flow(member, webhook_trigger(), wait)
    answer = member.client.post(f"/webhooks/{flow['id']}/sync", json={})
    return run_in(member, only_run(member, flow["id"])["id"], "PAUSED")["id"], answer.headers["x-activepieces-resume-webhook-url"]


def test_a_child_called_over_http_answers_over_its_callback_url(member: Account) -> None:
    child = make_flow(member, callable_trigger(), give_back("answer", got="{{trigger['data']['n']}}"))
    run_id, link = paused_parent(member)
    body = {"data": {"n": 5}, "callbackUrl": link.replace("/sync?", "?")}
    assert [call_over_http(member, child, run_id, body, fails=True).status_code for _ in range(2)] == [200, 200]
    run = run_in(member, run_id, "SUCCEEDED")
    assert run["steps"]["wait"]["output"]["body"] == {"status": "success", "data": {"got": 5}}
    assert run["steps"]["wait"]["output"]["queryParams"]["runId"] == run_id
    [child_run] = children(member, run_id)  # a second call with the same callback is the same call
    assert child_run["failParentOnFailure"] is True


def test_the_headers_decide_whether_a_failure_is_told(member: Account) -> None:
    child = make_flow(member, callable_trigger(), code("boom", FAILS))
    run_id, link = paused_parent(member)
    call_over_http(member, child, run_id, {"data": {}, "callbackUrl": link}, fails=False)
    first = run_in(member, only_run(member, child["id"])["id"], "FAILED")
    assert first["parentRunId"] == run_id
    assert run_in(member, run_id, "PAUSED")
    call_over_http(member, child, run_id, {"data": {}}, fails=True)  # without a callback: whatever webhook the parent waits for
    told = run_in(member, run_id, "SUCCEEDED")["steps"]["wait"]["output"]["body"]
    assert told["status"] == "error"
    assert "no luck today" in told["data"]["message"]
    assert f"/flows/{child['id']}/runs/" in told["data"]["link"]


def test_a_parent_of_another_project_is_not_believed_in(member: Account, owner: Account) -> None:
    run_id, _ = paused_parent(owner)
    child = make_flow(member, callable_trigger(), code("boom", FAILS))
    for claimed in (run_id, "x" * 21, "nonsense"):
        call_over_http(member, child, claimed, {"data": {}}, fails=True)
    runs = eventually(
        lambda: [run for run in runs_of(member, child["id"]) if run["status"] == "FAILED"][2:] and runs_of(member, child["id"])
    )
    assert {run["parentRunId"] for run in runs} == {None}
    assert run_in(owner, run_id, "PAUSED")


# In the builder


def options(member: Account, of: dict[str, Any], step: str, name: str, **given: Any) -> dict[str, Any]:
    body = {
        "projectId": member.project_id,
        "pieceName": "@activepieces/piece-subflows",
        "pieceVersion": "0.4.12",
        "actionOrTriggerName": step,
        "propertyName": name,
        "flowId": of["id"],
        "flowVersionId": of["version"]["id"],
        "input": given,
    }
    answer = member.client.post("/pieces/options", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["options"]


def test_the_form_offers_callable_flows_and_their_samples(member: Account) -> None:
    child = make_flow(member, callable_trigger(city="Ulm"))
    off = make_flow(member, callable_trigger())
    operate(member, off["id"], "CHANGE_STATUS", {"status": "DISABLED"})
    make_flow(member, callable_trigger(), publish=False)
    parent = make_flow(member, webhook_trigger())
    offered = options(member, parent, "callFlow", "flow")["options"]
    assert {option["value"]["externalId"]: option["label"] for option in offered} == {
        child["externalId"]: "Live",
        off["externalId"]: "Live (inactive)",
    }
    chosen = next(option["value"] for option in offered if option["value"]["externalId"] == child["externalId"])
    payload = options(member, parent, "callFlow", "flowProps", flow=chosen, mode="simple")["payload"]
    assert (payload["type"], payload["defaultValue"]) == ("OBJECT", {"city": "Ulm"})
    assert options(member, parent, "callFlow", "flowProps", flow=chosen, mode="advanced")["payload"]["type"] == "JSON"


def test_a_step_test_shows_what_the_called_flow_answers(member: Account) -> None:
    child = make_flow(member, callable_trigger(), give_back("answer", doubled="{{trigger['data']['n'] * 2}}"))
    parent = make_flow(member, webhook_trigger(), call("call", child, {"n": 4}, wait=True))
    body = {"projectId": member.project_id, "flowVersionId": parent["version"]["id"], "stepName": "call"}
    test = member.client.post("/sample-data/test-step", json=body).json()
    run = run_in(member, test["id"], *ENDED)
    assert run["steps"]["call"]["output"] == {"status": "success", "data": {"doubled": 8}}


def test_a_trigger_test_gives_a_sample_call(member: Account) -> None:
    flow = make_flow(member, callable_trigger(city="Ulm"), give_back("answer", city="{{trigger['data']['city']}}"))
    body = {
        "projectId": member.project_id,
        "flowId": flow["id"],
        "flowVersionId": flow["version"]["id"],
        "testStrategy": "TEST_FUNCTION",
    }
    events = member.client.post("/test-trigger", json=body).json()
    assert events["data"][0]["payload"] == {"data": {"city": "Ulm"}, "callbackUrl": "MOCK"}


def test_a_call_that_is_tried_again_calls_again(member: Account) -> None:
    """The child fails the first time; the retry of the step that called it is a second child."""
    before = action("before", "store", "0.6.14", "get", key="tried", store_scope="FLOW")
    note = action("note", "store", "0.6.14", "put", key="tried", value="yes", store_scope="FLOW")
    fails_once = code(
        "once", "export const code = async (i) => { if (i.tried !== 'yes') throw new Error('not yet'); };", tried="{{before}}"
    )
    child = make_flow(member, callable_trigger(), before, note, fails_once, give_back("answer", it="worked"))
    step = call("call", child, {}, wait=True)
    step["settings"]["errorHandlingOptions"] = {"retryOnFailure": {"value": True}}
    parent = make_flow(member, webhook_trigger(), step)
    run = run_in(member, start(member, parent, {}), *ENDED)
    assert run["steps"]["call"]["output"] == {"status": "success", "data": {"it": "worked"}}
    assert run["steps"]["call"]["attempts"] == 2
    assert [child_run["status"] for child_run in children(member, run["id"])] == ["SUCCEEDED", "FAILED"]

"""Pauses that end by themselves and by their links (spec/engine.md §5)."""

import os
from urllib.parse import urlsplit

import httpx
from tests.e2e.flow_building import action, eventually, loop, make_flow, mapping, only_run, respond, run_in, webhook_trigger
from tests.e2e.server_process import Account, Server, StartServer

RESUME_HEADER = "x-activepieces-resume-webhook-url"
RECORDED = {"message": "Your response has been recorded. You can close this page now."}
EXPIRED = {"message": "This link has expired. The action may have already been processed."}


def delay(seconds: float) -> dict:
    return action("wait", "delay", "0.3.27", "delayFor", unit="seconds", delayFor=seconds)


def wait_for_next_call(body: dict) -> dict:
    fields = {"status": 200, "headers": {}, "body": body}
    return action("wait", "webhook", "0.1.33", "return_response_and_wait_for_next_webhook", responseType="json", fields=fields)


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path.removeprefix('/api/v1')}?{parts.query}"


def test_a_delay_ends_by_itself(owner: Account) -> None:
    flow = make_flow(owner, webhook_trigger(), delay(0.5), mapping("after", n="{{trigger['body']['n']}}"))
    assert owner.client.post(f"/webhooks/{flow['id']}", json={"n": 7}).status_code == 200
    run = run_in(owner, only_run(owner, flow["id"])["id"], "SUCCEEDED")
    assert run["steps"]["wait"]["output"] == {"delayForInMs": 500, "success": True}
    assert run["steps"]["after"]["output"] == {"n": 7}
    late = owner.client.post(f"/flow-runs/{run['id']}/requests/whatever")
    assert (late.status_code, late.json()) == (200, EXPIRED)
    assert run_in(owner, run["id"], "SUCCEEDED")["finishTime"] == run["finishTime"]


def test_a_link_resumes_once(owner: Account, anonymous: httpx.Client) -> None:
    flow = make_flow(owner, webhook_trigger(), wait_for_next_call({"first": True}), respond("answer", "{{wait['body']}}"))
    first = anonymous.post(f"/webhooks/{flow['id']}/sync", json={"n": 1})
    assert (first.status_code, first.json()) == (200, {"first": True})
    link = path_of(first.headers[RESUME_HEADER])
    run = run_in(owner, only_run(owner, flow["id"])["id"], "PAUSED")

    second = anonymous.put(f"{link}&color=blue", json={"n": 2}, headers={"x-mine": "yes"})
    assert (second.status_code, second.json()) == (200, {"n": 2})
    call = run_in(owner, run["id"], "SUCCEEDED")["steps"]["wait"]["output"]
    assert call["body"] == {"n": 2}
    assert call["queryParams"]["color"] == "blue"
    assert call["headers"]["x-mine"] == "yes"

    third = anonymous.post(link, json={"n": 3})
    assert third.status_code == 409
    assert third.json() == {"message": "Flow run is not paused", "flowRunStatus": "SUCCEEDED"}
    fourth = anonymous.get(link.replace("/sync?", "?"))
    assert (fourth.status_code, fourth.json()) == (200, EXPIRED)


def test_a_link_of_an_earlier_pause_is_gone(owner: Account, anonymous: httpx.Client) -> None:
    flow = make_flow(
        owner, webhook_trigger(), wait_for_next_call({"first": True}), {**wait_for_next_call({"second": True}), "name": "again"}
    )
    first = anonymous.post(f"/webhooks/{flow['id']}/sync", json={})
    link = path_of(first.headers[RESUME_HEADER])
    assert anonymous.post(link).json() == {"second": True}
    run = run_in(owner, only_run(owner, flow["id"])["id"], "PAUSED")
    stale = anonymous.post(link)
    assert (stale.status_code, stale.json()) == (410, EXPIRED)
    assert anonymous.post(f"/flow-runs/{run['id']}/requests/any").json() == RECORDED
    run_in(owner, run["id"], "SUCCEEDED")


def test_bad_links_and_bodies(owner: Account, anonymous: httpx.Client) -> None:
    unknown = anonymous.post(f"/flow-runs/{'x' * 21}/waitpoints/{'y' * 21}")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "ENTITY_NOT_FOUND")
    assert anonymous.get(f"/flow-runs/short/waitpoints/{'y' * 21}").status_code == 400
    flow = make_flow(owner, webhook_trigger(), wait_for_next_call({}))
    link = path_of(anonymous.post(f"/webhooks/{flow['id']}/sync", json={}).headers[RESUME_HEADER])
    broken = anonymous.post(link, content=b'{"a":', headers={"content-type": "application/json"})
    assert broken.status_code == 400
    assert "JSON" in broken.json()["message"]
    assert anonymous.head(link).content == b""
    run_in(owner, only_run(owner, flow["id"])["id"], "SUCCEEDED")


def test_a_delay_survives_the_death_of_the_server(start_server: StartServer) -> None:
    def signed_in(server: Server) -> Account:
        token = session["token"]
        return Account(session, server.client(token))

    server = start_server(log_level="warn")
    session = server.sign_up("owner@example.com")
    before = signed_in(server)
    flow = make_flow(before, webhook_trigger(), delay(3), mapping("after", done=True))
    before.client.post(f"/webhooks/{flow['id']}", json={})
    run_id = only_run(before, flow["id"])["id"]
    run_in(before, run_id, "PAUSED")
    before.client.close()
    os.kill(server.process.pid, 9)
    server.process.wait(timeout=30)

    after = signed_in(start_server(server.data_dir, log_level="warn"))
    run = run_in(after, run_id, "SUCCEEDED")
    after.client.close()
    assert run["steps"]["after"]["output"] == {"done": True}


def test_a_pause_in_a_loop_of_three_in_a_run_that_is_killed_twice(start_server: StartServer) -> None:
    """Acceptance 3 of durable execution: the right three answers, whatever was killed in between."""
    fields = {"status": 200, "headers": {}, "body": {}}
    wait = action("ask", "webhook", "0.1.33", "return_response_and_wait_for_next_webhook", responseType="json", fields=fields)
    server = start_server(log_level="warn")
    session = server.sign_up("owner@example.com")

    def killed() -> Server:
        os.kill(server.process.pid, 9)
        server.process.wait(timeout=30)
        return start_server(server.data_dir, log_level="warn")

    def question(number: int) -> str:
        """The link of the pause in this iteration, as the run shows it."""

        def look() -> str | None:
            steps = client.get(f"/flow-runs/{run_id}").json()["steps"]
            iterations = steps.get("each", {}).get("output", {}).get("iterations", [])
            asked = iterations[number]["ask"] if len(iterations) > number else {}
            return asked["output"]["nextWebhookUrl"] if asked.get("status") == "PAUSED" else None

        return path_of(eventually(look)).replace("/sync?", "?")

    with server.client(session["token"]) as client:
        flow = make_flow(
            Account(session, client), webhook_trigger(), loop("each", "{{['a', 'b', 'c']}}", wait), mapping("all", it="{{each}}")
        )
        client.post(f"/webhooks/{flow['id']}", json={})
        run_id = only_run(Account(session, client), flow["id"])["id"]
        assert client.post(question(0), json={"answer": 1}).json() == RECORDED
        question(1)
    server = killed()  # while it waits
    with server.client(session["token"]) as client:
        assert client.post(question(1), json={"answer": 2}).json() == RECORDED
    server = killed()  # with an answer that was taken and perhaps not worked on
    with server.client(session["token"]) as client:
        assert client.post(question(2), json={"answer": 3}).json() == RECORDED
        run = run_in(Account(session, client), run_id, "SUCCEEDED")
    assert [one["ask"]["output"]["body"] for one in run["steps"]["each"]["output"]["iterations"]] == [{"answer": n} for n in (1, 2, 3)]
    assert len(run["steps"]["all"]["output"]["it"]["iterations"]) == 3

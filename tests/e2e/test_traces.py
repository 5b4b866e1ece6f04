"""Traces and logs of runs: one trace a run across pauses, steps below it, and never a value that a flow worked on."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.e2e.collector import Collector, attributes, collecting
from tests.e2e.flow_building import account_of, action, eventually, loop, make_flow, mapping, only_run, respond, run_in, webhook_trigger
from tests.e2e.server_process import Account, Server, StartServer

SECRET = "tr3asure-that-nobody-may-see"


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="module")
def traced(start_server: StartServer, collector: Collector) -> Server:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        patch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        return start_server(otel_enabled=True, log_level="debug")


@pytest.fixture(scope="module")
def account(traced: Server) -> Iterator[Account]:
    yield from account_of(traced)


def whole_trace(collector: Collector, run_id: str) -> list[Any]:
    """The run's spans, once the run's own is there."""

    def look() -> list[Any] | None:
        spans = collector.spans_of(run_id)
        return spans if any(span.name == "engine.run" for span in spans) else None

    return eventually(look)


def log_of(server: Server) -> list[dict[str, Any]]:
    lines = (server.data_dir.parent / f"{server.data_dir.name}.log").read_text().splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def wait_for_next_call() -> dict[str, Any]:
    fields = {"status": 200, "headers": {}, "body": {"first": True}}
    return action("wait", "webhook", "0.1.33", "return_response_and_wait_for_next_webhook", responseType="json", fields=fields)


def test_a_run_that_pauses_is_one_trace(account: Account, collector: Collector) -> None:
    looped = loop("loop", "{{[1,2]}}", mapping("inner", n="{{loop.item}}"))
    flow = make_flow(account, webhook_trigger(), mapping("map", a=1), looped, wait_for_next_call(), respond("answer", {"b": 2}))
    first = account.client.post(f"/webhooks/{flow['id']}/sync", json={"n": 1})
    assert first.json() == {"first": True}
    run = run_in(account, only_run(account, flow["id"])["id"], "PAUSED")
    link = first.headers["x-activepieces-resume-webhook-url"]
    assert account.client.post(link[link.index("/flow-runs/") :], json={}).json() == {"b": 2}

    spans = whole_trace(collector, run["id"])
    assert len({span.trace_id for span in spans}) == 1
    (root,) = [span for span in spans if span.name == "engine.run"]
    steps = [span for span in spans if span is not root]
    assert root.parent_span_id == b""
    assert {span.parent_span_id for span in steps} == {root.span_id}
    assert len({span.span_id for span in spans}) == len(spans)
    seen = [(attributes(span)["stepName"], attributes(span)["executionType"], attributes(span)["status"]) for span in steps]
    assert seen == [
        ("map", "BEGIN", "SUCCEEDED"),
        ("loop:1/inner", "BEGIN", "SUCCEEDED"),
        ("loop:2/inner", "BEGIN", "SUCCEEDED"),
        ("wait", "BEGIN", "PAUSED"),
        ("wait", "RESUME", "SUCCEEDED"),
        ("answer", "BEGIN", "SUCCEEDED"),
    ]
    assert steps[0].name == "step data-mapper advanced_mapping"
    assert attributes(steps[0]) == {
        "stepName": "map",
        "pieceName": "@activepieces/piece-data-mapper",
        "actionName": "advanced_mapping",
        "executionType": "BEGIN",
        "attempt": 1,
        "status": "SUCCEEDED",
        "flowRunId": run["id"],
    }
    facts = attributes(root)
    assert (facts["status"], facts["flowId"], facts["projectId"]) == ("SUCCEEDED", flow["id"], account.project_id)
    assert [event.name for event in root.events] == ["claimed", "paused", "claimed"]
    assert all(root.start_time_unix_nano <= span.end_time_unix_nano for span in steps)
    assert root.status.code == 0
    assert collector.paths == {"/v1/traces"}
    assert collector.service_names() == {"piecework"}


def test_an_error_stands_on_the_span_and_in_the_log_under_one_id(account: Account, traced: Server, collector: Collector) -> None:
    flow = make_flow(
        account,
        webhook_trigger(),
        action("sum", "math-helper", "0.0.21", "addition_math", first_number="{{trigger.body.x}}", second_number=1),
    )
    assert account.client.post(f"/webhooks/{flow['id']}/sync", json={"x": SECRET}).status_code == 500
    run = run_in(account, only_run(account, flow["id"])["id"], "FAILED")
    step, root = sorted(whole_trace(collector, run["id"]), key=lambda span: span.name == "engine.run")
    assert (step.status.code, root.status.code) == (2, 2)
    (event,) = step.events
    assert attributes(event)["exception.type"] == "InvalidInput"
    (line,) = [line for line in log_of(traced) if line.get("error_id") == attributes(event)["errorId"]]
    assert line["event"] == "a step's input does not fit"
    assert (line["level"], line["flow_run_id"], line["step_name"], line["properties"]) == ("info", run["id"], "sum", ["first_number"])
    (leg,) = account.client.get(f"/flow-runs/{run['id']}/timeline").json()["steps"][0]["legs"]
    assert leg["errorId"] == line["error_id"]


def test_steps_and_transitions_are_in_the_log(account: Account, traced: Server) -> None:
    flow = make_flow(account, webhook_trigger(), mapping("map", a=1), respond("answer", {}))
    account.client.post(f"/webhooks/{flow['id']}/sync", json={})
    run = only_run(account, flow["id"])
    lines = [line for line in log_of(traced) if line.get("flow_run_id") == run["id"]]
    told = [(line["event"], line["step_name"], line["level"]) for line in lines if "step_name" in line]
    assert told == [
        ("step begins", "map", "debug"),
        ("step ends", "map", "debug"),
        ("step begins", "answer", "debug"),
        ("step stops the run", "answer", "debug"),
        ("step ends", "answer", "debug"),
    ]
    ends = [line for line in lines if line["event"] == "step ends"]
    assert all(line["duration_ms"] >= 0 and line["status"] == "SUCCEEDED" for line in ends)


def test_no_value_gets_into_logs_spans_or_metrics(account: Account, traced: Server, collector: Collector) -> None:
    code = {"code": "export const code = async (inputs) => { console.log(inputs.x); throw new Error(inputs.x) }", "packageJson": "{}"}
    settings = {
        "input": {"x": "{{trigger.body.password}}"},
        "sourceCode": code,
        "errorHandlingOptions": {"continueOnFailure": {"value": True}},
    }
    throwing = {"name": "throwing", "type": "CODE", "valid": True, "displayName": "T", "settings": settings}
    flow = make_flow(
        account,
        webhook_trigger(),
        mapping("map", x="{{trigger.body.password}}"),
        throwing,
        action(
            "call",
            "http",
            "0.11.11",
            "send_request",
            method="GET",
            url="http://127.0.0.1:9/{{trigger.body.password}}",
            headers={},
            queryParams={},
        ),
    )
    account.client.post(
        f"/webhooks/{flow['id']}/sync?key={SECRET}", json={"password": SECRET}, headers={"authorization": f"Bearer {SECRET}"}
    )
    run = run_in(account, only_run(account, flow["id"])["id"], "FAILED", "SUCCEEDED")
    assert SECRET in json.dumps(run["steps"]), "the run's own log has it"
    spans = whole_trace(collector, run["id"])
    assert len(spans) == 4
    assert not any(SECRET.encode() in body for body in collector.raw)
    assert SECRET not in (traced.data_dir.parent / f"{traced.data_dir.name}.log").read_text()
    assert SECRET not in httpx.get(f"{traced.url}/metrics", trust_env=False).text


def test_without_the_setting_nothing_is_sent(start_server: StartServer) -> None:
    with collecting() as silent, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", silent.url)
        server = start_server()
        for account in account_of(server):
            flow = make_flow(account, webhook_trigger(), respond("answer", {}))
            assert account.client.post(f"/webhooks/{flow['id']}/sync", json={}).status_code == 200
        server.stop()
        assert silent.raw == []


def test_what_waits_to_be_sent_is_sent_at_the_end(start_server: StartServer) -> None:
    with collecting() as patient, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", patient.url)
        patch.setenv("OTEL_BSP_SCHEDULE_DELAY", "600000")
        patch.setenv("OTEL_SERVICE_NAME", "flows-of-ours")
        server = start_server(otel_enabled=True)
        for account in account_of(server):
            flow = make_flow(account, webhook_trigger(), respond("answer", {}))
            assert account.client.post(f"/webhooks/{flow['id']}/sync", json={}).status_code == 200
        server.stop()
        assert [span.name for span in patient.spans() if not span.parent_span_id] == ["engine.run"]
        assert patient.service_names() == {"flows-of-ours"}

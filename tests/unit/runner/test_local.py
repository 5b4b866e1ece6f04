"""Flows run inside this very process: what a caller of ``run_flow`` gives and gets."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from piecework import InvalidFlow, RunResult, run_flow, run_flow_async
from piecework.engine.commands import Response
from piecework.runner.local import webhook_call
from piecework.runner.memory import MemoryFiles
from piecework.sdk import PieceError, WebhookAuthFailed
from piecework.sdk.testing import Reply, ScriptedHttp
from piecework.spec.jsons import InvalidJson
from piecework.spec.run import FlowRunStatus, StepStatus

Step = dict[str, Any]


def webhook(*actions: Step, **settings: Any) -> Step:
    """A flow document: the actions in a row behind a webhook."""
    given = {"authType": "none", "authFields": {}} | settings
    trigger: Step = {
        "name": "trigger",
        "displayName": "Catch Webhook",
        "type": "PIECE_TRIGGER",
        "valid": True,
        "settings": piece_settings("webhook", "0.1.33", given) | {"triggerName": "catch_webhook"},
    }
    return {"displayName": "Flow", "trigger": chain(trigger, *actions), "schemaVersion": "20"}


def chain(first: Step, *rest: Step) -> Step:
    return {**first, "nextAction": chain(*rest)} if rest else first


def piece_settings(piece: str, version: str, given: Step) -> Step:
    return {"pieceName": f"@activepieces/piece-{piece}", "pieceVersion": version, "input": given, "propertySettings": {}}


def action(name: str, piece: str, version: str, action_name: str, **given: Any) -> Step:
    settings = piece_settings(piece, version, given) | {"actionName": action_name, "errorHandlingOptions": {}}
    return {"name": name, "displayName": name, "type": "PIECE", "valid": True, "settings": settings}


def mapping(name: str, value: Any) -> Step:
    return action(name, "data-mapper", "0.3.15", "advanced_mapping", mapping=value)


def delay(name: str, seconds: float) -> Step:
    return action(name, "delay", "0.3.27", "delayFor", unit="seconds", delayFor=seconds)


def answer(name: str, body: Any, respond: str = "stop") -> Step:
    fields = {"status": 201, "headers": {"x-mood": "good"}, "body": body}
    return action(name, "webhook", "0.1.33", "return_response", responseType="json", fields=fields, respond=respond)


def code(name: str, source: str, **given: Any) -> Step:
    settings = {"input": given, "sourceCode": {"code": source, "packageJson": "{}"}, "errorHandlingOptions": {}}
    return {"name": name, "displayName": name, "type": "CODE", "valid": True, "settings": settings}


GREETING = webhook(mapping("step_1", {"hello": "{{trigger['body']['name']}}"}), answer("step_2", "{{step_1}}"))


def test_a_flow_of_pieces_gives_its_steps_and_its_answer() -> None:
    result = run_flow(GREETING, {"name": "Ada"})
    assert result.succeeded
    assert result.response == Response(201, {"hello": "Ada"}, {"x-mood": "good"})
    assert result.output("step_1") == {"hello": "Ada"}
    assert result.steps["step_1"]["status"] == "SUCCEEDED"
    assert list(result.steps) == ["trigger", "step_1", "step_2"]
    assert result.failed_step is None


def test_code_and_javascript_expressions_run_in_the_sandbox() -> None:
    flow = webhook(code("step_1", "export const code = async (inputs) => inputs.n * 2;", n="{{trigger.body.list.map(x => x + 1)[0]}}"))
    assert run_flow(flow, {"list": [20]}).output("step_1") == 42


def test_every_shape_of_document_and_a_file(tmp_path: Path) -> None:
    shapes: list[Any] = [
        GREETING,
        {"name": "Template", "flows": [GREETING]},
        {"id": "x", "version": GREETING},
        {"template": GREETING},
        {"type": "IMPORT_FLOW", "request": GREETING},
        json.dumps(GREETING),
    ]
    file = tmp_path / "flow.json"
    file.write_text(json.dumps(GREETING))
    for document in [*shapes, file, str(file)]:
        assert run_flow(document, {"name": "Ada"}).output("step_1") == {"hello": "Ada"}


@pytest.mark.parametrize(
    ("document", "error", "says"),
    [
        ({}, InvalidFlow, "Not a flow template"),
        ({"flows": [GREETING, GREETING]}, InvalidFlow, r"flows The document holds 2 flows \('Flow', 'Flow'\): expected one"),
        ({"displayName": "x", "trigger": {"name": "trigger"}}, InvalidFlow, "trigger"),
        (webhook({**mapping("step_1", 1), "valid": False}), InvalidFlow, "step_1: valid The step's settings are incomplete"),
        ('{"a":', InvalidJson, "malformed JSON"),
        ("no/such/file.json", FileNotFoundError, "no/such/file.json"),
    ],
)
def test_a_document_that_is_none_is_refused(document: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        run_flow(document)


def test_a_failed_step_is_in_the_result() -> None:
    result = run_flow(webhook(code("step_1", "export const code = async () => { throw new Error('no'); };"), mapping("step_2", 1)))
    assert result.status is FlowRunStatus.FAILED
    assert result.failed_step is not None
    assert result.failed_step.name == "step_1"
    assert "no" in result.failed_step.message
    assert "step_2" not in result.steps


def test_a_piece_that_is_not_installed_fails_its_step() -> None:
    result = run_flow(webhook(action("step_1", "nowhere", "1.0.0", "go")))
    assert result.failed_step is not None
    assert result.failed_step.message == "The piece @activepieces/piece-nowhere@1.0.0 is not installed"


def test_the_payload_is_a_body_or_a_whole_call() -> None:
    assert webhook_call({"name": "Ada"})["body"] == {"name": "Ada"}
    assert webhook_call({"body": 1})["body"] == {"body": 1}
    whole = webhook_call({"method": "GET", "queryParams": {"a": "1"}})
    assert (whole["method"], whole["queryParams"], whole["body"]) == ("GET", {"a": "1"}, {})


def test_a_webhook_checks_its_credentials() -> None:
    flow = webhook(mapping("step_1", 1), authType="header", authFields={"headerName": "x-key", "headerValue": "secret"})
    assert run_flow(flow, {"headers": {"x-key": "secret"}}).succeeded
    with pytest.raises(WebhookAuthFailed):
        run_flow(flow, {"headers": {"x-key": "guess"}})


def test_other_triggers_are_asked_or_told() -> None:
    settings = piece_settings("schedule", "0.1.17", {"minutes": 5}) | {"triggerName": "every_x_minutes"}
    trigger = {"name": "trigger", "displayName": "Every", "type": "PIECE_TRIGGER", "valid": True, "settings": settings}
    flow = {"displayName": "Flow", "trigger": chain(trigger, mapping("step_1", "{{trigger}}"))}
    assert run_flow(flow).output("step_1") == {"cron_expression": "*/5 * * * *", "timezone": "UTC"}
    assert run_flow(flow, {"told": True}).output("step_1") == {"told": True}


def test_a_short_delay_is_slept_through_and_earlier_steps_run_once() -> None:
    put = action("step_1", "store", "0.6.14", "append", key="k", value="x", store_scope="FLOW")
    result = run_flow(webhook(put, delay("step_2", 0.05), put | {"name": "step_3"}, answer("step_4", {"stored": "{{step_3}}"})))
    assert result.output("step_2") == {"delayForInMs": 50, "success": True}
    assert result.response is not None
    assert result.response.body == {"stored": "xx"}


def test_a_delay_beyond_the_timeout_leaves_the_run_paused() -> None:
    result = run_flow(webhook(delay("step_1", 60), mapping("step_2", 1)), timeout=5)
    assert result.status is FlowRunStatus.PAUSED
    assert result.steps["step_1"]["status"] == "PAUSED"
    assert "step_2" not in result.steps


def test_waiting_for_a_call_pauses_and_answers() -> None:
    fields = {"status": 200, "headers": {}, "body": {"wait": "for it"}}
    step = action("step_1", "webhook", "0.1.33", "return_response_and_wait_for_next_webhook", responseType="json", fields=fields)
    result = run_flow(webhook(step))
    assert result.status is FlowRunStatus.PAUSED
    assert result.response is not None
    assert result.response.body == {"wait": "for it"}


def test_the_first_answer_is_the_one_that_counts() -> None:
    result = run_flow(webhook(answer("step_1", {"is": "first"}, "respond"), answer("step_2", {"is": "second"})))
    assert result.response is not None
    assert result.response.body == {"is": "first"}


def test_a_run_that_takes_too_long_times_out() -> None:
    result = run_flow(webhook(code("step_1", "export const code = async () => { while (true) {} };")), timeout=0.3)
    assert result.status is FlowRunStatus.TIMEOUT
    assert result.failed_step is not None
    assert result.steps["step_1"] == {
        "type": "CODE", "status": StepStatus.FAILED, "input": {}, "errorMessage": "The run took longer than 0.3 seconds",
        "error": {"__apErrorVersion": 1, "message": "The run took longer than 0.3 seconds", "errorName": "TimeoutError"},
    }  # fmt: skip


def test_connections_are_given_by_their_external_ids() -> None:
    flow = webhook(mapping("step_1", "{{connections['shop']}}"))
    assert run_flow(flow, connections={"shop": {"type": "SECRET_TEXT", "secret_text": "s3cret"}}).succeeded
    missing = run_flow(flow)
    assert missing.failed_step is not None
    assert missing.failed_step.message == "The connection 'shop' does not exist in this project"


async def test_inside_an_event_loop_only_the_asynchronous_one() -> None:
    results: list[RunResult] = await asyncio.gather(*(run_flow_async(GREETING, {"name": name}) for name in "ab"))
    assert [result.output("step_1") for result in results] == [{"hello": "a"}, {"hello": "b"}]
    with pytest.raises(RuntimeError, match="run_flow_async"):
        run_flow(GREETING)


def test_a_delay_until_is_kept_to_the_clock() -> None:
    until = (datetime.now(UTC) + timedelta(milliseconds=30)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    result = run_flow(webhook(action("step_1", "delay", "0.3.27", "delay_until", delayUntilTimestamp=until)))
    assert result.output("step_1") == {"delayTill": until, "success": True}


def test_importing_the_package_brings_nothing_heavy() -> None:
    program = (
        "import sys, piecework; print(sorted(m for m in sys.modules if m.split('.')[0] in ('httpx', 'pydantic', 'structlog', 'asyncio')))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.strip() == "[]"


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    import piecework

    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = piecework.nonsense


async def test_files_in_memory() -> None:
    files = MemoryFiles(ScriptedHttp(Reply(200, b"far"), Reply(404)))
    url = await files.write("note.txt", b"near")
    near = await files.read(url)
    assert (near.filename, near.data, near.extension) == ("note.txt", b"near", "txt")
    far = await files.read("https://example.com/a/b.pdf?x=1")
    assert (far.filename, far.data, far.extension) == ("b.pdf", b"far", "pdf")
    for wrong, says in [
        ("https://example.com/gone", "status 404"),
        ("memory://other/x", "There is no file"),
        ("file:///etc/passwd", "no file"),
    ]:
        with pytest.raises(PieceError, match=says):
            await files.read(wrong)


def parallel_loop(items: str, *inside: Step, parallelism: int = 3) -> Step:
    settings = {"items": items, "parallelism": parallelism}
    return {
        "name": "each",
        "displayName": "each",
        "type": "LOOP_ON_ITEMS",
        "valid": True,
        "settings": settings,
        "firstLoopAction": chain(*inside),
    }


def test_parts_at_the_same_time_with_delays_of_their_own() -> None:
    body = (delay("wait", "{{each['item']}}"), mapping("after", {"item": "{{each['item']}}"}))  # type: ignore[arg-type]
    result = run_flow(webhook(parallel_loop("{{trigger['body']['items']}}", *body)), {"items": [0.3, 0.1, 0.2]}, timeout=60)
    assert result.status is FlowRunStatus.SUCCEEDED
    iterations = result.output("each")["iterations"]
    assert [each["after"]["output"]["item"] for each in iterations] == [0.3, 0.1, 0.2]
    ends = [each["wait"]["startedAt"] for each in iterations]
    assert sorted(range(3), key=ends.__getitem__) == [1, 2, 0], "each wakes when its own delay is over"


def test_parts_that_wait_for_somebody_leave_the_run_paused_when_the_delays_are_over() -> None:
    wait = action("wait", "approval", "0.1.19", "wait_for_approval")
    branches = [chain(delay("sleep", 0.1), mapping("after", {"n": 1})), wait]
    yes = [[{"firstValue": "x", "operator": "EXISTS"}]]
    settings = {
        "branches": [{"branchName": name, "branchType": "CONDITION", "conditions": yes} for name in "ab"],
        "executionType": "EXECUTE_ALL_MATCH",
        "parallel": True,
    }
    fork = {"name": "fork", "displayName": "fork", "type": "ROUTER", "valid": True, "settings": settings, "children": branches}
    result = run_flow(webhook(fork), {}, timeout=60)
    assert result.status is FlowRunStatus.PAUSED
    assert (result.steps["after"]["status"], result.steps["wait"]["status"]) == (StepStatus.SUCCEEDED, StepStatus.PAUSED)


STARTING = """
from piecework.sdk import Piece, Trigger
from piecework.sdk.form import Form
from piecework.sdk.triggers import Hooks
from piecework.spec.piece import TriggerStrategy, TriggerTestStrategy

piece = Piece("starting", display_name="Starting", version="1.0.0")


async def on_start(ctx, props):
    await ctx.store.put("started", [bool(ctx.run_id), ctx.payload])


hooks = Hooks(lambda ctx, props: [ctx.payload["body"]], on_start=on_start)
piece.triggers["starts"] = Trigger("starts", "Starts", "", TriggerStrategy.WEBHOOK, Form({}), hooks, TriggerTestStrategy.SIMULATION)
"""


def test_a_trigger_hears_that_the_run_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    information = tmp_path / "starting_piece-1.0.0.dist-info"
    information.mkdir()
    (tmp_path / "starting_piece.py").write_text(STARTING)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: starting-piece\nVersion: 1.0.0\n")
    (information / "entry_points.txt").write_text("[piecework.pieces]\nstarting = starting_piece:piece\n")
    monkeypatch.syspath_prepend(tmp_path)
    document = webhook(action("look", "store", "0.6.14", "get", key="started", store_scope="FLOW"))
    document["trigger"]["settings"] = piece_settings("starting", "1.0.0", {}) | {"triggerName": "starts"}
    result = run_flow(document, {"n": 1})
    assert result.output("look") == [True, {"n": 1}]

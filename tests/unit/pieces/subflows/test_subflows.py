"""Calling a flow and answering the caller, on flows in memory."""

from typing import Any

import pytest

from piecework.pieces.subflows import piece
from piecework.sdk import PieceError, WebhookPause
from piecework.sdk.testing import FakeContext, FakeTriggerContext, MemoryFlows, run_action, run_trigger

LINK = "https://flows.test/api/v1/flow-runs/run1/waitpoints/waitpoint1"


def published(name: str = "greet", *, status: str = "ENABLED", piece_name: str = "@activepieces/piece-subflows") -> dict[str, Any]:
    settings = {"pieceName": piece_name, "input": {"exampleData": {"sampleData": {"who": "Ada"}}}}
    version = {"displayName": name.title(), "trigger": {"type": "PIECE_TRIGGER", "settings": settings}}
    return {"id": f"id-of-{name}", "externalId": name, "status": status, "version": version}


def given(*, wait: bool = False, name: str = "greet") -> dict[str, Any]:
    return {"flow": {"externalId": name}, "mode": "simple", "flowProps": {"payload": {"who": "Bob"}}, "waitForResponse": wait}


async def test_a_call_hands_over_the_payload() -> None:
    flows = MemoryFlows([published()])
    ctx = FakeContext(flows=flows)
    assert await run_action(piece, "callFlow", given(), ctx) == {"runId": "run-of-id-of-greet-1"}
    [call] = flows.calls.values()
    assert (call.flow_id, call.body, call.run_id, call.waitpoint_id) == ("id-of-greet", {"data": {"who": "Bob"}}, "run1", None)
    assert ctx.run.outcome.kind == "none"


async def test_a_step_that_runs_again_makes_the_same_call() -> None:
    flows = MemoryFlows([published()])
    outputs = [await run_action(piece, "callFlow", given(), FakeContext(flows=flows)) for _ in range(2)]
    assert outputs[0] == outputs[1]
    assert len(flows.calls) == 1


async def test_waiting_pauses_and_goes_on_with_the_answer() -> None:
    flows = MemoryFlows([published()])
    ctx = FakeContext(flows=flows)
    await run_action(piece, "callFlow", given(wait=True), ctx)
    assert ctx.run.outcome.pause == WebhookPause()
    [call] = flows.calls.values()
    assert (call.body, call.waitpoint_id) == ({"data": {"who": "Bob"}, "callbackUrl": LINK}, "waitpoint1")
    answer = {"status": "success", "data": {"hello": "Bob"}}
    resumed = FakeContext(flows=flows, execution_type="RESUME", resume_payload={"body": answer, "headers": {}, "queryParams": {}})
    assert await run_action(piece, "callFlow", given(wait=True), resumed) == answer
    assert len(flows.calls) == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"status": "error", "data": {"message": "no luck", "link": "https://x/runs/1"}}, "no luck\nhttps://x/runs/1"),
        ({"status": "error", "data": {"message": "no luck"}}, "no luck"),
        ({"status": "error", "data": "odd"}, "odd"),
        ({"status": "error"}, "The called flow failed"),
    ],
)
async def test_the_failure_of_the_called_flow_fails_the_step(body: dict[str, Any], message: str) -> None:
    ctx = FakeContext(execution_type="RESUME", resume_payload={"body": body})
    with pytest.raises(PieceError, match=f"^{message}$"):
        await run_action(piece, "callFlow", given(wait=True), ctx)


@pytest.mark.parametrize("body", ["thanks", None, [1]])
async def test_whoever_has_the_link_may_send_anything(body: Any) -> None:
    ctx = FakeContext(execution_type="RESUME", resume_payload={"body": body})
    assert await run_action(piece, "callFlow", given(wait=True), ctx) == {"status": "success", "data": body}


async def test_a_step_test_does_not_pause() -> None:
    ctx = FakeContext(flows=MemoryFlows([published()], response={"status": "success", "data": 7}), test=True)
    assert await run_action(piece, "callFlow", given(wait=True), ctx) == {"status": "success", "data": 7}
    assert ctx.run.outcome.kind == "none"


@pytest.mark.parametrize(
    ("flows", "message"),
    [
        ([], "does not exist"),
        ([published(status="DISABLED")], "'Greet' is switched off"),
        ([published(piece_name="@activepieces/piece-webhook")], "does not begin with Callable Flow"),
    ],
)
async def test_what_cannot_be_called(flows: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(PieceError, match=message):
        await run_action(piece, "callFlow", given(), FakeContext(flows=MemoryFlows(flows)))


async def test_early_versions_named_a_flow_by_its_id() -> None:
    flows = MemoryFlows([published("other"), published()])
    await run_action(piece, "callFlow", given() | {"flow": {"id": "id-of-greet"}}, FakeContext(flows=flows))
    assert [call.flow_id for call in flows.calls.values()] == ["id-of-greet"]


async def test_the_form() -> None:
    off = published("off", status="DISABLED")
    ctx = FakeContext(flows=MemoryFlows([published(), off, published("hook", piece_name="@activepieces/piece-webhook")]))
    state = (await piece.options("callFlow", "flow", ctx, {}))["options"]
    assert [option["label"] for option in state["options"]] == ["Greet", "Off (inactive)"]
    chosen = state["options"][0]["value"]
    assert chosen == {"externalId": "greet", "exampleData": {"sampleData": {"who": "Ada"}}}
    fields = (await piece.options("callFlow", "flowProps", ctx, {"flow": chosen, "mode": "simple"}))["options"]
    assert (fields["payload"]["type"], fields["payload"]["defaultValue"]) == ("OBJECT", {"who": "Ada"})
    gone = {"externalId": "gone", "exampleData": {"sampleData": [1]}}
    fields = (await piece.options("callFlow", "flowProps", ctx, {"flow": gone, "mode": "advanced"}))["options"]
    assert (fields["payload"]["type"], fields["payload"]["defaultValue"]) == ("JSON", [1])
    assert (await piece.options("callFlow", "flowProps", ctx, {"mode": "simple"}))["options"] == {}


async def test_no_flow_to_call_yet() -> None:
    state = (await piece.options("callFlow", "flow", FakeContext(), {}))["options"]
    assert state["options"] == []
    assert "Callable Flow" in state["placeholder"]


ANSWER = {"mode": "simple", "response": {"response": {"ok": True}}}


async def test_an_answer_goes_to_whoever_called() -> None:
    flows = MemoryFlows()
    ctx = FakeContext(flows=flows, trigger_output={"data": 1, "callbackUrl": LINK})
    assert await run_action(piece, "returnResponse", ANSWER, ctx) == {"ok": True}
    assert flows.answers == [(LINK, {"status": "success", "data": {"ok": True}})]


@pytest.mark.parametrize(
    ("call", "test"),
    [({"data": 1}, False), ({"data": 1, "callbackUrl": "MOCK"}, False), (None, False), ({"data": 1, "callbackUrl": LINK}, True)],
)
async def test_an_answer_that_nobody_waits_for(call: Any, test: bool) -> None:
    flows = MemoryFlows()
    assert await run_action(piece, "returnResponse", ANSWER, FakeContext(flows=flows, trigger_output=call, test=test)) == {"ok": True}
    assert flows.answers == []


async def test_the_trigger_gives_the_call() -> None:
    settings = {"mode": "simple", "exampleData": {"sampleData": {"who": "Ada"}}}
    call = {"data": {"who": "Bob"}, "callbackUrl": LINK}
    assert await run_trigger(piece, "callableFlow", settings, FakeTriggerContext(payload={"body": call})) == [call]
    trigger = piece.triggers["callableFlow"]
    assert await trigger.test(FakeTriggerContext(), trigger.process(settings, {})) == [{"data": {"who": "Ada"}, "callbackUrl": "MOCK"}]


async def test_the_current_flow() -> None:
    assert (FakeContext().flows.current.id, FakeContext().flows.current.version_id) == ("flow1", "version1")
    assert FakeTriggerContext().flows.current.id == "flow1"

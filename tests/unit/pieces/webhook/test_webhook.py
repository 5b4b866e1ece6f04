import base64
import hashlib
import hmac
from typing import Any

import pytest

from piecework.pieces.webhook import piece
from piecework.sdk import InvalidInput, PieceError, Response, WebhookAuthFailed, WebhookPause
from piecework.sdk.testing import FakeContext, FakeTriggerContext, run_action, run_trigger

CALL = {"method": "POST", "headers": {"x-key": "k"}, "body": {"a": 1}, "queryParams": {}, "rawBody": '{"a":1}'}


async def respond(given: dict[str, Any]) -> tuple[Any, FakeContext]:
    ctx = FakeContext()
    return await run_action(piece, "return_response", given, ctx), ctx


async def test_recorded_answer() -> None:
    fields = {"body": {"ok": True}, "status": 201, "headers": {"x-made": "yes"}}
    output, ctx = await respond({"fields": fields, "respond": "stop", "responseType": "json"})
    assert output == {"status": 201, "headers": {"x-made": "yes"}, "body": {"ok": True}}
    assert ctx.run.outcome.kind == "stopped"
    assert ctx.run.outcome.response == Response(201, {"ok": True}, {"x-made": "yes"})


async def test_defaults() -> None:
    output, ctx = await respond({"fields": {"body": '{"n": [1]}'}})
    assert output == {"status": 200, "headers": {}, "body": {"n": [1]}}
    assert ctx.run.outcome.kind == "stopped"


async def test_respond_and_continue() -> None:
    _, ctx = await respond({"fields": {"body": "hello"}, "responseType": "raw", "respond": "respond"})
    assert ctx.run.outcome.kind == "respond"
    assert ctx.run.outcome.response == Response(200, "hello", {})


async def test_redirect() -> None:
    output, _ = await respond({"fields": {"body": "example.com/x"}, "responseType": "redirect"})
    assert output == {"status": 301, "headers": {"Location": "https://example.com/x"}, "body": "example.com/x"}


@pytest.mark.parametrize("fields", [{"body": "{"}, {"body": 1, "status": "teapot"}, {"body": 1, "status": 99}])
async def test_impossible_answers(fields: dict[str, Any]) -> None:
    with pytest.raises(PieceError, match="fields"):
        await respond({"fields": fields})


async def test_fields_are_required() -> None:
    with pytest.raises(InvalidInput, match="fields: Expected object"):
        await respond({})


async def test_wait_for_next_webhook() -> None:
    ctx = FakeContext()
    output = await run_action(piece, "return_response_and_wait_for_next_webhook", {"fields": {"body": {"a": 1}}}, ctx)
    url = output["nextWebhookUrl"]
    assert url.startswith("https://flows.test/api/v1/flow-runs/run1/waitpoints/waitpoint1/sync?")
    response = Response(200, {"a": 1}, {"x-activepieces-resume-webhook-url": url})
    assert ctx.run.outcome.pause == WebhookPause(response)
    assert ctx.run.outcome.response == response


async def test_resumed_by_next_webhook() -> None:
    call = {"body": {"b": 2}, "headers": {"h": "1"}, "queryParams": {"q": "2"}}
    ctx = FakeContext(execution_type="RESUME", resume_payload=call)
    assert await run_action(piece, "return_response_and_wait_for_next_webhook", {"fields": {"body": 1}}, ctx) == call
    assert ctx.run.outcome.kind == "none"


async def test_recorded_options() -> None:
    assert await piece.options("return_response", "fields", None, {"responseType": "json"}) == {
        "type": "DYNAMIC",
        "options": {
            "status": {"displayName": "Status", "required": False, "defaultValue": 200, "type": "NUMBER"},
            "headers": {"displayName": "Headers", "required": False, "type": "OBJECT"},
            "body": {"displayName": "JSON Body", "required": True, "type": "JSON"},
        },
    }


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("none", []),
        ("basic", ["username", "password"]),
        ("header", ["headerName", "headerValue"]),
        (
            "hmac",
            [
                "hmacHeaderName",
                "hmacSecret",
                "hmacAlgorithm",
                "hmacEncoding",
                "hmacSignaturePrefix",
                "hmacTimestampHeader",
                "hmacTolerance",
                "hmacIdHeader",
                "hmacSignedContent",
            ],
        ),
    ],
)
async def test_auth_fields(kind: str, names: list[str]) -> None:
    assert list((await piece.options("catch_webhook", "authFields", None, {"authType": kind}))["options"]) == names


async def caught(given: dict[str, Any], headers: dict[str, Any] | None = None, **changes: Any) -> list[Any]:
    payload = {**CALL, "headers": headers or {}, **changes}
    assert await run_trigger(piece, "catch_webhook", given, FakeTriggerContext(payload=payload)) == [payload]
    return [payload]


@pytest.mark.parametrize("given", [{}, {"authType": "none", "authFields": {}}])
async def test_open_webhook(given: dict[str, Any]) -> None:
    await caught(given)


BASIC = {"authType": "basic", "authFields": {"username": "u", "password": "p:w"}}
HEADER = {"authType": "header", "authFields": {"headerName": "X-Key", "headerValue": "k"}}


def hmac_form(**changes: str) -> dict[str, Any]:
    fields = {"hmacHeaderName": "X-Sig", "hmacSecret": "s", "hmacAlgorithm": "sha256", "hmacEncoding": "hex", "hmacSignaturePrefix": ""}
    return {"authType": "hmac", "authFields": {**fields, **changes}}


def signature(algorithm: str = "sha256", text: str = '{"a":1}') -> bytes:
    return hmac.new(b"s", text.encode(), getattr(hashlib, algorithm)).digest()


async def test_right_credentials() -> None:
    await caught(BASIC, {"authorization": f"Basic {base64.b64encode(b'u:p:w').decode()}"})
    await caught(HEADER, {"X-KEY": "k"})
    await caught(hmac_form(), {"x-sig": signature().hex()})
    await caught(hmac_form(hmacSignaturePrefix="sha256="), {"x-sig": f"sha256={signature().hex()}"})
    await caught(hmac_form(hmacSignaturePrefix="sha256="), {"x-sig": signature().hex()})
    await caught(hmac_form(hmacAlgorithm="sha512", hmacEncoding="base64"), {"x-sig": base64.b64encode(signature("sha512")).decode()})
    await caught(hmac_form(), {"x-sig": signature().hex()}, rawBody=None)


@pytest.mark.parametrize(
    ("given", "headers"),
    [
        (BASIC, {}),
        (BASIC, {"authorization": "Bearer x"}),
        (BASIC, {"authorization": "Basic ???"}),
        (BASIC, {"authorization": "Basic dTp4"}),
        (HEADER, {}),
        (HEADER, {"x-key": "K"}),
        ({"authType": "header", "authFields": {}}, {"": ""}),
        (hmac_form(), {}),
        (hmac_form(), {"x-sig": "00"}),
        (hmac_form(hmacSecret="other"), {"x-sig": signature().hex()}),
        (hmac_form(hmacAlgorithm="md5"), {"x-sig": signature().hex()}),
        ({"authType": "magic"}, {}),
    ],
)
async def test_wrong_credentials(given: dict[str, Any], headers: dict[str, Any]) -> None:
    with pytest.raises(WebhookAuthFailed):
        await run_trigger(piece, "catch_webhook", given, FakeTriggerContext(payload={**CALL, "headers": headers}))

"""Signatures are checked with the examples of the specification and as receivers check them."""

import asyncio
import hashlib
import hmac
from typing import Any

import pytest

from piecework.pieces.webhook_sender import piece
from piecework.pieces.webhook_sender.signing import Letter, standard
from piecework.sdk import CustomAuthValue, HttpError, HttpFailed, PieceError
from piecework.sdk.testing import FakeContext, Reply, ScriptedHttp, run_action

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = 1768478400


async def send(*replies: Reply | HttpError, secret: str = SECRET, previous: str = "", **given: Any) -> tuple[Any, ScriptedHttp]:
    http = ScriptedHttp(*replies)
    context = FakeContext(http=http, auth=CustomAuthValue({"secret": secret, "previousSecret": previous}))
    form = {"url": "https://other.test/hook", "body": {"id": 1}, **given}
    return await run_action(piece, "send_webhook", form, context), http


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", note)
    return waits


def test_the_signature_of_the_specification() -> None:
    letter = Letter("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert standard(letter, [SECRET])["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_a_call_is_signed() -> None:
    output, http = await send(Reply(202, {"ok": True}), headers={"x-more": "1"})
    sent = http.calls[0].options
    assert sent["content"] == b'{"id":1}'
    letter = Letter(output["id"], NOW, sent["content"])
    assert sent["headers"] == {"content-type": "application/json", "x-more": "1", **standard(letter, [SECRET])}
    assert (output["attempts"], output["status"], output["body"]) == (1, 202, {"ok": True})


async def test_an_event_and_two_secrets() -> None:
    _, http = await send(Reply(200), previous="whsec_b2xk", event_type="order.paid")
    sent = http.calls[0].options
    assert sent["content"] == b'{"type":"order.paid","timestamp":"2026-01-15T12:00:00Z","data":{"id":1}}'
    assert len(sent["headers"]["webhook-signature"].split(" ")) == 2


async def test_other_signatures() -> None:
    _, http = await send(Reply(200), secret="s3cret", scheme="sha256", signature_header="x-hub-signature-256")
    expected = hmac.new(b"s3cret", b'{"id":1}', hashlib.sha256).hexdigest()
    assert http.calls[0].options["headers"]["x-hub-signature-256"] == f"sha256={expected}"
    _, http = await send(Reply(200), secret="s3cret", scheme="timed")
    expected = hmac.new(b"s3cret", f'{NOW}.{{"id":1}}'.encode(), hashlib.sha256).hexdigest()
    assert http.calls[0].options["headers"]["x-signature"] == f"t={NOW},v1={expected}"


async def test_attempts_are_one_message(no_waiting: list[float]) -> None:
    output, http = await send(HttpError("no route", reason="connection"), Reply(503), Reply(200))
    assert output["attempts"] == 3
    assert {call.options["headers"]["webhook-id"] for call in http.calls} == {output["id"]}
    assert len(no_waiting) == 2
    assert all(0 <= seconds <= 8 for seconds in no_waiting)


@pytest.mark.parametrize(("replies", "attempts"), [([Reply(410)], 4), ([Reply(500), Reply(429)], 2)])
async def test_what_does_not_arrive_fails(replies: list[Reply], attempts: int) -> None:
    with pytest.raises(HttpFailed) as failure:
        await send(*replies, attempts=attempts)
    assert failure.value.status == replies[-1].status


async def test_statuses_that_are_fine_here() -> None:
    output, _ = await send(Reply(410, "gone"), accepted=[410])
    assert output["status"] == 410


async def test_what_is_refused() -> None:
    with pytest.raises(PieceError, match="url: "):
        await send(url="file:///etc/passwd")
    with pytest.raises(PieceError, match="secret: "):
        await send(secret="no base64!")

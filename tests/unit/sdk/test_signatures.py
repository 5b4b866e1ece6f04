"""Signed calls: what is refused, and by what a call that comes again is known."""

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any

import pytest

from piecework.sdk import Signature, WebhookAuthFailed
from piecework.sdk.signatures import moment_of
from piecework.sdk.testing import NOON, FakeTriggerContext

BODY = '{"a":1}'
STANDARD = Signature(
    "webhook-signature", encoding="base64", prefix="v1,", signed="{id}.{timestamp}.{body}",
    timestamp_header="webhook-timestamp", id_header="webhook-id",
)  # fmt: skip


def hexed(text: str, key: str = "s") -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def call(**headers: str) -> FakeTriggerContext:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return FakeTriggerContext(payload={"headers": named, "body": {"a": 1}, "rawBody": BODY})


def stamped(seconds: float, *, signed_at: float | None = None, scheme: str = "{timestamp}.{body}") -> FakeTriggerContext:
    stamp = str(int(NOON.timestamp() + seconds))
    signed = str(int(NOON.timestamp() + (seconds if signed_at is None else signed_at)))
    return call(sig=hexed(scheme.replace("{timestamp}", signed).replace("{body}", BODY)), at=stamp)


TIMED = Signature("Sig", signed="{timestamp}.{body}", timestamp_header="at")


@pytest.mark.parametrize("seconds", [0, -300, 300])
def test_calls_of_now_are_taken_and_have_a_key(seconds: int) -> None:
    ctx = stamped(seconds)
    TIMED.verify(ctx, "s")
    assert ctx.idempotency_key


@pytest.mark.parametrize(
    "ctx", [stamped(-301), stamped(301), stamped(0, signed_at=-100), call(at="x"), call(sig=hexed(f"x.{BODY}"), at="x")]
)
def test_calls_of_another_time_are_refused(ctx: FakeTriggerContext) -> None:
    with pytest.raises(WebhookAuthFailed):
        TIMED.verify(ctx, "s")


def test_the_key_is_that_of_the_signature_however_it_is_written() -> None:
    keys: set[str | None] = set()
    for text in ("{}", " {}", "sha256={}", "{},other", "other {}"):
        ctx = stamped(0)
        assert ctx.payload is not None
        ctx.payload["headers"]["sig"] = text.format(ctx.payload["headers"]["sig"])
        Signature("sig", prefix="sha256=", signed="{timestamp}.{body}", timestamp_header="at").verify(ctx, "s")
        keys.add(ctx.idempotency_key)
    assert len(keys) == 1


def test_standard_webhooks() -> None:
    stamp = str(int(NOON.timestamp()))
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    digest = base64.b64encode(hmac.new(key, f"msg_1.{stamp}.{BODY}".encode(), hashlib.sha256).digest()).decode()
    ctx = call(webhook_id="msg_1", webhook_timestamp=stamp, webhook_signature=f"v1,{digest}")
    STANDARD.verify(ctx, key)
    assert ctx.idempotency_key == "webhook-signature:msg_1"
    forged = call(webhook_id="msg_2", webhook_timestamp=stamp, webhook_signature=f"v1,{digest}")
    with pytest.raises(WebhookAuthFailed):
        STANDARD.verify(forged, key)


def test_without_a_time_nothing_tells_a_replay() -> None:
    ctx = call(sig=hexed(BODY))
    Signature("sig").verify(ctx, "s")
    assert ctx.idempotency_key is None
    for wrong in (call(), call(sig=""), call(sig=hexed(BODY, "other"))):
        with pytest.raises(WebhookAuthFailed):
            Signature("sig").verify(wrong, "s")
    with pytest.raises(WebhookAuthFailed):
        Signature("sig").verify(call(sig=hexed(BODY, "")), "")


@pytest.mark.parametrize("settings", [{"signed": "x"}, {"timestamp_header": "at"}, {"id_header": "id"}])
def test_what_would_prove_nothing_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="signed"):
        Signature("sig", **settings)


def test_times_as_senders_write_them() -> None:
    seconds = int(NOON.timestamp())
    for text in (str(seconds), str(seconds * 1000), NOON.isoformat(), NOON.replace(tzinfo=None).isoformat()):
        assert moment_of(text) == NOON, text
    assert moment_of("yesterday") is None
    assert moment_of("9" * 40) is None
    assert TIMED.tolerance == timedelta(minutes=5)

"""Signatures of webhook calls: whether the sender has signed a call, lately, and not before.

A signature alone can be replayed by whoever has seen a call. So a sender also signs the time, which must be near, and an id of the call, or the
signature is taken for one: a second call with the same id starts no run (``ctx.idempotency_key``), whatever crashes in between.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast

from piecework.sdk.context import TriggerContext
from piecework.sdk.errors import WebhookAuthFailed
from piecework.spec import jsons

Algorithm = Literal["sha1", "sha256", "sha512"]
ALGORITHMS: tuple[Algorithm, ...] = ("sha1", "sha256", "sha512")
FIVE_MINUTES = timedelta(minutes=5)
MILLISECONDS = 100_000_000_000
"""Numbers from here on are no seconds since 1970 but milliseconds."""


@dataclass(frozen=True, slots=True)
class Signature:
    """How a sender signs: the header of the signature, the HMAC's hash, and what stands before it (``sha256=``).

    ``signed``: what is signed, ``{body}`` with ``{timestamp}`` and ``{id}`` around it, such as ``v0:{timestamp}:{body}``. With
    ``timestamp_header`` (seconds or milliseconds since 1970, or ISO 8601) calls older than ``tolerance``, or as far ahead, are refused.
    ``id_header`` names the header with the call's id. A header may hold several signatures, with spaces or commas in between.
    """

    header: str
    algorithm: Algorithm = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    signed: str = "{body}"
    timestamp_header: str | None = None
    id_header: str | None = None
    tolerance: timedelta = FIVE_MINUTES

    def __post_init__(self) -> None:
        if "{body}" not in self.signed:
            raise ValueError("signed: what is signed must have {body} in it")
        if self.timestamp_header is not None and "{timestamp}" not in self.signed:
            raise ValueError("signed: a time that is not signed proves nothing: {timestamp} must be in it")
        if self.id_header is not None and "{id}" not in self.signed:
            raise ValueError("signed: an id that is not signed proves nothing: {id} must be in it")

    def verify(self, ctx: TriggerContext, secret: str | bytes) -> None:
        """Raises WebhookAuthFailed for a call that this secret has not signed, or not lately.

        Sets ``ctx.idempotency_key`` where a call that comes again can be told.
        """
        call: Mapping[str, Any] = ctx.payload or {}
        received = header_of(call, self.header)
        timestamp = header_of(call, self.timestamp_header) if self.timestamp_header else None
        call_id = header_of(call, self.id_header) if self.id_header else None
        key = secret.encode() if isinstance(secret, str) else secret
        expected = self._expected(key, signed_bytes(call), timestamp or "", call_id or "")
        if not received or not key or not self._fits(received, expected):
            raise WebhookAuthFailed("Webhook authentication failed: the call does not carry the signature that this trigger asks for")
        if self.timestamp_header is not None:
            self._check_time(timestamp, ctx.now())
        if self.id_header is not None and not call_id:
            raise WebhookAuthFailed(f"Webhook authentication failed: the call has no header {self.id_header}")
        if self.id_header is not None or self.timestamp_header is not None:
            ctx.idempotency_key = f"{self.header.lower()}:{call_id or expected}"

    def _expected(self, key: bytes, body: bytes, timestamp: str, call_id: str) -> str:
        before, _, after = self.signed.partition("{body}")

        def filled(text: str) -> bytes:
            return text.replace("{timestamp}", timestamp).replace("{id}", call_id).encode()

        digest = hmac.new(key, filled(before) + body + filled(after), getattr(hashlib, self.algorithm)).digest()
        return base64.b64encode(digest).decode() if self.encoding == "base64" else digest.hex()

    def _fits(self, received: str, expected: str) -> bool:
        candidates = [received, *received.replace(",", " ").split()]
        return any(hmac.compare_digest(each.strip().removeprefix(self.prefix).encode(), expected.encode()) for each in candidates)

    def _check_time(self, timestamp: str | None, now: datetime) -> None:
        moment = moment_of(timestamp or "")
        if moment is None:
            raise WebhookAuthFailed(f"Webhook authentication failed: the header {self.timestamp_header} holds no time")
        if abs(now - moment) > self.tolerance:
            raise WebhookAuthFailed(
                f"Webhook authentication failed: the call was signed more than {self.tolerance.total_seconds():g} seconds from now"
            )


def moment_of(text: str) -> datetime | None:
    """A time as senders write it; None for anything else. A time without its zone is in UTC."""
    try:
        if text.strip().lstrip("-").replace(".", "", 1).isdigit():
            number = float(text)
            return datetime.fromtimestamp(number / 1000 if number >= MILLISECONDS else number, UTC)
        moment = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def header_of(call: Mapping[str, Any], name: str) -> str | None:
    """A header's value whatever the case of its name; of a repeated header the first."""
    headers: Mapping[str, Any] = call.get("headers") or {}
    wanted = name.strip().lower()
    value = next((held for key, held in headers.items() if key.lower() == wanted), None)
    if isinstance(value, list):
        values = cast("list[Any]", value)
        return str(values[0]) if values else None
    return None if value is None else str(value)


def signed_bytes(call: Mapping[str, Any]) -> bytes:
    """The body as it was sent; rebuilt from its parsed form where the raw one is not there."""
    raw = call.get("rawBody")
    body = call.get("body") if raw is None else raw
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else jsons.dumps(body)

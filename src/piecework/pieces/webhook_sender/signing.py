"""Signatures by which the receiver of a call knows who has sent it, and that nobody plays it again."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

from piecework.sdk import PieceError

PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class Letter:
    """What is signed: the body as it is sent, the id of the message, and when it is sent (seconds since 1970)."""

    id: str
    timestamp: int
    body: bytes


def standard(letter: Letter, secrets: list[str]) -> dict[str, str]:
    """The headers of Standard Webhooks (standardwebhooks.com, symmetric signatures), one signature for each secret: two while one is replaced."""
    signed = f"{letter.id}.{letter.timestamp}.".encode() + letter.body
    signatures = [base64.b64encode(hmac.digest(_key(secret), signed, "sha256")).decode() for secret in secrets]
    return {
        "webhook-id": letter.id,
        "webhook-timestamp": str(letter.timestamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def _key(secret: str) -> bytes:
    """The key that a secret stands for: Base64 after ``whsec_``. Raises PieceError for what is not written so."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (ValueError, binascii.Error):
        raise PieceError("secret: must be whsec_ and Base64") from None
    if not key:
        raise PieceError("secret: must not be empty")
    return key


def digest(letter: Letter, secrets: list[str], header: str) -> dict[str, str]:
    """``sha256=…`` of the body under a header of the receiver's choice, as GitHub and others sign."""
    return {header: "sha256=" + hmac.new(secrets[0].encode(), letter.body, hashlib.sha256).hexdigest()}


def timed_digest(letter: Letter, secrets: list[str], header: str) -> dict[str, str]:
    """``t=…,v1=…`` of time and body under such a header, as Stripe signs."""
    signed = f"{letter.timestamp}.".encode() + letter.body
    signatures = ",".join("v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets)
    return {header: f"t={letter.timestamp},{signatures}"}

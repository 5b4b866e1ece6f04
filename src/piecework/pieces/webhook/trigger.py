"""Catch Webhook: the trigger's output is the call itself, once it has shown the credentials that the trigger asks for."""

import base64
import binascii
import hashlib
import hmac
from typing import Annotated, Any

import orjson

from piecework.pieces.webhook.piece import piece
from piecework.sdk import (
    DynamicProperties,
    Markdown,
    MarkdownVariant,
    Property,
    ShortText,
    StaticDropdown,
    TriggerContext,
    WebhookAuthFailed,
)

LIVE = """**Live URL**
```text
{{webhookUrl}}
```
Starts the published flow, and keeps the call as sample data.
"""
SYNC = """**Waiting for an answer**

Append `/sync` to the URL to get the flow's answer (the action *Return Response*). After {{webhookTimeoutSeconds}} seconds without one the
caller gets 408.
"""
TEST = """**Test URL**

Append `/test` to the URL to keep a call as sample data without starting the flow.
"""


def auth_fields(authType: str | None) -> dict[str, Property]:
    """What each way of authentication must be told."""
    match authType:
        case "basic":
            return {
                "username": ShortText("Username", "The user name that callers must send.", required=True),
                "password": ShortText("Password", "The password that callers must send.", required=True),
            }
        case "header":
            return {
                "headerName": ShortText("Header Name", "The header that callers must send.", required=True),
                "headerValue": ShortText("Header Value", "The value that it must have.", required=True),
            }
        case "hmac":
            return _hmac_fields()
        case _:
            return {}


def _hmac_fields() -> dict[str, Property]:
    return {
        "hmacHeaderName": ShortText(
            "Signature Header Name", "The header that carries the signature, such as `X-Hub-Signature-256`.", required=True
        ),
        "hmacSecret": ShortText("Secret Key", "The key that the sender signs with.", required=True),
        "hmacAlgorithm": StaticDropdown(
            "HMAC Algorithm",
            required=True,
            default="sha256",
            options={"SHA-256": "sha256", "SHA-1": "sha1", "SHA-512": "sha512"},
            disabled=False,
        ),
        "hmacEncoding": StaticDropdown(
            "Signature Encoding", required=True, default="hex", options={"Hex": "hex", "Base64": "base64"}, disabled=False
        ),
        "hmacSignaturePrefix": ShortText("Signature Prefix", "What stands before the signature, such as `sha256=`."),
    }


@piece.webhook_trigger(name="catch_webhook", display_name="Catch Webhook")
def catch_webhook(
    ctx: TriggerContext,
    liveMarkdown: Annotated[None, Markdown(None, LIVE, variant=MarkdownVariant.BORDERLESS)] = None,
    syncMarkdown: Annotated[None, Markdown(None, SYNC)] = None,
    testMarkdown: Annotated[None, Markdown(None, TEST)] = None,
    authType: Annotated[
        str,
        StaticDropdown(
            "Authentication",
            "How callers prove who they are.",
            options={"None": "none", "Basic Auth": "basic", "Header Auth": "header", "HMAC Signature": "hmac"},
            disabled=False,
            required=True,
        ),
    ] = "none",
    authFields: Annotated[dict[str, Any] | None, DynamicProperties("Authentication Fields", form=auth_fields)] = None,
) -> list[Any]:
    """Start the flow whenever its URL is called, with any HTTP method."""
    if authType != "none":
        _check_credentials(authType, authFields or {}, ctx.payload or {})
    return [ctx.payload]


def _check_credentials(auth_type: str, fields: dict[str, Any], payload: dict[str, Any]) -> None:
    headers: dict[str, Any] = payload.get("headers") or {}
    match auth_type:
        case "basic":
            accepted = basic_matches(headers, str(fields.get("username", "")), str(fields.get("password", "")))
        case "header":
            name = str(fields.get("headerName", "")).strip().lower()
            accepted = bool(name) and _same(header(headers, name), str(fields.get("headerValue", "")))
        case "hmac":
            accepted = hmac_matches(headers, payload, fields)
        case _:
            raise WebhookAuthFailed(f"authType: unknown kind of authentication {auth_type!r}")
    if not accepted:
        raise WebhookAuthFailed("Webhook authentication failed: the call does not carry the credentials that this trigger asks for")


def header(headers: dict[str, Any], name: str) -> str | None:
    """A header's value whatever the case of its name; of a repeated header the first."""
    value = next((held for key, held in headers.items() if key.lower() == name), None)
    if isinstance(value, list):
        return str(value[0]) if value else None
    return None if value is None else str(value)


def _same(received: str | None, expected: str) -> bool:
    return received is not None and hmac.compare_digest(received.encode(), expected.encode())


def basic_matches(headers: dict[str, Any], username: str, password: str) -> bool:
    """Whether the Authorization header holds this user name and password."""
    scheme, _, encoded = (header(headers, "authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(decoded, f"{username}:{password}".encode())


def hmac_matches(headers: dict[str, Any], payload: dict[str, Any], fields: dict[str, Any]) -> bool:
    """Whether the signature header holds the HMAC of the raw body. A missing prefix is tolerated."""
    received = header(headers, str(fields.get("hmacHeaderName", "")).strip().lower())
    secret = str(fields.get("hmacSecret", ""))
    algorithm = str(fields.get("hmacAlgorithm") or "sha256")
    if not received or not secret or algorithm not in ("sha1", "sha256", "sha512"):
        return False
    digest = hmac.new(secret.encode(), signed_bytes(payload), getattr(hashlib, algorithm)).digest()
    expected = base64.b64encode(digest).decode() if fields.get("hmacEncoding") == "base64" else digest.hex()
    return _same(received.strip().removeprefix(str(fields.get("hmacSignaturePrefix") or "")), expected)


def signed_bytes(payload: dict[str, Any]) -> bytes:
    """The body as it was sent; rebuilt from its parsed form where the raw one is not there."""
    raw = payload.get("rawBody")
    body = payload.get("body") if raw is None else raw
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else orjson.dumps(body)

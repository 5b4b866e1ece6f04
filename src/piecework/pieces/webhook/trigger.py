"""Catch Webhook: the trigger's output is the call itself, once it has shown the credentials that the trigger asks for."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from piecework.pieces.webhook.payload_schema import check_payload
from piecework.pieces.webhook.piece import piece
from piecework.sdk import (
    ALGORITHMS,
    DynamicProperties,
    InvalidInput,
    Json,
    Markdown,
    MarkdownVariant,
    Number,
    Property,
    PropertyProblem,
    ShortText,
    Signature,
    StaticDropdown,
    TriggerContext,
    WebhookAuthFailed,
    header_of,
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
PAYLOAD_SCHEMA = "A JSON schema. A call whose body does not fit it is answered 400 with the fields that are wrong, and starts nothing."
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
        "hmacTimestampHeader": ShortText(
            "Time-stamp Header Name",
            "The header with the signed time of the call. Old calls are refused, and repeated ones start no second run.",
        ),
        "hmacTolerance": Number("Tolerance in Seconds", "How old a call may be.", default=300),
        "hmacIdHeader": ShortText(
            "Id Header Name", "The header with the signed id of the call. A call with an id that was there starts no run."
        ),
        "hmacSignedContent": ShortText(
            "Signed Content",
            "What the sender signs, such as `{timestamp}.{body}` (with a time-stamp header the default) or `v0:{timestamp}:{body}`.",
        ),
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
    payloadSchema: Annotated[Any, Json("Payload Schema", PAYLOAD_SCHEMA)] = None,
) -> list[Any]:
    """Start the flow whenever its URL is called, with any HTTP method."""
    if authType != "none":
        _check_credentials(ctx, authType, authFields or {})
    if payloadSchema is not None:
        check_payload(payloadSchema, (ctx.payload or {}).get("body"))
    return [ctx.payload]


def _check_credentials(ctx: TriggerContext, auth_type: str, fields: dict[str, Any]) -> None:
    call = ctx.payload or {}
    match auth_type:
        case "basic":
            accepted = basic_matches(call, str(fields.get("username", "")), str(fields.get("password", "")))
        case "header":
            name = str(fields.get("headerName", "")).strip().lower()
            accepted = bool(name) and _same(header_of(call, name), str(fields.get("headerValue", "")))
        case "hmac":
            check_signature(ctx, fields)
            accepted = True
        case _:
            raise WebhookAuthFailed(f"authType: unknown kind of authentication {auth_type!r}")
    if not accepted:
        raise WebhookAuthFailed("Webhook authentication failed: the call does not carry the credentials that this trigger asks for")


def _same(received: str | None, expected: str) -> bool:
    return received is not None and hmac.compare_digest(received.encode(), expected.encode())


def basic_matches(call: Mapping[str, Any], username: str, password: str) -> bool:
    """Whether the Authorization header holds this user name and password."""
    scheme, _, encoded = (header_of(call, "authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(decoded, f"{username}:{password}".encode())


def check_signature(ctx: TriggerContext, fields: dict[str, Any]) -> None:
    """Raises WebhookAuthFailed unless the signature header holds the HMAC of the call, and InvalidInput for settings that say no such thing.

    A missing prefix is tolerated. With a header for the time old calls are refused, and a call that comes again begins no second run.
    """
    algorithm = fields.get("hmacAlgorithm") or "sha256"
    if algorithm not in ALGORITHMS:
        raise WebhookAuthFailed(f"Webhook authentication failed: there is no algorithm {algorithm!r}")
    timestamp_header, id_header = _text(fields, "hmacTimestampHeader"), _text(fields, "hmacIdHeader")
    try:
        signature = Signature(
            header=_text(fields, "hmacHeaderName"),
            algorithm=algorithm,
            encoding="base64" if fields.get("hmacEncoding") == "base64" else "hex",
            prefix=_text(fields, "hmacSignaturePrefix"),
            signed=_text(fields, "hmacSignedContent") or _signed_by_default(timestamp_header, id_header),
            timestamp_header=timestamp_header or None,
            id_header=id_header or None,
            tolerance=timedelta(seconds=float(fields.get("hmacTolerance") or 300)),
        )
    except ValueError as error:
        raise InvalidInput([PropertyProblem("authFields.hmacSignedContent", str(error))]) from None
    signature.verify(ctx, str(fields.get("hmacSecret") or ""))


def _text(fields: dict[str, Any], name: str) -> str:
    return str(fields.get(name) or "").strip()


def _signed_by_default(timestamp_header: str, id_header: str) -> str:
    """As Standard Webhooks has it: the id, the time and the body, with dots in between."""
    return ".".join([*(["{id}"] if id_header else []), *(["{timestamp}"] if timestamp_header else []), "{body}"])

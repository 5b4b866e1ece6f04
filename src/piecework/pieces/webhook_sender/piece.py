"""Webhooks out: calls of other services that are signed, and repeated until one arrives."""

import asyncio
import hashlib
from dataclasses import replace
from typing import Annotated, Any, Literal

from piecework.pieces.webhook_sender.signing import Letter, digest, standard, timed_digest
from piecework.sdk import (
    ActionContext,
    Array,
    CustomAuth,
    CustomAuthValue,
    HttpError,
    HttpResponse,
    Json,
    Number,
    Object,
    Piece,
    PieceCategory,
    PieceError,
    SecretText,
    ShortText,
    StaticDropdown,
    http_failed,
    json_text,
    readable_body,
)

SECONDS = 20
MOST_ATTEMPTS = 6
FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0
"""Seconds between attempts: doubled each time, by chance up to that. What takes longer is for the step's own retries and for flows that wait."""
FINAL = frozenset({400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422, 431, 451})
"""Answers that another attempt would get again."""

Scheme = Literal["standard", "sha256", "timed"]

piece = Piece(
    "@piecework/piece-webhook-sender",
    display_name="Signed Webhook",
    version="0.1.0",
    description="Tell other services what happened, with signed calls that are repeated until one arrives.",
    categories=[PieceCategory.CORE, PieceCategory.DEVELOPER_TOOLS],
    auth=CustomAuth(
        fields={
            "secret": SecretText("Secret", "What sender and receiver share. For Standard Webhooks `whsec_` and Base64.", required=True),
            "previousSecret": SecretText("Previous Secret", "Signs, too, while receivers change to a new one.", required=False),
        }
    ),
)


@piece.action
async def send_webhook(
    ctx: ActionContext[CustomAuthValue],
    url: Annotated[str, ShortText("URL", "Where to send it.")],
    body: Annotated[Any, Json("Body", "Sent as JSON.", required=True)],
    event_type: Annotated[
        str | None, ShortText("Event Type", "With it the body becomes `{type, timestamp, data}`, such as `order.paid`.")
    ] = None,
    scheme: Annotated[
        Scheme,
        StaticDropdown(
            "Signature",
            "Standard Webhooks can be checked with a library in most languages.",
            options={"Standard Webhooks": "standard", "sha256=… of the body": "sha256", "t=…,v1=… of time and body": "timed"},
            required=True,
            only_these=True,
        ),
    ] = "standard",
    signature_header: Annotated[str, ShortText("Signature Header", "For the other signatures.", required=False)] = "x-signature",
    headers: Annotated[dict[str, Any] | None, Object("Headers", "Further ones.")] = None,
    attempts: Annotated[int, Number("Attempts", "How often to try.", minimum=1, maximum=MOST_ATTEMPTS, whole=True, required=False)] = 4,
    accepted: Annotated[list[Any] | None, Array("Accepted Statuses", "Beside 200 to 299.")] = None,
) -> dict[str, Any]:
    """Send a signed webhook, again and again while the receiver cannot be reached or is busy. All attempts, also those of a step that runs again
    after a crash, have the same id, by which the receiver knows them as one."""
    if not url.startswith(("http://", "https://")):
        raise PieceError("url: must begin with http:// or https://")
    message_id = f"msg_{hashlib.sha256(ctx.idempotency_key.encode()).hexdigest()[:32]}"
    moment = ctx.now()
    content = {"type": event_type, "timestamp": moment.isoformat().replace("+00:00", "Z"), "data": body} if event_type else body
    letter = Letter(message_id, 0, json_text(content).encode())
    wanted = {str(status) for status in accepted or ()}
    last: Exception | None = None
    for attempt in range(1, attempts + 1):
        if last is not None:
            await asyncio.sleep(ctx.random.uniform(0, min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1))))
        letter = replace(letter, timestamp=int(ctx.now().timestamp()))
        answer = await _sent(ctx, url, letter, {**(headers or {}), **_signed(ctx.auth, scheme, letter, signature_header)})
        last = _failure(answer, url, wanted)
        if last is None and not isinstance(answer, HttpError):
            told = {"status": answer.status, "headers": dict(answer.headers), "body": readable_body(answer)}
            return {"id": message_id, "attempts": attempt, **told}
        if not isinstance(answer, HttpError) and answer.status in FINAL:
            break
    raise last or PieceError("attempts: must be 1 or more")


def _failure(answer: HttpResponse | HttpError, url: str, wanted: set[str]) -> Exception | None:
    """Why an attempt has failed; None if it has not."""
    if isinstance(answer, HttpError):
        return http_failed(500, str(answer), method="POST", url=url)
    if 200 <= answer.status < 300 or str(answer.status) in wanted:
        return None
    return http_failed(answer.status, readable_body(answer), method="POST", url=url, headers=answer.headers)


async def _sent(ctx: ActionContext, url: str, letter: Letter, headers: dict[str, str]) -> HttpResponse | HttpError:
    try:
        return await ctx.http.request(
            "POST", url, headers={"content-type": "application/json", **headers}, content=letter.body, timeout=SECONDS
        )
    except HttpError as error:
        return error


def _signed(auth: CustomAuthValue, scheme: Scheme, letter: Letter, header: str) -> dict[str, str]:
    secrets = [str(auth["secret"]), *([str(auth["previousSecret"])] if auth.get("previousSecret") else [])]
    match scheme:
        case "standard":
            return standard(letter, secrets)
        case "sha256":
            return digest(letter, secrets, header or "x-signature")
        case "timed":
            return timed_digest(letter, secrets, header or "x-signature")

"""One exchange of a sender's call for an answer, without a framework in between: what webhooks and events of apps share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from piecework.server.kernel.ids import new_id
from piecework.server.modules.webhooks.answers import Answer, content_of, flow_headers
from piecework.server.modules.webhooks.payload import PayloadTooLarge
from piecework.server.ports.runs import CannotWrite

log = structlog.get_logger(__name__)

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"})
UNWRITTEN = Answer(
    503,
    {"statusCode": 503, "error": "Service Unavailable", "message": "The server cannot write at the moment; nothing was kept of this call"},
    {"retry-after": "5"},
)


Handle = Callable[[Scope, Receive], Awaitable[Answer]]


def exchange_app(what: str, handle: Handle) -> ASGIApp:
    """The application that answers each call with what ``handle`` gives. ``what``: what a call is, for the log and for who called in vain."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        webhook_id = new_id()
        try:
            answer = await handle(scope, receive)
        except CannotWrite as error:
            log.error(f"{what} refused", path=scope["path"], webhook_id=webhook_id, error=str(error))
            answer = UNWRITTEN
        except Exception:
            log.exception(f"{what} failed", path=scope["path"], webhook_id=webhook_id)
            answer = problem(500, "Internal Server Error", f"The {what} could not be handled")
        await write(send, answer, webhook_id, head=scope["method"] == "HEAD")

    return app


def wrong_method(scope: Scope, takers: str) -> Answer | None:
    """The answer to a method that ``takers`` do not take (RFC 9110 §15.5.6); None for one that they do."""
    if scope["method"] in METHODS:
        return None
    allowed = ", ".join(sorted(METHODS))
    return replace(problem(405, "Method Not Allowed", f"{takers} take {allowed}"), headers={"allow": allowed})


async def read_body(scope: Scope, receive: Receive, max_bytes: int) -> bytes:
    """The request's body. Raises PayloadTooLarge."""
    for name, value in scope["headers"]:
        if name == b"content-length" and (not value.isdigit() or int(value) > max_bytes):
            raise PayloadTooLarge
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        if len(body) > max_bytes:
            raise PayloadTooLarge
        return body
    parts, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > max_bytes:
            raise PayloadTooLarge
    return b"".join(parts)


def problem(status: int, error: str, message: str) -> Answer:
    """An answer that says what is wrong with a call."""
    return Answer(status, {"statusCode": status, "error": error, "message": message})


async def write(send: Send, answer: Answer, webhook_id: str, *, head: bool) -> None:
    """Send an answer; ``head``: without its body."""
    body, content_type = content_of(answer.body)
    status = answer.status if 200 <= answer.status <= 599 else 500
    headers = [(b"x-webhook-id", webhook_id.encode()), (b"x-content-type-options", b"nosniff")]
    given = flow_headers(answer.headers) if answer.headers else []
    headers += given
    without_body = status in (204, 304)
    if not without_body:
        if content_type and not any(name == b"content-type" for name, _ in given):
            headers.append((b"content-type", content_type))
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head or without_body else body})

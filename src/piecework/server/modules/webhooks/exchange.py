"""One exchange of a sender's call for an answer, without a framework in between: what webhooks and events of apps share."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from piecework.server.modules.webhooks.answers import Answer, content_of, flow_headers
from piecework.server.modules.webhooks.payload import PayloadTooLarge

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"})
UNWRITTEN = Answer(
    503,
    {"statusCode": 503, "error": "Service Unavailable", "message": "The server cannot write at the moment; nothing was kept of this call"},
    {"retry-after": "5"},
)


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

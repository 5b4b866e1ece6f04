"""The ASGI application of ``/api/v1/webhooks/``. It reads a request, calls the service and writes the answer; no framework is in between."""

from __future__ import annotations

from dataclasses import replace

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from piecework.sdk import FileTooLarge
from piecework.server.kernel.ids import new_id
from piecework.server.modules.webhooks.answers import Answer, content_of, flow_headers
from piecework.server.modules.webhooks.openapi import WEBHOOK_PATHS
from piecework.server.modules.webhooks.payload import MalformedBody, PayloadTooLarge, read_payload
from piecework.server.modules.webhooks.service import GONE, Mode, WebhookService
from piecework.server.ports.runs import CannotWrite
from piecework.spec import jsons

log = structlog.get_logger(__name__)

PREFIX = "/api/v1/webhooks/"
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"})
MODES = {mode.value: mode for mode in Mode}

__all__ = ["PREFIX", "WEBHOOK_PATHS", "webhook_app"]


UNWRITTEN = Answer(
    503,
    {"statusCode": 503, "error": "Service Unavailable", "message": "The server cannot write at the moment; nothing was kept of this call"},
    {"retry-after": "5"},
)


def webhook_app(service: WebhookService, max_bytes: int) -> ASGIApp:
    """The application. ``max_bytes`` bounds a request's body."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        webhook_id = new_id()
        try:
            answer = await _handle(service, max_bytes, scope, receive)
        except CannotWrite as error:
            log.error("webhook refused", path=scope["path"], webhook_id=webhook_id, error=str(error))
            answer = UNWRITTEN
        except Exception:
            log.exception("webhook failed", path=scope["path"], webhook_id=webhook_id)
            answer = _problem(500, "Internal Server Error", "The webhook could not be handled")
        await _write(send, answer, webhook_id, head=scope["method"] == "HEAD")

    return app


async def _handle(service: WebhookService, max_bytes: int, scope: Scope, receive: Receive) -> Answer:
    flow_id, _, rest = scope["path"][len(PREFIX) :].partition("/")
    mode = MODES.get(rest)
    if mode is None:
        return _problem(404, "Not Found", "Route not found")
    if scope["method"] not in METHODS:
        allowed = ", ".join(sorted(METHODS))
        return replace(_problem(405, "Method Not Allowed", f"Webhooks take {allowed}"), headers={"allow": allowed})
    try:
        body = await _body(scope, receive, max_bytes)
    except PayloadTooLarge:
        return Answer(413, {"message": "Payload too large"})
    facts = await service.flow(flow_id)

    async def save(name: str, content_type: str, content: bytes) -> str:
        if facts is None:
            return ""
        return await service.services(facts).files.write(name, content)

    try:
        payload = await read_payload(scope["method"], scope["headers"], scope["query_string"], body, save)
    except FileTooLarge as error:
        return Answer(413, {"message": str(error)})
    except MalformedBody as error:
        return _problem(400, "Bad Request", str(error))
    if facts is None:
        return GONE
    try:
        return await service.call(facts, mode, payload)
    except jsons.NotJson as error:
        return _problem(400, "Bad Request", f"The body cannot be kept: {error}")


async def _body(scope: Scope, receive: Receive, max_bytes: int) -> bytes:
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


def _problem(status: int, error: str, message: str) -> Answer:
    return Answer(status, {"statusCode": status, "error": error, "message": message})


async def _write(send: Send, answer: Answer, webhook_id: str, *, head: bool) -> None:
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

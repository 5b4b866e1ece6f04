"""The ASGI application of ``/api/v1/webhooks/``. It reads a request, calls the service and writes the answer; no framework is in between."""

from __future__ import annotations

from functools import partial

from starlette.types import ASGIApp, Receive, Scope

from piecework.sdk import FileTooLarge
from piecework.server.modules.webhooks.answers import Answer
from piecework.server.modules.webhooks.exchange import exchange_app, problem, read_body, wrong_method
from piecework.server.modules.webhooks.openapi import WEBHOOK_PATHS
from piecework.server.modules.webhooks.payload import MalformedBody, PayloadTooLarge, read_payload
from piecework.server.modules.webhooks.service import GONE, Mode, WebhookService
from piecework.spec import jsons

PREFIX = "/api/v1/webhooks/"
MODES = {mode.value: mode for mode in Mode}

__all__ = ["PREFIX", "WEBHOOK_PATHS", "webhook_app"]


def webhook_app(service: WebhookService, max_bytes: int) -> ASGIApp:
    """The application. ``max_bytes`` bounds a request's body."""

    return exchange_app("webhook", partial(_handle, service, max_bytes))


async def _handle(service: WebhookService, max_bytes: int, scope: Scope, receive: Receive) -> Answer:
    flow_id, _, rest = scope["path"][len(PREFIX) :].partition("/")
    mode = MODES.get(rest)
    if mode is None:
        return problem(404, "Not Found", "Route not found")
    if refused := wrong_method(scope, "Webhooks"):
        return refused
    try:
        body = await read_body(scope, receive, max_bytes)
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
        return problem(400, "Bad Request", str(error))
    if facts is None:
        return GONE
    try:
        return await service.call(facts, mode, payload)
    except jsons.NotJson as error:
        return problem(400, "Bad Request", f"The body cannot be kept: {error}")

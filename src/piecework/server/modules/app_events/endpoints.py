"""The ASGI application of ``/api/v1/app-events/``: any method, no account, and no framework in between."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.types import ASGIApp, Receive, Scope

from piecework.server.modules.app_events.delivery import AppEventDelivery
from piecework.server.modules.webhooks.answers import Answer
from piecework.server.modules.webhooks.exchange import exchange_app, problem, read_body, wrong_method
from piecework.server.modules.webhooks.payload import MalformedBody, PayloadTooLarge, read_payload
from piecework.spec import jsons

PREFIX = "/api/v1/app-events/"


def app_event_app(delivery: AppEventDelivery, max_bytes: int) -> ASGIApp:
    """The application. ``max_bytes`` bounds a request's body."""

    return exchange_app("app event", partial(_handle, delivery, max_bytes))


async def _handle(delivery: AppEventDelivery, max_bytes: int, scope: Scope, receive: Receive) -> Answer:
    if refused := wrong_method(scope, "Events of apps"):
        return refused
    try:
        body = await read_body(scope, receive, max_bytes)
        payload = await read_payload(scope["method"], scope["headers"], scope["query_string"], body, _no_file)
    except PayloadTooLarge:
        return Answer(413, {"message": "Payload too large"})
    except MalformedBody as error:
        return problem(400, "Bad Request", str(error))
    try:
        return await delivery.deliver(scope["path"][len(PREFIX) :], payload)
    except jsons.NotJson as error:
        return problem(400, "Bad Request", f"The body cannot be kept: {error}")


async def _no_file(name: str, content_type: str, content: bytes) -> str:
    """An event is text: there is no project yet in which a file could be kept."""
    raise MalformedBody(f"An event of an app cannot be {content_type}")


def _operation(method: str) -> dict[str, Any]:
    def answer(description: str) -> dict[str, Any]:
        return {"description": description, "content": {"application/json": {"schema": {}}}}

    operation: dict[str, Any] = {
        "tags": ["webhooks"],
        "summary": "An event of an app",
        "description": "Starts a run of every flow that listens for the event; of flows whose trigger is being tried it keeps a sample.",
        "operationId": f"app_event_{method}",
        "parameters": [
            {
                "name": "pieceUrl",
                "in": "path",
                "required": True,
                "description": "The app's piece, without `@activepieces/piece-`.",
                "schema": {"type": "string"},
            }
        ],
        "responses": {
            "200": answer("Accepted: the runs are durable. Or what the app wanted to hear."),
            "400": answer("The piece cannot tell what happened, and whose it is."),
            "401": answer("The app has not signed the event with the secret in AP_APP_WEBHOOK_SECRETS."),
            "404": answer("No installed piece of this name takes events."),
            "413": answer("The body is larger than AP_MAX_WEBHOOK_PAYLOAD_SIZE_MB."),
            "503": answer("The server cannot write. Call again."),
        },
    }
    if method in ("post", "put", "patch"):
        operation["requestBody"] = {"content": {"application/json": {"schema": {}}}}
    return operation


APP_EVENT_PATHS: dict[str, Any] = {
    "/app-events/{pieceUrl}": {method: _operation(method) for method in ("get", "post", "put", "patch", "delete", "head")}
}

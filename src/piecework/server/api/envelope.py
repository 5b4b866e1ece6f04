"""What every request goes through, as plain ASGI: its id, its size, its URL, and the answer to an error that nobody expected."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from piecework.server.api.errors import body_too_large, problem
from piecework.server.kernel.ids import new_id

log = structlog.get_logger("api")

_LONGEST_REQUEST_ID = 128


class Envelope:
    """Wraps an application.

    In: a request id is taken from `x-request-id` or made; a body above `max_body_bytes` is answered 413 (at once when its length
    is announced, else when the limit is passed); a URL with NUL is answered 400. Out: every answer carries `x-request-id` and
    `x-content-type-options: nosniff`, and an exception becomes a logged 500.
    """

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id = _usable(headers.get(b"x-request-id")) or new_id().encode()
        stamped = _Stamped(send, request_id, scope.setdefault("state", {}))
        if _announced_length(headers) > self._max_body_bytes:
            await body_too_large()(scope, receive, stamped)
        elif "\0" in scope["path"] or b"%00" in scope["query_string"]:
            await problem(400, "The URL contains a NUL character")(scope, receive, stamped)
        else:
            await self._call(scope, self._limited(receive), stamped, request_id)

    async def _call(self, scope: Scope, receive: Receive, send: "_Stamped", request_id: bytes) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception:
            log.exception("request failed", method=scope["method"], path=scope["path"], request_id=request_id.decode())
            if send.finished:
                return
            if send.started:
                raise
            await problem(500, "Internal Server Error")(scope, receive, send)

    def _limited(self, receive: Receive) -> Callable[[], Awaitable[Message]]:
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_body_bytes:
                raise HTTPException(413)
            return message

        return receive_within_limit


class _Stamped:
    """A `send` that adds the headers of every answer, and those that somebody left in the request's state as `answer_headers`."""

    def __init__(self, send: Send, request_id: bytes, state: dict[str, Any]) -> None:
        self._send = send
        self._request_id = request_id
        self._state = state
        self.started = False
        self.finished = False

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            added = [(name.encode(), value.encode()) for name, value in self._state.get("answer_headers", {}).items()]
            message["headers"] = [
                *message.get("headers", ()),
                *added,
                (b"x-request-id", self._request_id),
                (b"x-content-type-options", b"nosniff"),
            ]
        await self._send(message)
        self.finished = message["type"] == "http.response.body" and not message.get("more_body")


def _announced_length(headers: dict[bytes, bytes]) -> int:
    length = headers.get(b"content-length", b"")
    return int(length) if length.isdigit() else 0


def _usable(request_id: bytes | None) -> bytes | None:
    """A foreign request id goes into our logs and back out, so it is taken only when it is short printable ASCII."""
    if request_id and len(request_id) <= _LONGEST_REQUEST_ID and all(32 < byte < 127 for byte in request_id):
        return request_id
    return None

"""``GET /metrics`` for Prometheus: an ASGI application before the REST API, for those alone who may see it.

With ``AP_METRICS_TOKEN`` the bearer token decides, from wherever the request comes. Without one, only a request that comes straight from this
machine is answered: the peer is a loopback address, the ``Host`` header names one too, and no proxy has put a forwarding header on it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from hmac import compare_digest

import orjson
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

PATH = "/metrics"
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
REFUSED = "Metrics are for this machine alone unless AP_METRICS_TOKEN is set"


def metrics_app(read: Callable[[], tuple[bytes, str]], token: str | None, real_ip_header: str | None) -> ASGIApp:
    """The application. ``read`` gives the text and its content type; ``real_ip_header`` is what a proxy puts the caller's address into."""
    forwarded = (*FORWARDED, real_ip_header.lower()) if real_ip_header else FORWARDED

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        headers = Headers(scope=scope)
        if scope["path"] != PATH:
            await _problem(send, 404, "Not Found", "Route not found")
        elif scope["method"] not in ("GET", "HEAD"):
            await _problem(send, 405, "Method Not Allowed", "Metrics are read with GET", ("allow", "GET, HEAD"))
        elif token is not None and not _has_token(headers, token):
            await _problem(send, 401, "Unauthorized", "The bearer token of AP_METRICS_TOKEN is needed", ("www-authenticate", "Bearer"))
        elif token is None and not _comes_from_here(scope, headers, forwarded):
            await _problem(send, 403, "Forbidden", REFUSED)
        else:
            text, content_type = read()
            await _send(send, 200, content_type, b"" if scope["method"] == "HEAD" else text, len(text))

    return app


def _has_token(headers: Headers, token: str) -> bool:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and compare_digest(given.strip().encode(), token.encode())


def _comes_from_here(scope: Scope, headers: Headers, forwarded: tuple[str, ...]) -> bool:
    peer = scope.get("client")
    return (
        peer is not None
        and _is_loopback(peer[0])
        and _is_loopback(_host_of(headers.get("host", "")))
        and not any(name in headers for name in forwarded)
    )


def _host_of(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _problem(send: Send, status: int, error: str, message: str, *headers: tuple[str, str]) -> None:
    body = orjson.dumps({"statusCode": status, "error": error, "message": message})
    await _send(send, status, "application/json; charset=utf-8", body, len(body), *headers)


async def _send(send: Send, status: int, content_type: str, body: bytes, length: int, *headers: tuple[str, str]) -> None:
    given = [("content-type", content_type), ("content-length", str(length)), ("x-content-type-options", "nosniff"), *headers]
    raw = [(name.encode(), value.encode()) for name, value in [*given, ("cache-control", "no-store")]]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})

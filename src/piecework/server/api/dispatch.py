"""The outermost application: paths that are served without the REST framework, and everything else.

Webhooks and socket.io register here (`Mount`), because the framework's share of a request would be most of its cost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Mount:
    """An ASGI application for every path that begins with `prefix`; it sees the whole path.

    `openapi_paths` are the OpenAPI path items that describe it, by path below `/api/v1`. A mount has no envelope: it answers its
    own errors and sets its own headers.
    """

    prefix: str
    app: ASGIApp
    openapi_paths: Mapping[str, Any] = field(default_factory=dict)


class Dispatcher:
    """Tries the mounts in their order, for http and websocket; the rest, and the lifespan, goes to `default`."""

    def __init__(self, mounts: Sequence[Mount], default: ASGIApp) -> None:
        self._mounts = [(mount.prefix, mount.app) for mount in mounts]
        self._default = default

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            path = scope["path"]
            for prefix, app in self._mounts:
                if path.startswith(prefix):
                    await app(scope, receive, send)
                    return
        await self._default(scope, receive, send)

"""Which methods a path has: 405 with all of them in `Allow` for any other, also where the framework would see another route's parameter."""

from collections.abc import Iterable

from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from piecework.server.api.errors import problem


class AllowedMethods:
    """Wraps an application whose `routes` are tried in order.

    A path belongs to the first route that it matches, and its methods are those of all routes that are written alike: `GET
    /flow-runs/archive` is not the run of the id `archive`, because `POST /flow-runs/archive` stands before `GET /flow-runs/{id}`.
    """

    def __init__(self, app: ASGIApp, routes: Iterable[BaseRoute]) -> None:
        self._app = app
        methods: dict[str, set[str]] = {}
        patterns: dict[str, Route] = {}
        for route in routes:
            if isinstance(route, Route):
                methods.setdefault(route.path, set()).update(route.methods or ())
                patterns.setdefault(route.path, route)
        self._literal = {path: allowed for path, allowed in methods.items() if "{" not in path}
        self._patterns = [(route.path_regex, methods[path]) for path, route in patterns.items() if "{" in path]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = self._methods(scope["path"][len(scope.get("root_path", "")) :]) if scope["type"] == "http" else None
        if allowed is None or scope["method"] in allowed:
            await self._app(scope, receive, send)
        else:
            answer = problem(405, "Method Not Allowed", headers={"allow": ", ".join(sorted(allowed))})
            await answer(scope, receive, send)

    def _methods(self, path: str) -> set[str] | None:
        literal = self._literal.get(path)
        return literal or next((allowed for pattern, allowed in self._patterns if pattern.match(path)), None)

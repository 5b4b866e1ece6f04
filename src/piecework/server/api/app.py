"""The HTTP application: routes of the modules under `/api/v1`, their documentation, and around them the envelope and the mounts."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from piecework import __version__
from piecework.server.api.dispatch import Dispatcher, Mount
from piecework.server.api.docs import add_docs
from piecework.server.api.envelope import Envelope
from piecework.server.api.errors import install_error_handlers
from piecework.server.api.methods import AllowedMethods
from piecework.server.api.redirect import redirect_mount
from piecework.server.api.web import web_app
from piecework.server.kernel.http import Access, JsonResponse, RateLimiter, Routes, problem_schemas

API_PREFIX = "/api/v1"
_OVERHEAD_BYTES = 64 * 1024
"""What a multipart request may add to the largest file."""


def create_app(
    *,
    access: Access,
    rate_limiter: RateLimiter,
    services: Mapping[type[Any], Any],
    routes: Sequence[Routes],
    max_body_bytes: int,
    public_path: str = "",
    mounts: Sequence[Mount] = (),
) -> ASGIApp:
    """Returns the ASGI application.

    `access` answers who callers are; `rate_limiter` counts calls of routes that are limited; `services` are the services that
    endpoints ask for, by type; `routes` are the modules' routes, tried in order; `public_path` is the path of the installation's
    public URL, which a proxy takes off before a request comes here; `mounts` are served before everything else.
    """
    api = FastAPI(
        title="Piecework",
        version=__version__,
        summary="Draw flows in the browser; the platform runs them, durably.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        servers=[{"url": public_path + API_PREFIX}],
        default_response_class=JsonResponse,
        redirect_slashes=False,
        root_path_in_servers=False,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    api.state.access = access
    api.state.rate_limiter = rate_limiter
    api.state.services = services
    install_error_handlers(api)
    add_docs(api)
    for module_routes in routes:
        api.include_router(module_routes)
    _complete_openapi(api, mounts)
    served = _below(API_PREFIX, AllowedMethods(api, [*api.routes, *(route for module_routes in routes for route in module_routes.routes)]))
    web = web_app()
    framed = Envelope(Dispatcher([Mount(API_PREFIX + "/", served), redirect_mount(web)], web), max_body_bytes + _OVERHEAD_BYTES)
    return Dispatcher(mounts, framed)


def _below(prefix: str, app: ASGIApp) -> ASGIApp:
    """Returns `app` as it is seen under `prefix`."""

    async def call(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "root_path": scope.get("root_path", "") + prefix}, receive, send)

    return call


def _complete_openapi(api: FastAPI, mounts: Sequence[Mount]) -> None:
    """Adds the mounts' paths and the problems to the document and takes out FastAPI's own 422, which this server never answers."""
    generate = api.openapi

    def openapi() -> dict[str, Any]:
        if api.openapi_schema is None:
            document = generate()
            for mount in mounts:
                document["paths"].update(mount.openapi_paths)
            for item in document["paths"].values():
                for operation in item.values():
                    if "HTTPValidationError" in str(operation.get("responses", {}).get("422")):
                        del operation["responses"]["422"]
            document["components"]["schemas"] |= problem_schemas()
            for unused in ("HTTPValidationError", "ValidationError"):
                document["components"]["schemas"].pop(unused, None)
            api.openapi_schema = document
        return api.openapi_schema

    api.openapi = openapi

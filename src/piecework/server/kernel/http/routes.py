"""Routes of one module: an APIRouter that reads JSON with orjson and documents the answers that every operation can give."""

from collections.abc import Callable, Coroutine
from typing import Any, NotRequired

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from typing_extensions import TypedDict

from piecework.server.kernel.http.replies import JsonResponse


class DomainProblem(TypedDict):
    """An error of the domain: one of the wire's codes, and what it is about."""

    code: str
    params: dict[str, Any] | None


class RequestProblem(TypedDict):
    """An error of the request itself."""

    statusCode: int
    error: str
    message: str
    code: NotRequired[str]


_REQUEST = {"model": RequestProblem}
_DOMAIN = {"model": DomainProblem}

_DESCRIPTIONS = {
    400: "The request is malformed: the message names each field and what is wrong with it.",
    401: "The bearer token is not valid, or the credentials are wrong.",
    403: "The caller may not do this.",
    404: "There is no such thing.",
    409: "The request does not fit what is there.",
    413: "The body is too large.",
    415: "The body's content type is not understood.",
    429: "Too many requests.",
}
_EVERYWHERE = {
    400: {"model": RequestProblem | DomainProblem},
    401: _DOMAIN,
    403: _DOMAIN,
    404: {"model": DomainProblem | RequestProblem},
    409: _DOMAIN,
    413: _REQUEST,
    415: _REQUEST,
    429: _REQUEST,
}


class _JsonRequest(Request):
    """Reads its body with orjson: faster, and lone surrogates and endless nesting are errors of the sender."""

    async def json(self) -> Any:
        return orjson.loads(await self.body())


class _JsonRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_json(request: Request) -> Response:
            return await handle(_JsonRequest(request.scope, request.receive))

        return handle_json


class Routes(APIRouter):
    """The routes of one module under `/api/v1`; `tag` groups them in the documentation.

    Endpoints return a Response (`reply`, `no_content`) and declare `response_model` for the documentation alone.
    """

    def __init__(self, tag: str, prefix: str = "") -> None:
        super().__init__(
            prefix=prefix,
            tags=[tag],
            route_class=_JsonRoute,
            default_response_class=JsonResponse,
            redirect_slashes=False,
            responses={status: {**model, "description": _DESCRIPTIONS[status]} for status, model in _EVERYWHERE.items()},
        )

"""Routes of one module: an APIRouter that reads JSON with orjson and documents the answers that every operation can give."""

from collections.abc import Callable, Coroutine
from typing import Any, NotRequired

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
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


_SCHEMAS = "#/components/schemas/{model}"


def problem_schemas() -> dict[str, Any]:
    """The JSON schemas of both problems, for the document's components."""
    return {problem.__name__: TypeAdapter(problem).json_schema(ref_template=_SCHEMAS) for problem in (DomainProblem, RequestProblem)}


def _problem(description: str, *problems: type) -> dict[str, Any]:
    """An answer for the document. Not as FastAPI's ``model``: for each it would build a validator of its own, a thousand in all, that nobody uses."""
    references = [{"$ref": _SCHEMAS.format(model=problem.__name__)} for problem in problems]
    schema = references[0] if len(references) == 1 else {"anyOf": references}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


_EVERYWHERE: dict[int | str, dict[str, Any]] = {
    400: _problem("The request is malformed: the message names each field and what is wrong with it.", RequestProblem, DomainProblem),
    401: _problem("The bearer token is not valid, or the credentials are wrong.", DomainProblem),
    403: _problem("The caller may not do this.", DomainProblem),
    404: _problem("There is no such thing.", DomainProblem, RequestProblem),
    409: _problem("The request does not fit what is there.", DomainProblem),
    413: _problem("The body is too large.", RequestProblem),
    415: _problem("The body's content type is not understood.", RequestProblem),
    429: _problem("Too many requests.", RequestProblem),
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
            responses=dict(_EVERYWHERE),
        )

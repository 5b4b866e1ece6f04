"""Answers: JSON by orjson, and nothing."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from piecework.spec.jsons import dumps

_CONTENT_TYPE = "application/json; charset=utf-8"


class JsonResponse(JSONResponse):
    """A JSON answer, written without a detour through a response model.

    Its class says `application/json`, by which OpenAPI knows it; on the wire stands the charset too.
    """

    def __init__(self, content: Any, status_code: int = 200, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(content, status_code, headers, media_type=_CONTENT_TYPE)

    def render(self, content: Any) -> bytes:
        return dumps(content)


def reply(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> JsonResponse:
    """Returns `content` (any JSON value) as an answer."""
    return JsonResponse(content, status, headers)


def no_content(status: int = 204) -> Response:
    """Returns an answer without a body."""
    return Response(status_code=status)

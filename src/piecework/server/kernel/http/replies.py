"""Answers: JSON by orjson, and nothing."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from piecework.server.kernel.json_text import dumps


class JsonResponse(Response):
    """A JSON answer, written without a detour through a response model."""

    media_type = "application/json; charset=utf-8"

    def render(self, content: Any) -> bytes:
        return dumps(content)


def reply(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> JsonResponse:
    """Returns `content` (any JSON value) as an answer."""
    return JsonResponse(content, status, headers)


def no_content(status: int = 204) -> Response:
    """Returns an answer without a body."""
    return Response(status_code=status)

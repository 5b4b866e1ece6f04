"""Turns errors into the wire's two shapes (spec/api.md §0): the domain's `{code, params}` and Fastify's `{statusCode, …}`."""

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from piecework.server.api.validation import describe_errors
from piecework.server.kernel.errors import ApError
from piecework.server.kernel.http import JsonResponse
from piecework.server.ports.runs import CannotWrite

log = structlog.get_logger("api")

_INVALID_JSON = ("FST_ERR_CTP_INVALID_JSON_BODY", "Body is not valid JSON but content-type is set to 'application/json'")
_TOO_LARGE = ("FST_ERR_CTP_BODY_TOO_LARGE", "Request body is too large")
_MESSAGES = {404: "Route not found"}
_NAMES = {413: "Payload Too Large"}
"""Where Node names a status otherwise than Python does."""


def problem(status: int, message: str, code: str | None = None, headers: Any = None) -> JsonResponse:
    """Returns Fastify's error answer."""
    body: dict[str, Any] = {"statusCode": status}
    if code:
        body["code"] = code
    return JsonResponse({**body, "error": _NAMES.get(status) or HTTPStatus(status).phrase, "message": message}, status, headers)


def body_too_large() -> JsonResponse:
    """Returns the 413 of every route but webhooks."""
    code, message = _TOO_LARGE
    return problem(413, message, code, {"connection": "close"})


def install_error_handlers(app: FastAPI) -> None:
    """Makes `app` answer every error in the wire's shapes."""
    app.add_exception_handler(ApError, _answer_domain_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid_request)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    for unwritten in (CannotWrite, OperationalError):
        app.add_exception_handler(unwritten, _answer_unwritten)
    app.add_exception_handler(Exception, _answer_unexpected_error)


async def _answer_domain_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApError)
    return JsonResponse({"code": error.code, "params": error.params}, error.status)


async def _answer_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = error.errors()
    if any(item["type"] == "json_invalid" for item in errors):
        code, message = _INVALID_JSON
        return problem(400, message, code)
    route = request.scope.get("route")
    return problem(400, describe_errors(errors, route if isinstance(route, APIRoute) else None), "FST_ERR_VALIDATION")


async def _answer_http_exception(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return body_too_large()
    return problem(error.status_code, _MESSAGES.get(error.status_code, error.detail), headers=error.headers)


async def _answer_unwritten(request: Request, error: Exception) -> Response:
    """The database is locked by somebody else, or its disk is full."""
    reason = str(error.orig) if isinstance(error, OperationalError) else str(error)
    log.error("the database refused a request", path=request.url.path, error=reason)
    return problem(503, "The database cannot be used at the moment; try again", headers={"retry-after": "5"})


async def _answer_unexpected_error(_request: Request, _error: Exception) -> Response:
    """The 500 as JSON; the error itself goes on to the envelope, which logs it."""
    return problem(500, "Internal Server Error")

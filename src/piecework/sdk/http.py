"""Calling JSON services: ``await ctx.http.get(url, into=list[Task])``.

What every piece would otherwise write by hand: a status from 400 up is a ``HttpFailed`` that shows the answer, a busy service is asked again
when it says when (RFC 9110 §10.2.3, RFC 6585 §4), the body is JSON where it can be, and ``into`` checks and types it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, Protocol, TypedDict, TypeVar, Unpack, overload

import orjson
from pydantic import TypeAdapter, ValidationError

from piecework.sdk.errors import HttpFailed, PieceError
from piecework.sdk.http_messages import HttpError, HttpResponse, UploadedFile
from piecework.sdk.network import OPEN_NETWORK, Network

T = TypeVar("T")

NO_ANSWER_STATUS = 500
"""What the record of a call without an answer says (recordings/flow-runs.json)."""

BUSY_ANSWERS = 2
"""How often a call is made again because the service asked for it."""

LONGEST_WAIT = 30.0
"""Seconds. A service that wants more has failed for now: the step's own retries are for that."""

_TOO_MANY, _UNAVAILABLE = 429, 503
_SAFE_AGAIN = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
"""Methods that may be repeated after 503, which does not promise that nothing was done (RFC 9110 §9.2.2)."""


class CallOptions(TypedDict, total=False):
    """The arguments of ``Http.request`` besides method and URL.

    ``json`` None sends no body. ``timeout``: seconds for the whole call. Redirects are followed only where ``follow_redirects`` says so.
    """

    headers: Mapping[str, str] | None
    params: Mapping[str, Any] | None
    json: Any
    data: Mapping[str, str] | None
    content: bytes | str | None
    files: Sequence[UploadedFile] | None
    timeout: float | None
    follow_redirects: bool
    auth: tuple[str, str] | None
    proxy: str | None


class Http(Protocol):
    """HTTP for pieces: pooled, guarded against calls into the private network, limited in time and size.

    ``get``, ``post``, ``put``, ``patch`` and ``delete`` give the answer's body: JSON as a value, other text as text, nothing as None; with
    ``into`` as a value of that type. They raise HttpFailed for a status from 400 up and for a call without an answer, and PieceError for an
    answer of another shape.
    """

    @property
    def network(self) -> Network:
        """The way to servers that do not speak HTTP, behind the same guard."""
        return OPEN_NETWORK

    async def request(self, method: str, url: str, **options: Unpack[CallOptions]) -> HttpResponse:
        """One call. Any status is an answer; raises HttpError when there is none."""
        ...

    @overload
    async def get(self, url: str, **options: Unpack[CallOptions]) -> Any: ...
    @overload
    async def get(self, url: str, *, into: type[T], **options: Unpack[CallOptions]) -> T: ...
    async def get(self, url: str, *, into: Any = None, **options: Unpack[CallOptions]) -> Any:
        """See the class."""
        return await _body(self, "GET", url, into, options)

    @overload
    async def post(self, url: str, **options: Unpack[CallOptions]) -> Any: ...
    @overload
    async def post(self, url: str, *, into: type[T], **options: Unpack[CallOptions]) -> T: ...
    async def post(self, url: str, *, into: Any = None, **options: Unpack[CallOptions]) -> Any:
        """See the class."""
        return await _body(self, "POST", url, into, options)

    @overload
    async def put(self, url: str, **options: Unpack[CallOptions]) -> Any: ...
    @overload
    async def put(self, url: str, *, into: type[T], **options: Unpack[CallOptions]) -> T: ...
    async def put(self, url: str, *, into: Any = None, **options: Unpack[CallOptions]) -> Any:
        """See the class."""
        return await _body(self, "PUT", url, into, options)

    @overload
    async def patch(self, url: str, **options: Unpack[CallOptions]) -> Any: ...
    @overload
    async def patch(self, url: str, *, into: type[T], **options: Unpack[CallOptions]) -> T: ...
    async def patch(self, url: str, *, into: Any = None, **options: Unpack[CallOptions]) -> Any:
        """See the class."""
        return await _body(self, "PATCH", url, into, options)

    @overload
    async def delete(self, url: str, **options: Unpack[CallOptions]) -> Any: ...
    @overload
    async def delete(self, url: str, *, into: type[T], **options: Unpack[CallOptions]) -> T: ...
    async def delete(self, url: str, *, into: Any = None, **options: Unpack[CallOptions]) -> Any:
        """See the class."""
        return await _body(self, "DELETE", url, into, options)

    async def exchange(self, method: str, url: str, **options: Unpack[CallOptions]) -> dict[str, Any]:
        """The whole answer, as many of the wire's actions give it: ``{"status", "headers", "body"}``. Raises as ``get`` does."""
        response = await _success(self, method, url, options)
        return {"status": response.status, "headers": dict(response.headers), "body": readable_body(response)}


async def _body(http: Http, method: str, url: str, into: Any, options: CallOptions) -> Any:
    response = await _success(http, method, url, options)
    value = readable_body(response) if response.content else None
    return value if into is None else _typed(into, value, response.status)


async def _success(http: Http, method: str, url: str, options: CallOptions) -> HttpResponse:
    try:
        response = await _answer(http, method, url, options)
    except HttpError as error:
        reason = None if error.reason == "connection" else str(error)
        raise http_failed(NO_ANSWER_STATUS, reason, options.get("json"), method=method, url=url) from error
    if response.status >= 400:
        body = readable_body(response)
        raise http_failed(response.status, body, options.get("json"), method=method, url=url, headers=response.headers)
    return response


async def _answer(http: Http, method: str, url: str, options: CallOptions) -> HttpResponse:
    response = await http.request(method, url, **options)
    for _ in range(BUSY_ANSWERS):
        seconds = retry_after(response, datetime.now(UTC)) if _may_repeat(method, response.status) else None
        if seconds is None or seconds > LONGEST_WAIT:
            break
        await asyncio.sleep(seconds)
        response = await http.request(method, url, **options)
    return response


def _may_repeat(method: str, status: int) -> bool:
    return status == _TOO_MANY or (status == _UNAVAILABLE and method in _SAFE_AGAIN)


def retry_after(response: HttpResponse, now: datetime) -> float | None:
    """Seconds that the answer asks to wait, as a number or as a date (RFC 9110 §10.2.3); None if it does not say."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())


def given(**values: Any) -> dict[str, Any]:
    """The values that are not None: what goes into a call whose other fields were left empty."""
    return {name: value for name, value in values.items() if value is not None}


def readable_body(response: HttpResponse) -> Any:
    """JSON as a value, whatever the server calls it, else the text; an empty body is an empty text."""
    if not response.content:
        return ""
    try:
        return response.json()
    except ValueError:
        return response.text


def http_failed(
    status: int,
    body: Any = None,
    sent: Any = None,
    *,
    method: str | None = None,
    url: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpFailed:
    """The error of a call that failed, in the shape that a run shows (recordings/flow-runs.json). ``headers``: those of the answer."""
    response = {"status": status} if body is None else {"status": status, "body": body}
    detail = {"response": response, "request": {} if sent is None else {"body": sent}}
    text = orjson.dumps(detail, option=orjson.OPT_INDENT_2, default=str).decode()
    return HttpFailed(text, detail, method=method, url=url, response_headers=headers)


@lru_cache(maxsize=1024)
def _adapter(into: Any) -> TypeAdapter[Any]:
    return TypeAdapter(into)


def _typed(into: Any, value: Any, status: int) -> Any:
    try:
        return _adapter(into).validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the body"
        raise PieceError(f"The service answered {status} with another shape than expected: {place}: {first['msg']}") from None

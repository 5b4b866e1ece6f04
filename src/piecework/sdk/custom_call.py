"""The action that the wire's pieces for services share: any call of the service's API, with the connection's credentials.

It makes the rest of a service reachable where a piece has no action for it.
"""

import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast
from urllib.parse import urljoin, urlsplit

from piecework.sdk import coercion
from piecework.sdk.context import ActionContext
from piecework.sdk.errors import PieceError
from piecework.sdk.form_data import form_data, form_parts
from piecework.sdk.http import CallOptions, http_failed, readable_body
from piecework.sdk.http_messages import HttpResponse
from piecework.sdk.pieces import Piece
from piecework.sdk.properties import (
    Checkbox,
    Dropdown,
    DropdownState,
    DynamicProperties,
    Json,
    LongText,
    Number,
    Object,
    Property,
    ShortText,
)

Method = Literal["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD"]
LONGEST = 600.0
"""Seconds that a call may take at most."""
MOST_REDIRECTS = 5
WITHOUT_BODY = ("GET", "HEAD")
BODY_TYPES = {"None": "none", "JSON": "json", "Form Data": "form_data", "Raw": "raw"}


@dataclass(frozen=True)
class Body(DynamicProperties):
    """``{"data": …}`` in the form of the body type; flows of older versions of the wire, which have no body type, hold the body itself."""

    def coercer(self) -> coercion.Coerce:
        return coercion.to_json


def body_types(method: str | None) -> DropdownState:
    """The kinds of body that a call of this method can have."""
    if not method or method in WITHOUT_BODY:
        return DropdownState(disabled=True, placeholder="GET and HEAD have no body")
    return DropdownState(BODY_TYPES)


def body_fields(body_type: str | None, method: str | None) -> dict[str, Property]:
    """The field for a body of this kind."""
    if method in WITHOUT_BODY:
        return {}
    match body_type:
        case "json":
            return {"data": Json("JSON Body", required=True)}
        case "raw":
            return {"data": LongText("Raw Body", required=True)}
        case "form_data":
            return {"data": form_data()}
        case _:
            return {}


def custom_api_call(piece: Piece, base_url: Callable[[Any], str], credentials: Callable[[Any], Mapping[str, str]]) -> None:
    """Add the action Custom API Call to a piece.

    :param base_url: the address of the API for a connection's value. :param credentials: the headers
    that such a value adds to each call.
    A call leaves neither the scheme nor the host of the base URL: the credentials are meant for no one else.
    """

    def address(ctx: ActionContext) -> Mapping[str, Property]:
        return {"url": ShortText("URL", "A path such as `/items`, or the whole address.", required=True, default=base_url(ctx.auth))}

    @piece.action(name="custom_api_call", display_name="Custom API Call")
    async def call(
        ctx: ActionContext,
        url: Annotated[dict[str, Any], DynamicProperties("URL", form=address)],
        method: Method,
        headers: Annotated[dict[str, Any] | None, Object("Headers", "The connection's credentials are added by themselves.")] = None,
        queryParams: Annotated[dict[str, Any] | None, Object("Query Parameters")] = None,  # noqa: N803 - the wire's name
        body_type: Annotated[str | None, Dropdown("Body Type", options=body_types, default="none")] = None,
        body: Annotated[Any, Body("Body", form=body_fields)] = None,
        response_is_binary: Annotated[bool, Checkbox("Response is Binary", "Keep it as a file; the output has its URL.")] = False,
        failsafe: Annotated[bool, Checkbox("No Error on Failure", "Give the answer as the output even where it is an error.")] = False,
        timeout: Annotated[float | None, Number("Timeout (in seconds)", minimum=1, maximum=LONGEST)] = None,  # noqa: ASYNC109
        followRedirects: Annotated[bool, Checkbox("Follow redirects", "Within the service only.")] = False,  # noqa: N803
    ) -> dict[str, Any]:
        """Call any address of the service's API with the connection's credentials."""
        base = base_url(ctx.auth)
        options: CallOptions = {
            "headers": {**(headers or {}), **credentials(ctx.auth)}, "params": queryParams or None, "timeout": timeout,
            **await _body(ctx, method, body_type, body),
        }  # fmt: skip
        response = await _answer(ctx, base, (method, _within(base, str(url.get("url") or ""))), options, followRedirects)
        if response.status >= 400 and not failsafe:
            raise http_failed(response.status, readable_body(response), options.get("json"))
        kept = await _kept(ctx, response) if response_is_binary and response.status < 400 else readable_body(response)
        return {"status": response.status, "headers": dict(response.headers), "body": kept}


async def _body(ctx: ActionContext, method: str, body_type: str | None, body: Any) -> CallOptions:
    """How the body is sent. Raises PieceError for one that is not of its type."""
    if body_type is None:
        return {"json": body}
    data = cast("dict[str, Any]", body).get("data") if isinstance(body, dict) else None
    if body_type == "none" or data is None or method in WITHOUT_BODY:
        return {}
    match body_type:
        case "json":
            return {"json": coercion.to_json(data)}
        case "raw":
            return {"content": data if isinstance(data, str) else coercion.json_text(data)}
        case "form_data":
            return {"files": await form_parts(coercion.to_array(data) or [], ctx.files)}
        case _:
            raise PieceError(f"body_type: {body_type!r} is no kind of body")


async def _answer(ctx: ActionContext, base: str, target: tuple[str, str], options: CallOptions, follow: bool) -> HttpResponse:
    """The answer, or that of the place within the service to which it leads (RFC 9110 §15.4)."""
    method, url = target
    response = await ctx.http.request(method, url, **options)
    for _ in range(MOST_REDIRECTS if follow else 0):
        place = response.headers.get("location")
        if response.status not in (301, 302, 303, 307, 308) or not place:
            break
        url = _within(base, urljoin(url, place))
        if response.status in (301, 302, 303) and method not in WITHOUT_BODY:
            method, options = "GET", CallOptions(headers=options.get("headers"), timeout=options.get("timeout"))
        response = await ctx.http.request(method, url, **options | {"params": None})
    return response


async def _kept(ctx: ActionContext, response: HttpResponse) -> str:
    kind = response.headers.get("content-type", "").partition(";")[0].strip()
    return await ctx.files.write(f"output{mimetypes.guess_extension(kind) or '.txt'}", response.content)


def _within(base: str, wanted: str) -> str:
    if not wanted.lower().startswith(("http://", "https://")):
        return f"{base.rstrip('/')}/{wanted.lstrip('/')}"
    if urlsplit(wanted)[:2] != urlsplit(base)[:2]:
        raise PieceError(f"The address is not of {urlsplit(base).netloc}, for which the connection's credentials are")
    return wanted

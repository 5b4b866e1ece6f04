"""The action that the wire's pieces for services share: any call of the service's API, with the connection's credentials.

It makes the rest of a service reachable where a piece has no action for it.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from piecework.sdk.context import ActionContext
from piecework.sdk.errors import PieceError
from piecework.sdk.http import http_failed, readable_body
from piecework.sdk.pieces import Piece
from piecework.sdk.properties import Checkbox, DynamicProperties, Json, Number, Object, Property, ShortText

Method = Literal["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD"]
LONGEST = 600.0
"""Seconds that a call may take at most."""


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
        body: Annotated[Any, Json("Body", "Sent as JSON.")] = None,
        failsafe: Annotated[bool, Checkbox("No Error on Failure", "Give the answer as the output even where it is an error.")] = False,
        timeout: Annotated[float | None, Number("Timeout (in seconds)", minimum=1, maximum=LONGEST)] = None,  # noqa: ASYNC109
    ) -> dict[str, Any]:
        """Call any address of the service's API with the connection's credentials."""
        response = await ctx.http.request(
            method,
            _within(base_url(ctx.auth), str(url.get("url") or "")),
            headers={**(headers or {}), **credentials(ctx.auth)},
            params=queryParams or None,
            json=body,
            timeout=timeout,
        )
        if response.status >= 400 and not failsafe:
            raise http_failed(response.status, readable_body(response), body)
        return {"status": response.status, "headers": dict(response.headers), "body": readable_body(response)}


def _within(base: str, wanted: str) -> str:
    if not wanted.lower().startswith(("http://", "https://")):
        return f"{base.rstrip('/')}/{wanted.lstrip('/')}"
    if urlsplit(wanted)[:2] != urlsplit(base)[:2]:
        raise PieceError(f"The address is not of {urlsplit(base).netloc}, for which the connection's credentials are")
    return wanted

"""GraphQL: queries and mutations over HTTP."""

from typing import Annotated, Any
from urllib.parse import quote

from piecework.sdk import (
    ActionContext,
    Checkbox,
    DynamicProperties,
    HttpError,
    HttpFailed,
    Json,
    LongText,
    Number,
    Object,
    Piece,
    PieceCategory,
    PieceError,
    Property,
    ShortText,
    StaticDropdown,
    http_failed,
    json_text,
    readable_body,
)

piece = Piece(
    "graphql",
    display_name="GraphQL",
    version="0.0.7",
    description="Ask a GraphQL service.",
    categories=[PieceCategory.CORE, PieceCategory.DEVELOPER_TOOLS],
)

METHODS = {name: name for name in ("GET", "POST", "PATCH", "PUT", "DELETE", "HEAD")}


def proxy_fields(use_proxy: Any) -> dict[str, Property]:
    """The fields of a proxy, once one is wanted."""
    if not use_proxy:
        return {}
    return {
        "proxy_host": ShortText("Proxy Host", required=True),
        "proxy_port": Number("Proxy Port", required=True),
        "proxy_username": ShortText("Proxy Username", required=False),
        "proxy_password": ShortText("Proxy Password", required=False),
    }


@piece.action(name="send_request", display_name="Send Request")
async def send_request(
    ctx: ActionContext,
    *,
    method: Annotated[str, StaticDropdown("Method", "Nearly always POST.", options=METHODS, only_these=True)],
    url: Annotated[str, ShortText("URL", "The service's address.")],
    queryParams: Annotated[dict[str, Any], Object("Query params", "Added to the address.")],
    headers: Annotated[dict[str, Any], Object("Headers", "Such as Authorization.")],
    query: Annotated[str, LongText("Query", "The query or mutation, with $names where variables belong.")],
    variables: Annotated[Any, Json("Variables", "An object with their values.")] = None,
    use_proxy: Annotated[bool, Checkbox("Use Proxy", "Send the request through a proxy.", required=False)] = False,
    proxy_settings: Annotated[dict[str, Any] | None, DynamicProperties("Proxy Settings", form=proxy_fields)] = None,
    timeout: Annotated[  # noqa: ASYNC109 - a field of the wire
        float | None, Number("Timeout(in seconds)", "How long to wait for the answer.")
    ] = None,
    failsafe: Annotated[bool | None, Checkbox("No Error on Failure", "Go on with the error as the output.")] = None,
) -> Any:
    """Send a query. The output has status, headers and body; errors that the service reports in the body do not fail the step."""
    if variables is not None and not isinstance(variables, dict):
        raise PieceError("variables: must be an object")
    request = {"query": query, **({"variables": variables} if variables is not None else {})}
    sent = {"Content-Type": "application/json", **{name: str(value) for name, value in headers.items()}}
    try:
        try:
            answer = await ctx.http.request(
                method, url, headers=sent, params=queryParams, content=json_text(request), timeout=timeout or None,
                proxy=_proxy(proxy_settings) if use_proxy else None,
            )  # fmt: skip
        except HttpError as error:
            raise PieceError(f"The service cannot be reached: {error}") from None
        if answer.status >= 400:
            raise http_failed(answer.status, readable_body(answer), request)
    except (HttpFailed, PieceError) as error:
        if failsafe:
            return error.detail if isinstance(error, HttpFailed) else {"error": str(error)}
        raise
    return {"status": answer.status, "headers": dict(answer.headers), "body": readable_body(answer)}


def _proxy(settings: dict[str, Any] | None) -> str:
    given = settings or {}
    if not given.get("proxy_host") or not given.get("proxy_port"):
        raise PieceError("proxy_settings: must have proxy_host and proxy_port")
    login = ""
    if given.get("proxy_username") and given.get("proxy_password"):
        login = f"{quote(str(given['proxy_username']), safe='')}:{quote(str(given['proxy_password']), safe='')}@"
    return f"http://{login}{given['proxy_host']}:{given['proxy_port']}"

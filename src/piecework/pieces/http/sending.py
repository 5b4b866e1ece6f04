"""Send HTTP request: one call, its failure modes and its wire error format (recordings/flow-runs.json)."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, cast
from urllib.parse import quote

import orjson

from piecework.pieces.http.piece import piece
from piecework.sdk import (
    ActionContext,
    Checkbox,
    DynamicProperties,
    ErrorHandling,
    HttpError,
    HttpFailed,
    HttpResponse,
    Json,
    LongText,
    Number,
    Object,
    PieceError,
    Property,
    ShortText,
    StaticDropdown,
    Switch,
    form_data,
    form_parts,
    http_failed,
    readable_body,
)
from piecework.sdk.http import NO_ANSWER_STATUS

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE", "HEAD")
ATTEMPTS = 3

FAILURE_MODES = {
    "Retry on all errors (4xx, 5xx)": "retry_all",
    "Retry on internal errors (5xx)": "retry_5xx",
    "Do not retry": "retry_none",
    "Continue flow on all errors": "continue_all",
    "Continue flow on 4xx errors": "continue_4xx",
    "Do not continue (stop the flow)": "continue_none",
}
Verdict = Literal["retry", "continue", "stop"]
OWN_ERROR_HANDLING = ErrorHandling(Switch(default=False, hide=True), Switch(default=False, hide=True))


def auth_fields(authType: str | None) -> dict[str, Property]:
    """What each kind of authentication needs."""
    match authType:
        case "BASIC":
            return {
                "username": ShortText("Username", "The user name to send.", required=True),
                "password": ShortText("Password", "The password to send.", required=True),
            }
        case "BEARER_TOKEN":
            return {"token": ShortText("Token", "The token to send.", required=True)}
        case _:
            return {}


def body_fields(body_type: str | None) -> dict[str, Property]:
    """The field of each kind of body."""
    match body_type:
        case "json":
            return {"data": Json("JSON Body", required=True)}
        case "raw":
            return {"data": LongText("Raw Body", required=True)}
        case "form_data":
            return {"data": form_data()}
        case _:
            return {}


def proxy_fields(use_proxy: bool | None) -> dict[str, Property]:
    """Where the proxy is."""
    if not use_proxy:
        return {}
    return {
        "proxy_host": ShortText("Proxy Host", required=True),
        "proxy_port": Number("Proxy Port", required=True),
        "proxy_username": ShortText("Proxy Username"),
        "proxy_password": ShortText("Proxy Password"),
    }


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of one call, made once and sent up to three times."""

    method: str
    url: str
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    shown_body: Any = None

    async def send(self, ctx: ActionContext) -> HttpResponse:
        """The answer. Raises HttpFailed for a status from 400 up and for a call without an answer.

        The wire says nothing more of a connection that failed; any other reason (time-out, refused address, bad URL) stands in the body.
        """
        try:
            response = await ctx.http.request(self.method, self.url, **self.options)
        except HttpError as error:
            raise self.failed(NO_ANSWER_STATUS, None if error.reason == "connection" else str(error)) from error
        if response.status >= 400:
            raise self.failed(response.status, readable_body(response), response.headers)
        return response

    def failed(self, status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> HttpFailed:
        return http_failed(status, body, self.shown_body, method=self.method, url=self.url, headers=headers)


@piece.action(name="send_request", display_name="Send HTTP request", error_handling=OWN_ERROR_HANDLING)
async def send_request(
    ctx: ActionContext,
    *,
    method: Annotated[str, StaticDropdown("Method", options={method: method for method in METHODS})],
    url: Annotated[str, ShortText("URL", "The address to call.")],
    headers: Annotated[dict[str, Any] | None, Object("Headers", required=True)] = None,
    queryParams: Annotated[dict[str, Any] | None, Object("Query params", required=True)] = None,
    authType: Annotated[
        str,
        StaticDropdown(
            "Authentication",
            options={"None": "NONE", "Basic Auth": "BASIC", "Bearer Token": "BEARER_TOKEN"},
            disabled=False,
            required=True,
        ),
    ] = "NONE",
    authFields: Annotated[dict[str, Any] | None, DynamicProperties("Authentication Fields", form=auth_fields)] = None,
    body_type: Annotated[
        str | None,
        StaticDropdown("Body Type", options={"None": "none", "Form Data": "form_data", "JSON": "json", "Raw": "raw"}, disabled=False),
    ] = "none",
    body: Annotated[dict[str, Any] | None, DynamicProperties("Body", form=body_fields)] = None,
    response_is_binary: Annotated[bool, Checkbox("Response is Binary", "For images, PDFs and the like: the body comes as base64.")] = False,
    use_proxy: Annotated[bool, Checkbox("Use Proxy", "Send the request through a proxy.")] = False,
    proxy_settings: Annotated[dict[str, Any] | None, DynamicProperties("Proxy Settings", form=proxy_fields)] = None,
    timeout: Annotated[float | None, Number("Timeout(in seconds)", "How long to wait for the whole answer.")] = None,  # noqa: ASYNC109
    followRedirects: Annotated[bool, Checkbox("Follow redirects")] = False,
    failureMode: Annotated[str | None, StaticDropdown("On Failure", options=FAILURE_MODES, disabled=False)] = "continue_none",
) -> dict[str, Any]:
    """Call an HTTP API. The output is the answer's status, headers and body."""
    content, shown_body = await request_body(ctx, body_type, body or {})
    sent_headers = {str(name): str(value) for name, value in (headers or {}).items() if value is not None}
    options: dict[str, Any] = {
        **content,
        "headers": with_bearer(with_content_type(sent_headers, body_type, shown_body), authType, authFields or {}),
        "params": queryParams,
        "timeout": timeout,
        "follow_redirects": followRedirects,
        "auth": basic_credentials(authType, authFields or {}),
        "proxy": proxy_url(proxy_settings or {}) if use_proxy else None,
    }
    result = await send_by_mode(ctx, Call(method.upper(), url.strip(), options, shown_body), failureMode)
    if isinstance(result, HttpFailed):
        return result.detail
    decoded = base64.b64encode(result.content).decode() if response_is_binary else readable_body(result)
    return {"status": result.status, "headers": dict(result.headers), "body": decoded}


async def send_by_mode(ctx: ActionContext, call: Call, mode: str | None) -> HttpResponse | HttpFailed:
    """The answer, or the failure with which the mode lets the flow go on. Raises HttpFailed where it does not."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return await call.send(ctx)
        except HttpFailed as failure:
            verdict = judge(mode, failure.status)
            if verdict == "continue":
                return failure
            if verdict == "stop" or attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def judge(mode: str | None, status: int) -> Verdict:
    """What a failure mode does about a failed call: try again, stop, or go on with the error as the output."""
    match mode:
        case "retry_all":
            return "retry"
        case "retry_5xx":
            return "retry" if status >= 500 else "continue"
        case "continue_all":
            return "continue"
        case "continue_4xx":
            return "continue" if 400 <= status < 500 else "retry"
        case _:
            return "stop"


async def request_body(ctx: ActionContext, body_type: str | None, body: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
    """The arguments for ``ctx.http.request`` and the body as error messages show it."""
    data = body.get("data")
    if data is None or body_type in (None, "none"):
        return {}, None
    if body_type == "form_data":
        if not isinstance(data, list):
            raise PieceError("body.data: form data must be a list of fields")
        return {"files": await form_parts(cast("list[Any]", data), ctx.files)}, data
    if body_type == "json" and not isinstance(data, str):
        return {"content": orjson.dumps(data)}, data
    return {"content": data if isinstance(data, str) else orjson.dumps(data)}, data


CONTENT_TYPES = {"json": "application/json", "raw": "text/plain; charset=utf-8"}


def with_content_type(headers: dict[str, str], body_type: str | None, body: Any) -> dict[str, str]:
    """The headers with the body's type, where the author set none. A form's type comes with its boundary from the client."""
    named = any(name.lower() == "content-type" for name in headers)
    if body_type == "form_data":
        return {name: value for name, value in headers.items() if name.lower() != "content-type"}
    if named or body is None or body_type not in CONTENT_TYPES:
        return headers
    return {**headers, "Content-Type": CONTENT_TYPES[body_type]}


def with_bearer(headers: dict[str, str], auth_type: str, fields: Mapping[str, Any]) -> dict[str, str]:
    token = fields.get("token")
    return {**headers, "Authorization": f"Bearer {token}"} if auth_type == "BEARER_TOKEN" and token else headers


def basic_credentials(auth_type: str, fields: Mapping[str, Any]) -> tuple[str, str] | None:
    return (str(fields.get("username") or ""), str(fields.get("password") or "")) if auth_type == "BASIC" else None


def proxy_url(settings: Mapping[str, Any]) -> str:
    """The proxy as a URL. Raises PieceError if host or port is missing."""
    host, port = str(settings.get("proxy_host") or "").strip(), settings.get("proxy_port")
    if not host or not port:
        raise PieceError("proxy_settings: host and port of the proxy are needed")
    user, password = settings.get("proxy_username"), settings.get("proxy_password")
    credentials = f"{quote(str(user), safe='')}:{quote(str(password), safe='')}@" if user and password else ""
    try:
        return f"http://{credentials}{host}:{int(port)}"
    except (TypeError, ValueError):
        raise PieceError(f"proxy_settings.proxy_port: not a port: {port}") from None

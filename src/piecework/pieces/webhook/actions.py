"""Answering the caller of the flow's webhook."""

from typing import Annotated, Any

import orjson

from piecework.pieces.webhook.piece import piece
from piecework.sdk import (
    ActionContext,
    DynamicProperties,
    Json,
    LongText,
    Markdown,
    Number,
    Object,
    PieceError,
    Property,
    Response,
    StaticDropdown,
    WebhookPause,
)

RESUME_URL_HEADER = "x-activepieces-resume-webhook-url"
RESUME_NOTE = f"The caller finds the URL that resumes this flow in the answer's header `{RESUME_URL_HEADER}`."

ResponseType = Annotated[
    str | None,
    StaticDropdown("Response Type", options={"JSON": "json", "Raw": "raw", "Redirect": "redirect"}, disabled=False),
]


def response_fields(responseType: str | None) -> dict[str, Property]:
    """The fields of an answer: status, headers and a body; a redirect has only its target."""
    common: dict[str, Property] = {"status": Number("Status", default=200), "headers": Object("Headers")}
    match responseType:
        case "json":
            return {**common, "body": Json("JSON Body", required=True)}
        case "raw":
            return {**common, "body": LongText("Raw Body", required=True)}
        case "redirect":
            return {"body": LongText("Redirect URL", required=True)}
        case _:
            return {}


Fields = Annotated[dict[str, Any], DynamicProperties("Response", form=response_fields)]


@piece.action(name="return_response", display_name="Return Response", pure=True)
def return_response(
    ctx: ActionContext,
    *,
    responseType: ResponseType = "json",
    fields: Fields,
    respond: Annotated[
        str | None,
        StaticDropdown("Flow Execution", options={"Stop": "stop", "Respond and Continue": "respond"}, disabled=False),
    ] = "stop",
) -> dict[str, Any]:
    """Answer the caller who waits for this flow, then end the flow or go on."""
    response = build_response(responseType, fields)
    if respond == "respond":
        ctx.run.respond(response)
    else:
        ctx.run.stop(response)
    return as_output(response)


@piece.action(name="return_response_and_wait_for_next_webhook", display_name="Respond and Wait for Next Webhook")
def return_response_and_wait(
    ctx: ActionContext,
    *,
    markdown: Annotated[None, Markdown(None, RESUME_NOTE)] = None,
    responseType: ResponseType = "json",
    fields: Fields,
) -> dict[str, Any]:
    """Answer the caller, then wait until the URL in the answer's header is called. The output is that second call."""
    if ctx.execution_type == "RESUME":
        call = ctx.resume_payload or {}
        return {name: call.get(name, {}) for name in ("body", "headers", "queryParams")}
    resume_url = ctx.run.resume_url({"created": ctx.now().isoformat(), "runId": ctx.run_id}, sync=True)
    answer = build_response(responseType, fields)
    response = Response(answer.status, answer.body, {**answer.headers, RESUME_URL_HEADER: resume_url})
    ctx.run.pause(WebhookPause(response))
    return {"nextWebhookUrl": resume_url}


def build_response(response_type: str | None, fields: dict[str, Any]) -> Response:
    """The answer that the fields describe. Raises PieceError for a JSON body that is not JSON."""
    body = fields.get("body")
    headers = {str(name): str(value) for name, value in (fields.get("headers") or {}).items()}
    if response_type == "redirect":
        return Response(301, body, {**headers, "Location": with_scheme(str(body or ""))})
    status = fields.get("status")
    return Response(_status(status), parsed(body) if response_type == "json" else body, headers)


def _status(value: Any) -> int:
    try:
        status = int(value) if value not in (None, "") else 200
    except (TypeError, ValueError):
        raise PieceError(f"fields.status: not an HTTP status: {value!r}") from None
    if not 100 <= status <= 599:
        raise PieceError(f"fields.status: not an HTTP status: {status}")
    return status


def parsed(body: Any) -> Any:
    if not isinstance(body, str):
        return body
    try:
        return orjson.loads(body)
    except ValueError as error:
        raise PieceError(f"fields.body: not valid JSON: {error}") from None


def with_scheme(url: str) -> str:
    return url if url.startswith(("http://", "https://")) else f"https://{url}"


def as_output(response: Response) -> dict[str, Any]:
    return {"status": response.status, "headers": response.headers, "body": response.body}

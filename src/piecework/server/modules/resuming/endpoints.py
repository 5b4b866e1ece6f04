"""Public routes that resume runs. Any method does; the body is read as a webhook's is.

A person who opens an approval link in a browser is asked first (docs/decisions/0017): the same addresses answer with the approval page then.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Path, Request, Response

from piecework.server.kernel.errors import invalid
from piecework.server.kernel.http import EntityId, Provided, Routes, reply
from piecework.server.kernel.settings import Settings
from piecework.server.modules.approvals.page import ask, tell
from piecework.server.modules.approvals.schemas import Stage
from piecework.server.modules.approvals.service import ApprovalService
from piecework.server.modules.resuming.service import RECORDED, ResumeService
from piecework.server.modules.webhooks.answers import Answer, content_of, flow_headers
from piecework.server.modules.webhooks.payload import MalformedBody, read_payload
from piecework.spec import jsons

routes = Routes("flow-runs", "/flow-runs")
Resumes = Annotated[ResumeService, Provided(ResumeService)]
Approvals = Annotated[ApprovalService, Provided(ApprovalService)]
Configured = Annotated[Settings, Provided(Settings)]
WaitpointId = Annotated[str, Path(alias="waitpointId", pattern="^[0-9a-zA-Z]{21}$", description="The pause that the link belongs to.")]
RequestId = Annotated[
    str,
    Path(
        alias="requestId",
        description="The pause that is meant if it is pending; else, whatever this says, it is the run's newest pending one.",
    ),
]

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
PAGE: dict[str, Any] = {"content": {"application/json": {}, "text/html": {}}}
ASYNC_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "`message` says whether this was recorded or the link was used before. A browser that opens a link with `action`, and any"
        " HEAD of one, gets the approval page instead, and nothing is resumed.",
        **PAGE,
    },
    404: {"description": "There is no such run.", **PAGE},
}
PAGE_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "GET: the approval page; nothing is resumed. POST: the page that says what became of the answer, or for callers that do"
        " not prefer `text/html` its `message`.",
        **PAGE,
    },
    404: {"description": "There is no such run.", **PAGE},
}
SYNC_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The flow's own response, with whatever status it has."},
    204: {"description": "The run ended without a response."},
    408: {"description": "The run gave no response within AP_WEBHOOK_TIMEOUT_SECONDS; it runs on."},
    409: {"description": "The run is not paused: `message` and `flowRunStatus`."},
    410: {"description": "The link was used before."},
    500: {"description": "The run failed; the body names it."},
}

Call = Callable[[dict[str, Any]], Awaitable[Answer]]


async def resume(
    request: Request, resumes: Resumes, approvals: Approvals, settings: Configured, run_id: EntityId, waitpoint_id: WaitpointId
) -> Response:
    """Lets a paused run go on. The waiting step gets the call's body, headers and query parameters."""
    if asks_first(request):
        return await _ask(request, approvals, run_id, waitpoint_id, "../waitpoints/{}/confirm")
    return await _answered(request, resumes, settings, run_id, lambda payload: resumes.resume(run_id, waitpoint_id, payload))


async def resume_sync(
    request: Request, resumes: Resumes, approvals: Approvals, settings: Configured, run_id: EntityId, waitpoint_id: WaitpointId
) -> Response:
    """Lets a paused run go on and answers with the flow's next response, as a synchronous webhook does."""
    if asks_first(request):
        return await _ask(request, approvals, run_id, waitpoint_id, "../../waitpoints/{}/sync")
    return await _answered(request, resumes, settings, run_id, lambda payload: resumes.resume_and_wait(run_id, waitpoint_id, payload))


async def resume_pending(
    request: Request, resumes: Resumes, approvals: Approvals, settings: Configured, run_id: EntityId, request_id: RequestId
) -> Response:
    """Lets a paused run go on, whatever it waits for: the older form of these links."""
    if asks_first(request):
        return await _ask(request, approvals, run_id, request_id, "../waitpoints/{}/confirm", older=True)
    return await _answered(request, resumes, settings, run_id, lambda payload: resumes.resume(run_id, request_id, payload, older=True))


async def resume_pending_sync(
    request: Request, resumes: Resumes, approvals: Approvals, settings: Configured, run_id: EntityId, request_id: RequestId
) -> Response:
    """Lets a paused run go on, whatever it waits for, and answers with the flow's next response: the older form of these links."""
    if asks_first(request):
        return await _ask(request, approvals, run_id, request_id, "../../waitpoints/{}/sync", older=True)

    def call(payload: dict[str, Any]) -> Awaitable[Answer]:
        return resumes.resume_and_wait(run_id, request_id, payload, older=True)

    return await _answered(request, resumes, settings, run_id, call)


async def review(request: Request, approvals: Approvals, run_id: EntityId, waitpoint_id: WaitpointId) -> Response:
    """Shows the approval page: who asks, since when, until when, and a button for each answer. Nothing is resumed."""
    return await _ask(request, approvals, run_id, waitpoint_id, "../../waitpoints/{}/confirm")


async def review_pending(request: Request, approvals: Approvals, run_id: EntityId, request_id: RequestId) -> Response:
    """Shows the approval page for whatever the run waits for."""
    return await _ask(request, approvals, run_id, request_id, "../../waitpoints/{}/confirm", older=True)


async def confirm(
    request: Request, resumes: Resumes, approvals: Approvals, settings: Configured, run_id: EntityId, waitpoint_id: WaitpointId
) -> Response:
    """Takes the answer of the approval page: `action` in the query, `comment` in the body. The run goes on with both."""

    def call(payload: dict[str, Any]) -> Awaitable[Answer]:
        return resumes.resume(run_id, waitpoint_id, payload)

    if not prefers_html(request.headers.get("accept", "")):
        return await _answered(request, resumes, settings, run_id, call)
    asked = await approvals.request(run_id, waitpoint_id)
    language = request.headers.get("accept-language", "")
    if asked.stage is not Stage.OPEN:
        return ask(asked, {}, language)

    def told(answer: Answer) -> Response:
        if answer.body == {"message": RECORDED}:
            return tell(asked, request.query_params.get("action", ""), language)
        return ask(replace(asked, stage=Stage.ANSWERED), {}, language)

    return await _answered(request, resumes, settings, run_id, call, told)


SAFE = ("GET", "HEAD")
for _path, _endpoint, _summary, _answers, _methods in (
    ("/{id}/waitpoints/{waitpointId}", resume, "Resume a run", ASYNC_ANSWERS, METHODS),
    ("/{id}/waitpoints/{waitpointId}/sync", resume_sync, "Resume a run and wait", SYNC_ANSWERS, METHODS),
    ("/{id}/waitpoints/{waitpointId}/confirm", review, "Show the approval page", PAGE_ANSWERS, SAFE),
    ("/{id}/waitpoints/{waitpointId}/confirm", confirm, "Answer on the approval page", PAGE_ANSWERS, ("POST",)),
    ("/{id}/requests/{requestId}", resume_pending, "Resume a run (older form)", ASYNC_ANSWERS, METHODS),
    ("/{id}/requests/{requestId}/sync", resume_pending_sync, "Resume a run and wait (older form)", SYNC_ANSWERS, METHODS),
    ("/{id}/requests/{requestId}/confirm", review_pending, "Show the approval page (older form)", PAGE_ANSWERS, SAFE),
):
    for _method in _methods:
        routes.add_api_route(
            _path,
            _endpoint,
            methods=[_method],
            response_class=Response,
            summary=_summary,
            responses=_answers,
            operation_id=f"{_endpoint.__name__}_{_method.lower()}",
        )


def asks_first(request: Request) -> bool:
    """Whether a person, or a program that looks at links on his behalf, has opened an approval link: a resume link with ``action`` in its query.

    Only then: other links stay what they are on the wire, also in a browser, because services send people back to them.
    """
    if request.method not in SAFE or "action" not in request.query_params:
        return False
    return request.method == "HEAD" or prefers_html(request.headers.get("accept", ""))


def prefers_html(accept: str) -> bool:
    """Whether an Accept header names HTML, and JSON not before it (RFC 9110 §12.5.1). ``*/*`` names nothing: so say programs."""
    weights: dict[str, float] = {}
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            weights[kind] = float(quality)
        except ValueError:
            weights[kind] = 0.0
    html = weights.get("text/html", 0.0)
    return html > 0 and html >= weights.get("application/json", 0.0)


async def _ask(
    request: Request, approvals: ApprovalService, run_id: str, waitpoint_id: str, target: str, *, older: bool = False
) -> Response:
    """The approval page. ``target``: where its buttons lead, relative to the page, with ``{}`` for the waitpoint: an answer is always one to what
    was shown, also if the run waits for something else by then.
    """
    asked = await approvals.request(run_id, waitpoint_id, older=older)
    path = target.format(quote(asked.waitpoint_id or ""))
    named = request.query_params.get("action")
    others = [(name, value) for name, value in request.query_params.multi_items() if name != "action"]
    actions = ("approve", "disapprove") if named is None else (named,)
    targets = {action: f"{path}?{urlencode([*others, ('action', action)])}" for action in actions}
    return ask(asked, targets, request.headers.get("accept-language", ""))


async def _answered(
    request: Request,
    resumes: ResumeService,
    settings: Settings,
    run_id: str,
    call: Call,
    render: Callable[[Answer], Response] | None = None,
) -> Response:
    body = await request.body()
    if len(body) > settings.max_webhook_payload_size_mb * 1024 * 1024:
        return reply({"message": "Payload too large"}, 413)

    async def save(name: str, _content_type: str, content: bytes) -> str:
        return await (await resumes.services(run_id)).files.write(name, content)

    try:
        payload = await read_payload(request.method, request.headers.raw, request.scope["query_string"], body, save)
        answer = await call(payload)
    except MalformedBody as error:
        return reply({"statusCode": 400, "error": "Bad Request", "message": str(error)}, 400)
    except jsons.NotJson as error:
        raise invalid(f"body: cannot be kept: {error}") from None
    return (render or _response)(answer)


def _response(answer: Answer) -> Response:
    content, content_type = content_of(answer.body)
    status = answer.status if 200 <= answer.status <= 599 else 500
    response = Response(None if status in (204, 304) else content, status)
    response.raw_headers += flow_headers(answer.headers) if answer.headers else []
    if content_type and status not in (204, 304) and "content-type" not in response.headers:
        response.raw_headers.append((b"content-type", content_type))
    return response

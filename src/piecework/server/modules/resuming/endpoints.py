"""Public routes that resume runs. Any method does; the body is read as a webhook's is."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Path, Request, Response

from piecework.server.kernel.errors import invalid
from piecework.server.kernel.http import EntityId, Provided, Routes, reply
from piecework.server.kernel.settings import Settings
from piecework.server.modules.resuming.service import ResumeService
from piecework.server.modules.webhooks.answers import Answer, content_of, flow_headers
from piecework.server.modules.webhooks.payload import MalformedBody, read_payload
from piecework.spec import jsons

routes = Routes("flow-runs", "/flow-runs")
Resumes = Annotated[ResumeService, Provided(ResumeService)]
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
ASYNC_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "`message` says whether this was recorded or the link was used before."}
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


async def resume(request: Request, resumes: Resumes, settings: Configured, run_id: EntityId, waitpoint_id: WaitpointId) -> Response:
    """Lets a paused run go on. The waiting step gets the call's body, headers and query parameters."""
    return await _answered(request, resumes, settings, run_id, lambda payload: resumes.resume(run_id, waitpoint_id, payload))


async def resume_sync(request: Request, resumes: Resumes, settings: Configured, run_id: EntityId, waitpoint_id: WaitpointId) -> Response:
    """Lets a paused run go on and answers with the flow's next response, as a synchronous webhook does."""
    return await _answered(request, resumes, settings, run_id, lambda payload: resumes.resume_and_wait(run_id, waitpoint_id, payload))


async def resume_pending(request: Request, resumes: Resumes, settings: Configured, run_id: EntityId, request_id: RequestId) -> Response:
    """Lets a paused run go on, whatever it waits for: the older form of these links."""
    return await _answered(request, resumes, settings, run_id, lambda payload: resumes.resume(run_id, request_id, payload, older=True))


async def resume_pending_sync(
    request: Request, resumes: Resumes, settings: Configured, run_id: EntityId, request_id: RequestId
) -> Response:
    """Lets a paused run go on, whatever it waits for, and answers with the flow's next response: the older form of these links."""
    return await _answered(
        request, resumes, settings, run_id, lambda payload: resumes.resume_and_wait(run_id, request_id, payload, older=True)
    )


for _path, _endpoint, _summary, _answers in (
    ("/{id}/waitpoints/{waitpointId}", resume, "Resume a run", ASYNC_ANSWERS),
    ("/{id}/waitpoints/{waitpointId}/sync", resume_sync, "Resume a run and wait", SYNC_ANSWERS),
    ("/{id}/requests/{requestId}", resume_pending, "Resume a run (older form)", ASYNC_ANSWERS),
    ("/{id}/requests/{requestId}/sync", resume_pending_sync, "Resume a run and wait (older form)", SYNC_ANSWERS),
):
    for _method in METHODS:
        routes.add_api_route(
            _path,
            _endpoint,
            methods=[_method],
            response_class=Response,
            summary=_summary,
            responses=_answers,
            operation_id=f"{_endpoint.__name__}_{_method.lower()}",
        )


async def _answered(request: Request, resumes: ResumeService, settings: Settings, run_id: str, call: Call) -> Response:
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
    return _response(answer)


def _response(answer: Answer) -> Response:
    content, content_type = content_of(answer.body)
    status = answer.status if 200 <= answer.status <= 599 else 500
    response = Response(None if status in (204, 304) else content, status)
    response.raw_headers += flow_headers(answer.headers) if answer.headers else []
    if content_type and status not in (204, 304) and "content-type" not in response.headers:
        response.raw_headers.append((b"content-type", content_type))
    return response

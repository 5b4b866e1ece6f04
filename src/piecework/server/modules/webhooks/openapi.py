"""OpenAPI path items of the webhooks, which the REST framework does not know."""

from __future__ import annotations

from typing import Any

_FLOW_ID = {
    "name": "flowId",
    "in": "path",
    "required": True,
    "description": "The flow's id. An id that no flow has (any more) is answered 410.",
    "schema": {"type": "string"},
}
_CALLER = [
    {
        "name": "ap-parent-run-id",
        "in": "header",
        "description": "The run that calls this flow; ignored if the flow's project has no such run.",
        "schema": {"type": "string"},
    },
    {
        "name": "ap-fail-parent-on-failure",
        "in": "header",
        "description": "Whether that run waits and hears of a failure: it is told to the pause that the body's `callbackUrl` resumes.",
        "schema": {"type": "string"},
    },
]
_PROBLEM = {
    "type": "object",
    "properties": {"statusCode": {"type": "integer"}, "error": {"type": "string"}, "message": {"type": "string"}},
}


def _answer(description: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema or {}}}}


_ANSWERS = {
    "200": _answer("Accepted: the run is durable. With `/sync`: the flow's own response."),
    "400": _answer("The body is not what its content type says.", _PROBLEM),
    "401": _answer("The call does not carry the credentials that the trigger asks for."),
    "404": _answer("The flow is disabled."),
    "409": _answer(
        "The trigger cannot be run: its piece is not installed, its connection or its settings are missing. Or flows call each other without end."
    ),
    "410": _answer("There is no such flow (any more)."),
    "413": _answer("The body is larger than AP_MAX_WEBHOOK_PAYLOAD_SIZE_MB."),
    "503": _answer("The server cannot write: its disk is full or its database locked. Nothing was kept; call again.", _PROBLEM),
}
_SYNC_ANSWERS = {
    **_ANSWERS,
    "204": {"description": "The flow ended without a response."},
    "408": _answer("The flow gave no response within AP_WEBHOOK_TIMEOUT_SECONDS; it runs on."),
    "500": _answer("The flow failed; the body names the run."),
    "default": _answer("Whatever status the flow's response has."),
}
_PATHS = {
    "/webhooks/{flowId}": ("Run the published version", "Starts a run and answers at once.", _ANSWERS),
    "/webhooks/{flowId}/sync": ("Run the published version and wait", "Answers with the flow's response.", _SYNC_ANSWERS),
    "/webhooks/{flowId}/draft": ("Run the draft", "Starts a test run of the latest version.", _ANSWERS),
    "/webhooks/{flowId}/draft/sync": ("Run the draft and wait", "As the above, and answers with the flow's response.", _SYNC_ANSWERS),
    "/webhooks/{flowId}/test": ("Keep a sample", "Keeps the call as sample data of the trigger and runs nothing.", _ANSWERS),
}


def _operation(method: str, path: str) -> dict[str, Any]:
    summary, description, answers = _PATHS[path]
    operation: dict[str, Any] = {
        "tags": ["webhooks"],
        "summary": summary,
        "description": description,
        "operationId": f"webhook_{method}_{path.replace('/webhooks/{flowId}', '').strip('/').replace('/', '_') or 'live'}",
        "parameters": [_FLOW_ID, *_CALLER],
        "responses": answers,
    }
    if method in ("post", "put", "patch"):
        operation["requestBody"] = {"content": {"application/json": {"schema": {}}, "text/plain": {"schema": {"type": "string"}}}}
    return operation


WEBHOOK_PATHS: dict[str, Any] = {
    path: {method: _operation(method, path) for method in ("get", "post", "put", "patch", "delete", "head")} for path in _PATHS
}

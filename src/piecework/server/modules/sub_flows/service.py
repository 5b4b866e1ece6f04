"""The SDK's ``Flows`` on this server: the published flows of one project, and calling them as a function is called.

A call is exactly one run, whatever crashes: the child's id is derived from the call's key, so that a step that runs again finds its child.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from piecework.runner.http import PooledHttp
from piecework.sdk.errors import PieceError
from piecework.sdk.http_messages import HttpError
from piecework.sdk.services import FlowCall
from piecework.server.kernel.ids import derived_id
from piecework.server.modules.flows.service import FlowDirectory, FlowService
from piecework.server.modules.runs.parents import TooManyCalls, read_resume_link
from piecework.server.modules.runs.service import RunService
from piecework.spec import jsons
from piecework.spec.flow import FlowStatus

LOOK_AGAIN_SECONDS = 0.1
"""Between two looks for the answer to a call that a step test made."""


class SubFlowService:
    """Calls of all projects; ``of_project`` gives what the steps of one may use."""

    def __init__(self, directory: FlowDirectory, flows: FlowService, runs: RunService, http: PooledHttp) -> None:
        self._directory = directory
        self._flows = flows
        self._runs = runs
        self._http = http

    def of_project(self, project_id: str) -> ProjectFlows:
        """The flows of a project."""
        return ProjectFlows(self, project_id)

    async def published(self, project_id: str, external_ids: Sequence[str] | None) -> list[dict[str, Any]]:
        """See ``Flows.list``."""
        return await self._directory.published(project_id, external_ids)

    async def call(self, project_id: str, call: FlowCall) -> str:
        """See ``Flows.call``."""
        child_id = derived_id("call", call.key)
        if await self._runs.exists(child_id):
            return child_id
        facts = await self._flows.flow_facts(call.flow_id)
        if facts is None or facts.project_id != project_id or facts.published_version_id is None:
            raise PieceError("The flow that is called does not exist or is not published")
        if facts.status != FlowStatus.ENABLED:
            raise PieceError("The flow that is called is switched off")
        waits = call.waitpoint_id is not None
        try:
            payload = jsons.dumps(call.body)
            parent = await self._runs.parent(call.run_id, project_id, fails=waits, waitpoint_id=call.waitpoint_id)
        except (TooManyCalls, jsons.NotJson) as error:
            raise PieceError(str(error)) from None
        await self._runs.start(
            project_id=project_id,
            flow_id=facts.id,
            flow_version_id=facts.published_version_id,
            payload=payload,
            parent=parent,
            run_id=child_id,
        )
        return child_id

    async def answer(self, callback_url: str, body: Any) -> bool:
        """See ``Flows.answer``. A link to a run of this server is followed without a detour over HTTP."""
        link = read_resume_link(callback_url)
        if link is None or not await self._runs.exists(link.run_id):
            return await self._post(callback_url, body)
        payload = {"body": body, "headers": {}, "queryParams": link.query}
        if link.waitpoint_id is not None:
            return await self._runs.resume(link.run_id, link.waitpoint_id, payload)
        return await self._runs.resume(link.run_id, link.request_id or "", payload, older=True)

    async def _post(self, url: str, body: Any) -> bool:
        try:
            reply = await self._http.request("POST", url, json=body)
        except HttpError as error:
            raise PieceError(f"The calling flow cannot be answered: {error}") from None
        if reply.status >= 400:
            raise PieceError(f"The calling flow cannot be answered: its server said {reply.status}")
        return True

    async def answer_to(self, project_id: str, waitpoint_id: str) -> Any:
        """See ``Flows.answer_to``. What comes before a pause is kept; a test looks there until it has come, or its time is over."""
        while True:
            kept = await self._runs.kept_answer(project_id, waitpoint_id)
            if kept is not None:
                return kept["body"]
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


class ProjectFlows:
    """``Flows`` of one project."""

    __slots__ = ("_project_id", "_service")

    def __init__(self, service: SubFlowService, project_id: str) -> None:
        self._service = service
        self._project_id = project_id

    async def list(self, external_ids: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """See ``Flows``."""
        return await self._service.published(self._project_id, external_ids)

    async def call(self, call: FlowCall) -> str:
        """See ``Flows``."""
        return await self._service.call(self._project_id, call)

    async def answer(self, callback_url: str, body: Any) -> bool:
        """See ``Flows``."""
        return await self._service.answer(callback_url, body)

    async def answer_to(self, waitpoint_id: str) -> Any:
        """See ``Flows``."""
        return await self._service.answer_to(self._project_id, waitpoint_id)

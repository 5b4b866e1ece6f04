"""The values of a form that is being filled: what its expressions stand for, as far as the steps before have been tried."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from piecework.engine.commands import EvaluateExpressions
from piecework.engine.events import StepFailed
from piecework.engine.expressions import Answers, Unresolved, compile_value
from piecework.engine.tree import step_names
from piecework.runner.steps import RunFacts, Services, StepRunner
from piecework.sdk import PieceError
from piecework.sdk.services import Server
from piecework.server.kernel.errors import entity_not_found
from piecework.server.modules.flows.service import FlowService
from piecework.server.modules.pieces.schemas import OptionsRequest
from piecework.server.modules.sample_data.service import SampleDataService

_CONNECTION = re.compile(r"\{\{\s*connections(?:\.(\w+)|\[\s*['\"](.+?)['\"]\s*\])\s*\}\}")


class FormValues:
    """Resolves what a builder sends of a half-filled form."""

    def __init__(self, flows: FlowService, samples: SampleDataService, runner: StepRunner, server: Server) -> None:
        self._flows = flows
        self._samples = samples
        self._runner = runner
        self._server = server

    async def resolved(self, request: OptionsRequest, services: Services) -> dict[str, Any]:
        """The form's values by name: expressions evaluated on the samples of the flow's steps, the connection in the place of its name.

        What a step without a sample would give is an empty text or None. Raises ENTITY_NOT_FOUND for a connection or a flow version that
        the project does not have, PieceError for an expression that cannot be evaluated.
        """
        fields = {name: value for name, value in request.input.items() if name != "auth"}
        compiled = compile_value(fields, ())
        if not compiled.constant:
            fields = await self._evaluated(fields, request, services)
        if "auth" in request.input:
            fields["auth"] = await _connection(request.input["auth"], services)
        return fields

    async def _evaluated(self, fields: dict[str, Any], request: OptionsRequest, services: Services) -> dict[str, Any]:
        version = await self._flows.require_version(request.flow_id, request.flow_version_id)
        if version.project_id != request.project_id:
            raise entity_not_found("flow_version", request.flow_version_id)
        scope = await self._samples.samples(version) | (request.sample_data or {})
        compiled = compile_value(fields, {*step_names(version.trigger), *scope})
        try:
            return compiled.evaluate(scope)
        except Unresolved as open_questions:
            command = EvaluateExpressions(open_questions.questions, scope)
        return compiled.evaluate(scope, await self._answers(command, request, services))

    async def _answers(self, command: EvaluateExpressions, request: OptionsRequest, services: Services) -> Answers:
        facts = RunFacts(
            run_id="",
            flow_id=request.flow_id,
            flow_version_id=request.flow_version_id,
            project_id=request.project_id,
            services=services,
            server=self._server,
            test=True,
        )
        event = await self._runner.answer(command, facts)
        if isinstance(event, StepFailed):
            raise PieceError(event.message)
        return event.answers


async def _connection(auth: Any, services: Services) -> Any:
    """The connection that an expression names; anything else as it is."""
    named = _CONNECTION.fullmatch(auth.strip()) if isinstance(auth, str) else None
    if named is None:
        return auth
    external_id = named[1] or named[2]
    value: Mapping[str, Any] | None = await services.connections.get(external_id)
    if value is None:
        raise entity_not_found("app_connection", external_id)
    return value

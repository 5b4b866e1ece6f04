"""Starting runs from the builder. A test's input are sample data: nothing waits for the outside, but what the steps do is real."""

from __future__ import annotations

from typing import Any

from piecework.engine.tree import locate
from piecework.server.kernel.errors import entity_not_found, invalid
from piecework.server.modules.flows.schemas import StoredVersion
from piecework.server.modules.flows.service import FlowService
from piecework.server.modules.programs.service import ProgramService
from piecework.server.modules.runs.service import RunService
from piecework.server.modules.sample_data.service import SampleDataService
from piecework.server.ports.runs import RunRow
from piecework.spec import jsons
from piecework.spec.flow import TriggerType
from piecework.spec.operations import SampleDataType
from piecework.spec.piece import TriggerStrategy
from piecework.spec.run import RunEnvironment


class BuilderRunService:
    """Every method checks that the version belongs to the project; whether the user may enter it is asked before."""

    def __init__(self, flows: FlowService, samples: SampleDataService, programs: ProgramService, runs: RunService) -> None:
        self._flows = flows
        self._samples = samples
        self._programs = programs
        self._runs = runs

    async def test_flow(self, project_id: str, flow_version_id: str, user_id: str) -> RunRow:
        """Run a version on its trigger's sample. Returns the TESTING run that was queued. Raises ENTITY_NOT_FOUND."""
        version = await self._version(project_id, flow_version_id)
        output = await self._samples.get(version, version.trigger["name"], SampleDataType.OUTPUT)
        return await self._start(version, output, RunEnvironment.TESTING, user_id)

    async def test_step(self, project_id: str, flow_version_id: str, step_name: str, user_id: str) -> RunRow:
        """Run one step on the samples of the others. Returns the TESTING run that was queued.

        Raises ENTITY_NOT_FOUND for an unknown version or step, VALIDATION for a trigger.
        """
        version = await self._version(project_id, flow_version_id)
        location = locate(version.trigger, step_name)
        if location is None:
            raise entity_not_found("step", step_name)
        if location.step["type"] in tuple(TriggerType):
            raise invalid("stepName: a trigger is tested through POST /test-trigger")
        payload = {"samples": await self._samples.samples(version)}
        return await self._start(version, payload, RunEnvironment.TESTING, user_id, step_name)

    async def run_manually(self, project_id: str, flow_version_id: str, user_id: str) -> RunRow:
        """Run a version that has a manual trigger. Returns the PRODUCTION run. Raises ENTITY_NOT_FOUND, VALIDATION for other triggers."""
        version = await self._version(project_id, flow_version_id)
        program = await self._programs.get(version.id)
        trigger = program.trigger_handle.trigger if program is not None else None
        if trigger is None or trigger.strategy is not TriggerStrategy.MANUAL:
            raise invalid("flowVersionId: this version is not started by hand; its trigger is another")
        return await self._start(version, {}, RunEnvironment.PRODUCTION, user_id)

    async def _version(self, project_id: str, flow_version_id: str) -> StoredVersion:
        version = await self._flows.version(flow_version_id)
        if version is None or version.project_id != project_id:
            raise entity_not_found("flow_version", flow_version_id)
        return version

    async def _start(
        self, version: StoredVersion, payload: Any, environment: RunEnvironment, user_id: str, step_name: str | None = None
    ) -> RunRow:
        return await self._runs.start(
            project_id=version.project_id,
            flow_id=version.flow_id,
            flow_version_id=version.id,
            payload=jsons.dumps(payload),
            environment=environment,
            triggered_by=user_id,
            step_name_to_test=step_name,
        )

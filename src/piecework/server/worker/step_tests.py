"""The end of a step's test: what it gave becomes the step's sample data, and whoever asked is told."""

from __future__ import annotations

from typing import Any

import structlog

from piecework.engine.state import StepRecord
from piecework.engine.tree import locate
from piecework.server.modules.flows.service import FlowService
from piecework.server.ports.runs import RunRow
from piecework.server.worker.progress import step_run_response
from piecework.spec.operations import Operation, OperationType, SampleDataType

log = structlog.get_logger(__name__)


class StepTests:
    """Keeps the samples that tests give."""

    def __init__(self, flows: FlowService) -> None:
        self._flows = flows

    async def finish(self, run: RunRow, record: StepRecord | None) -> dict[str, Any]:
        """The StepRunResponse of a test that is over. When it went well, its input and output are the step's samples from now on,
        as long as the tested version is still the one being edited.
        """
        response = step_run_response(run, record)
        if response["success"] and record is not None:
            try:
                response |= await self._keep(run, record)
            except Exception:
                log.exception("a step's sample was not kept", flow_run_id=run.id, step=run.step_name_to_test)
        return response

    async def _keep(self, run: RunRow, record: StepRecord) -> dict[str, Any]:
        facts = await self._flows.flow_facts(run.flow_id)
        if facts is None or facts.latest_version_id != run.flow_version_id:
            return {}
        user_id = run.triggered_by or facts.owner_id or ""
        for kind, value in ((SampleDataType.INPUT, record.get("input")), (SampleDataType.OUTPUT, record.get("output"))):
            request = {"stepName": run.step_name_to_test, "payload": value, "type": kind}
            await self._flows.operate(run.flow_id, Operation(OperationType.SAVE_SAMPLE_DATA, request), user_id)
        version = await self._flows.version((await self._flows.require(run.flow_id)).latest_version_id)
        location = locate(version.trigger, run.step_name_to_test or "") if version is not None else None
        files: dict[str, Any] = (location.step["settings"].get("sampleData") or {}) if location is not None else {}
        return {name: files[name] for name in ("sampleDataFileId", "sampleDataInputFileId") if name in files}

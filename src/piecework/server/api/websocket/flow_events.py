"""Tells those who look at a project what others change in its flows."""

from __future__ import annotations

import asyncio

import structlog

from piecework.server.api.websocket.broadcast import Broadcast
from piecework.server.modules.flows.service import FlowListed, FlowService, FlowUpdate
from piecework.spec.operations import OperationType

log = structlog.get_logger(__name__)

FLOW_OPERATIONS = frozenset(
    {
        OperationType.LOCK_AND_PUBLISH,
        OperationType.CHANGE_STATUS,
        OperationType.CHANGE_FOLDER,
        OperationType.UPDATE_OWNER,
        OperationType.UPDATE_METADATA,
        OperationType.UPDATE_MINUTES_SAVED,
    }
)
"""Operations on the flow itself; every other one is on its version."""


class FlowEvents:
    """Listens to ``FlowService``. Nothing is read while nobody looks at the project."""

    def __init__(self, flows: FlowService, broadcast: Broadcast) -> None:
        self._flows = flows
        self._broadcast = broadcast
        self._telling: set[asyncio.Task[None]] = set()
        flows.on_flow_updated.append(self._updated)
        flows.on_flow_listed.append(self._listed)

    def _listed(self, notice: FlowListed) -> None:
        event = "FLOW_CREATED" if notice.created else "FLOW_DELETED"
        self._broadcast.publish(notice.project_id, event, {"projectId": notice.project_id, "flowId": notice.flow_id})

    def _updated(self, update: FlowUpdate) -> None:
        if self._broadcast.watched(update.project_id):
            task = asyncio.create_task(self._tell(update))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def _tell(self, update: FlowUpdate) -> None:
        try:
            flow = await self._flows.get(update.flow_id)
        except Exception:
            log.info("a changed flow is gone before it could be told", flow=update.flow_id)
            return
        if update.operation_type in FLOW_OPERATIONS:
            self._broadcast.publish(update.project_id, "FLOW_UPDATED", {"flow": flow})
        payload = {
            "projectId": update.project_id,
            "flowId": update.flow_id,
            "flowVersionId": update.version_id,
            "operationType": update.operation_type,
            "changedStepNames": list(update.step_names),
            "flowVersion": flow["version"],
        }
        self._broadcast.publish(update.project_id, "FLOW_VERSION_UPDATED", payload)

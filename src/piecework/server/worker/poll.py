"""What happens when a trigger is due: it is asked for its outputs, and each becomes a run."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import Any

import structlog

from piecework.server.kernel.ids import derived_id, new_id
from piecework.server.modules.flows.schemas import StoredVersion
from piecework.server.modules.flows.service import FlowService
from piecework.server.modules.runs.service import RunService
from piecework.server.modules.schedules.service import Listening
from piecework.server.worker.trigger_hooks import TriggerHooks
from piecework.spec import jsons
from piecework.spec.flow import FlowStatus

log = structlog.get_logger(__name__)


class TriggerPolls:
    """Asks triggers. A tick may be repeated after a crash: runs that it has started already are not started again."""

    def __init__(self, flows: FlowService, runs: RunService, hooks: TriggerHooks, timeout_seconds: float) -> None:
        self._flows = flows
        self._runs = runs
        self._hooks = hooks
        self._timeout = timeout_seconds

    async def fire(self, tick: Listening) -> None:
        """Start the runs of one tick; they are durable when this returns. A trigger that fails starts none and is asked again at its next tick.

        Raises only what is wrong with the server itself, such as a full disk: then the tick must be repeated.
        """
        version = await self._listening_version(tick)
        if version is None:
            return
        try:
            async with asyncio.timeout(self._timeout):
                opened = await self._hooks.open(version)
                outputs = await opened.outputs()
        except Exception as error:
            log.warning("a trigger failed", flow_id=tick.flow_id, error=type(error).__name__, error_id=new_id())
            return
        if await self._listening_version(tick) is None:
            return  # it was switched off while it was asked
        await self._start(tick, outputs)
        try:
            await opened.store.flush()
        except Exception as error:
            log.warning("a trigger's state was not kept", flow_id=tick.flow_id, error=type(error).__name__, error_id=new_id())

    async def _listening_version(self, tick: Listening) -> StoredVersion | None:
        facts = await self._flows.flow_facts(tick.flow_id)
        if facts is None or facts.status != FlowStatus.ENABLED or facts.published_version_id != tick.version_id:
            return None
        return await self._flows.version(tick.version_id)

    async def _start(self, tick: Listening, outputs: list[Any]) -> None:
        seen: dict[bytes, int] = {}
        for output in outputs:
            payload = jsons.dumps_lenient(output)
            count = seen[payload] = seen.get(payload, 0) + 1
            run_id = derived_id(tick.flow_id, str(tick.due_at), sha256(payload).hexdigest(), str(count))
            if not await self._runs.exists(run_id):
                await self._runs.start(
                    project_id=tick.project_id,
                    flow_id=tick.flow_id,
                    flow_version_id=tick.version_id,
                    payload=payload,
                    run_id=run_id,
                )

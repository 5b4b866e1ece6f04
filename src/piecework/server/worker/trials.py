"""Hooks of triggers that are being tried: their sender is told the URL that keeps samples. Implements ``TriggerTrials``."""

from __future__ import annotations

import asyncio

import structlog

from piecework.runner.errors import error_message
from piecework.sdk import PieceError
from piecework.server.modules.app_events.service import AppEventService
from piecework.server.modules.flows.schemas import StoredVersion
from piecework.server.worker.trigger_hooks import TriggerHooks

log = structlog.get_logger(__name__)


class TriedTriggers:
    """``seconds``: what a hook may take."""

    def __init__(self, hooks: TriggerHooks, events: AppEventService, seconds: float) -> None:
        self._hooks = hooks
        self._events = events
        self._seconds = seconds

    async def begin(self, version: StoredVersion) -> None:
        """See ``TriggerTrials.begin``."""
        opened = await self._hooks.open(version, test=True)
        try:
            async with asyncio.timeout(self._seconds):
                await opened.trigger.on_enable(opened.context, opened.props)
        except TimeoutError:
            raise PieceError(f"The trigger took longer than {self._seconds:g} seconds") from None
        except Exception as error:
            raise PieceError(opened.secrets.scrub_text(error_message(error))) from None  # the cause may quote a secret
        routes = self._events.routed(version.project_id, version.flow_id, opened.piece, opened.context.listeners, simulate=True)
        await self._events.apply([*opened.store.changes, *routes])

    async def end(self, version: StoredVersion) -> None:
        """See ``TriggerTrials.end``."""
        await self._events.apply(self._events.unrouted(version.flow_id, simulate=True))
        try:
            opened = await self._hooks.open(version, test=True)
            async with asyncio.timeout(self._seconds):
                await opened.trigger.on_disable(opened.context, opened.props)
            await self._events.apply(opened.store.changes)
        except Exception as error:
            log.warning("the trigger of a trial that is over was not disabled", flow=version.flow_id, error=type(error).__name__)

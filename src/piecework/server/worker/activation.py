"""Switching triggers on and off; implements ``TriggerActivation``."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import Any

import structlog

from piecework.runner.errors import ConnectionExpired, ConnectionMissing, PieceMissing, VariableMissing
from piecework.sdk import Trigger
from piecework.server.modules.flows.activation import ActivationFailed, wire_schedule
from piecework.server.modules.flows.schemas import FlowFacts, StoredVersion
from piecework.server.modules.schedules.service import Listening, ScheduleService
from piecework.server.worker.due import first_due
from piecework.server.worker.trigger_hooks import OpenTrigger, TriggerHooks
from piecework.spec import jsons

log = structlog.get_logger(__name__)

FindVersion = Callable[[str], Awaitable[StoredVersion | None]]
DEFAULT_HOOK_SECONDS = 180.0


def now_ms() -> int:
    """The present moment in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class TriggerSwitch:
    """One trigger a flow listens at the most; which one is kept by ``ScheduleService``.

    ``poll_minutes`` is the interval of polling triggers that name none; ``clock`` gives milliseconds since 1970.
    """

    def __init__(
        self,
        schedules: ScheduleService,
        hooks: TriggerHooks,
        find_version: FindVersion,
        *,
        poll_minutes: float,
        hook_seconds: float = DEFAULT_HOOK_SECONDS,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self._schedules = schedules
        self._hooks = hooks
        self._find_version = find_version
        self._poll_ms = int(poll_minutes * 60_000)
        self._seconds = hook_seconds
        self._clock = clock

    async def activate(
        self, flow: FlowFacts, version: StoredVersion, trigger: Trigger, properties: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """See ``TriggerActivation.activate``. A trigger that listens already, with the same input, goes on as it is: its cursor and the
        grid of its interval survive the publishing of a new version.
        """
        opened = await self._opened(version)
        schedule = self._schedule_of(opened)
        before = await self._schedules.find(flow.id)
        source = source_of(version)
        if before is not None and before.source == source:
            if opened.trigger.schedules_itself:
                schedule = dict(before.schedule) if before.schedule is not None else schedule
            due_at = before.due_at if before.schedule == schedule else self._first_due(schedule)
        else:
            if before is not None:
                await self._disable(before)
            try:
                await self._call(opened, opened.trigger.on_enable)
                schedule = self._schedule_of(opened)  # on_enable may have set one
            except ActivationFailed:
                await self._enable_again(before)
                raise
            due_at = self._first_due(schedule)
        await self._schedules.put(Listening(flow.id, flow.project_id, version.id, source, schedule, due_at))
        return schedule

    async def deactivate(self, flow: FlowFacts) -> None:
        """See ``TriggerActivation.deactivate``."""
        listening = await self._schedules.find(flow.id)
        if listening is not None:
            await self._disable(listening)
            await self._schedules.remove(flow.id)

    async def _disable(self, listening: Listening) -> None:
        version = await self._find_version(listening.version_id)
        if version is None:
            return
        try:
            opened = await self._hooks.open(version)
        except (PieceMissing, ConnectionMissing, ConnectionExpired, VariableMissing) as error:
            reason = type(error).__name__  # what is gone does not come back by trying again, and the flow must not stay enabled for ever
            log.warning("a trigger was forgotten without its hook: what it needs is gone", flow=listening.flow_id, reason=reason)
            return
        except Exception as error:
            raise ActivationFailed(str(error)) from error
        await self._call(opened, opened.trigger.on_disable)

    async def _enable_again(self, before: Listening | None) -> None:
        """After a failure: what listened before listens again."""
        version = await self._find_version(before.version_id) if before is not None else None
        if version is not None:
            opened = await self._opened(version)
            await self._call(opened, opened.trigger.on_enable)

    async def _opened(self, version: StoredVersion) -> OpenTrigger:
        try:
            return await self._hooks.open(version)
        except Exception as error:
            raise ActivationFailed(str(error)) from error

    async def _call(self, opened: OpenTrigger, hook: Callable[[Any, Mapping[str, Any]], Awaitable[None]]) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await hook(opened.context, opened.props)
                await opened.store.flush()
        except TimeoutError:
            raise ActivationFailed(f"The trigger took longer than {self._seconds:g} seconds") from None
        except Exception as error:
            raise ActivationFailed(opened.secrets.scrub_text(str(error))) from None  # the cause may quote a secret

    def _schedule_of(self, opened: OpenTrigger) -> dict[str, Any] | None:
        if not opened.trigger.is_scheduled:
            return None
        try:
            declared = wire_schedule(opened.context.schedule or opened.trigger.schedule(opened.props))
        except Exception as error:
            raise ActivationFailed(str(error)) from error
        return declared or {"type": "INTERVAL", "intervalMs": self._poll_ms}

    def _first_due(self, schedule: Mapping[str, Any] | None) -> int | None:
        try:
            return None if schedule is None else first_due(schedule, self._clock())
        except ValueError as error:
            raise ActivationFailed(str(error)) from error


def source_of(version: StoredVersion) -> str:
    """The digest of what a trigger listens to: the piece, the trigger and its input. Another patch of the piece is the same source."""
    settings = version.trigger["settings"]
    told = [settings.get("pieceName"), settings.get("triggerName"), settings.get("input")]
    return sha256(jsons.dumps(told)).hexdigest()

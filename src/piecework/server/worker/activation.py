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
from piecework.server.kernel.ids import new_id
from piecework.server.modules.app_events.service import AppEventService
from piecework.server.modules.flows.activation import ActivationFailed, Switched, wire_schedule
from piecework.server.modules.flows.schemas import FlowFacts, StoredVersion
from piecework.server.modules.schedules.service import Listening, ScheduleService
from piecework.server.modules.step_services.service import HeldStore
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
        events: AppEventService,
        find_version: FindVersion,
        *,
        poll_minutes: float,
        hook_seconds: float = DEFAULT_HOOK_SECONDS,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self._schedules = schedules
        self._hooks = hooks
        self._events = events
        self._find_version = find_version
        self._poll_ms = int(poll_minutes * 60_000)
        self._seconds = hook_seconds
        self._clock = clock

    async def activate(self, flow: FlowFacts, version: StoredVersion, trigger: Trigger, properties: Mapping[str, Any]) -> Switched:
        """See ``TriggerActivation.activate``. A trigger that listens already, with the same input, goes on as it is: its cursor and the
        grid of its interval survive the publishing of a new version.
        """
        opened = await self._opened(version, self._hooks.store(version))
        before = await self._schedules.find(flow.id)
        source = source_of(version)
        if before is not None and before.source == source:
            schedule = self._schedule_of(opened)
            if opened.trigger.schedules_itself and opened.trigger.is_scheduled:
                schedule = before.schedule or schedule
            going_on = self._schedules.going_on(before, version.id, schedule, self._first_due(schedule))
            return Switched(_wire(schedule, opened), going_on)
        return await self._begin(flow, version, source, opened, before)

    async def _begin(self, flow: FlowFacts, version: StoredVersion, source: str, opened: OpenTrigger, before: Listening | None) -> Switched:
        """The hooks of both triggers write to one store, whose changes come true together with the flow's, or not at all."""
        if before is not None:
            await self._schedules.mark(before, switching=True)
            await self._disable_or_go_on(before, opened.store)
        try:
            await self._call(opened, opened.trigger.on_enable)
            schedule = self._schedule_of(opened)  # on_enable may have set one
            listening = Listening(flow.id, flow.project_id, version.id, source, schedule, self._first_due(schedule), new_id())
        except ActivationFailed:
            await self._enable_again(before)
            raise

        async def undo() -> None:
            try:
                await self._call(opened, opened.trigger.on_disable)
            except ActivationFailed as error:
                log.warning("a trigger that was not published could not be disabled", flow=flow.id, error=str(error))
            await self._enable_again(before)

        routes = self._events.routed(flow.project_id, flow.id, opened.piece, opened.context.listeners)
        changes = [*opened.store.changes, *routes, *self._schedules.change(listening)]
        return Switched(_wire(schedule, opened), changes, undo)

    async def deactivate(self, flow: FlowFacts) -> Switched:
        """See ``TriggerActivation.deactivate``."""
        listening = await self._schedules.find(flow.id)
        version = None if listening is None else await self._find_version(listening.version_id)
        forgotten = [*self._schedules.removal(flow.id), *self._events.unrouted(flow.id)]
        if listening is None or version is None:
            return Switched(None, forgotten)
        store = self._hooks.store(version)
        await self._schedules.mark(listening, switching=True)
        await self._disable_or_go_on(listening, store)
        return Switched(None, [*store.changes, *forgotten], lambda: self._enable_again(listening))

    async def repair(self) -> None:
        """Have those triggers listen at their sender whose hooks a crash has interrupted: nobody knows how far they came."""
        for listening in await self._schedules.switching():
            version = await self._find_version(listening.version_id)
            if version is None:
                continue
            log.warning("a trigger is enabled again: switching it was interrupted", flow=listening.flow_id)
            try:
                await self._disable(listening, self._hooks.store(version))
            except ActivationFailed as error:
                log.warning("it could not be disabled before", flow=listening.flow_id, error=str(error))
            await self._enable_again(listening)

    def written(self) -> None:
        """See ``TriggerActivation.written``."""
        self._schedules.written()

    async def _disable_or_go_on(self, listening: Listening, store: HeldStore) -> None:
        """A trigger that cannot be disabled listens on."""
        try:
            await self._disable(listening, store)
        except ActivationFailed:
            await self._schedules.mark(listening, switching=False)
            raise

    async def _disable(self, listening: Listening, store: HeldStore) -> None:
        version = await self._find_version(listening.version_id)
        if version is None:
            return
        try:
            opened = await self._hooks.open(version, store)
        except (PieceMissing, ConnectionMissing, ConnectionExpired, VariableMissing) as error:
            reason = type(error).__name__  # what is gone does not come back by trying again, and the flow must not stay enabled for ever
            log.warning("a trigger was forgotten without its hook: what it needs is gone", flow=listening.flow_id, reason=reason)
            return
        except Exception as error:
            raise ActivationFailed(str(error)) from error
        await self._call(opened, opened.trigger.on_disable)

    async def _enable_again(self, before: Listening | None) -> None:
        """After a failure: what listened before listens again. The cursor of a poll is where it was; what a webhook's hook keeps is new."""
        version = await self._find_version(before.version_id) if before is not None else None
        if before is None or version is None:
            return
        try:
            opened = await self._opened(version, None)
            await self._call(opened, opened.trigger.on_enable)
        except ActivationFailed as error:
            log.error("a trigger does not listen any more: it could not be enabled again", flow=before.flow_id, error=str(error))
            return
        if opened.trigger.is_scheduled:
            await self._schedules.mark(before, switching=False)
        else:
            routes = self._events.routed(before.project_id, before.flow_id, opened.piece, opened.context.listeners)
            await self._schedules.put(before, [*opened.store.changes, *routes])

    async def _opened(self, version: StoredVersion, store: HeldStore | None) -> OpenTrigger:
        try:
            return await self._hooks.open(version, store)
        except Exception as error:
            raise ActivationFailed(str(error)) from error

    async def _call(self, opened: OpenTrigger, hook: Callable[[Any, Mapping[str, Any]], Awaitable[None]]) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await hook(opened.context, opened.props)
        except TimeoutError:
            raise ActivationFailed(f"The trigger took longer than {self._seconds:g} seconds") from None
        except Exception as error:
            raise ActivationFailed(opened.secrets.scrub_text(str(error))) from None  # the cause may quote a secret

    def _schedule_of(self, opened: OpenTrigger) -> Mapping[str, Any] | None:
        """When the clock calls the trigger: to be asked for what is new, or to renew its webhook."""
        trigger = opened.trigger
        if not trigger.is_scheduled:
            return wire_schedule(trigger.renewal) if trigger.hooks.on_renew is not None else None
        try:
            declared = wire_schedule(opened.context.schedule or trigger.schedule(opened.props))
        except Exception as error:
            raise ActivationFailed(str(error)) from error
        return declared or {"type": "INTERVAL", "intervalMs": self._poll_ms}

    def _first_due(self, schedule: Mapping[str, Any] | None) -> int | None:
        try:
            return None if schedule is None else first_due(schedule, self._clock())
        except ValueError as error:
            raise ActivationFailed(str(error)) from error


def _wire(schedule: Mapping[str, Any] | None, opened: OpenTrigger) -> Mapping[str, Any] | None:
    """The schedule that the flow shows: when it is asked for news, not when its webhook is renewed."""
    return schedule if opened.trigger.is_scheduled else None


def source_of(version: StoredVersion) -> str:
    """The digest of what a trigger listens to: the piece, the trigger and its input. Another patch of the piece is the same source."""
    settings = version.trigger["settings"]
    told = [settings.get("pieceName"), settings.get("triggerName"), settings.get("input")]
    return sha256(jsons.dumps(told)).hexdigest()

"""Switching triggers on and off; implements ``TriggerActivation``."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
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
from piecework.server.modules.trigger_runs.service import Outcome
from piecework.server.ports.runs import Statement
from piecework.server.worker.due import FIRST_PAUSE_MS, first_due, pause
from piecework.server.worker.trigger_hooks import OpenTrigger, TriggerHooks
from piecework.spec import jsons

log = structlog.get_logger(__name__)

FindVersion = Callable[[str], Awaitable[StoredVersion | None]]
NoteEnabling = Callable[[Listening, str, Outcome, int | None, Sequence[Statement]], Awaitable[None]]
"""See ``TriggerRunService.enabled``."""
DEFAULT_HOOK_SECONDS = 180.0


class HookTimedOut(ActivationFailed):
    """A hook did not end in time."""


def now_ms() -> int:
    """The present moment in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class TriggerSwitch:
    """One trigger a flow listens at the most; which one is kept by ``ScheduleService``.

    While hooks are called their trigger is ``switching``. It stays so when what listened before cannot be enabled again, or when the process
    dies; then the clock has it repaired (``repair``), ever later, until it listens or something else does.

    ``poll_minutes`` is the interval of polling triggers that name none; ``clock`` gives milliseconds since 1970.
    """

    def __init__(
        self,
        schedules: ScheduleService,
        hooks: TriggerHooks,
        events: AppEventService,
        find_version: FindVersion,
        note_enabling: NoteEnabling,
        *,
        poll_minutes: float,
        hook_seconds: float = DEFAULT_HOOK_SECONDS,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self._schedules = schedules
        self._hooks = hooks
        self._events = events
        self._find_version = find_version
        self._note_enabling = note_enabling
        self._poll_ms = int(poll_minutes * 60_000)
        self._seconds = hook_seconds
        self._clock = clock

    async def activate(self, flow: FlowFacts, version: StoredVersion, trigger: Trigger, properties: Mapping[str, Any]) -> Switched:
        """See ``TriggerActivation.activate``. A trigger that listens already, with the same input, goes on as it is: its cursor and the
        grid of its interval survive the publishing of a new version. If nobody knows whether it listens, its hooks are called, and they survive too.
        """
        opened = await self._opened(version, self._hooks.store(version))
        before = await self._schedules.find(flow.id)
        source = source_of(version)
        if before is not None and before.source == source and not before.switching:
            schedule = self._schedule_of(opened)
            if opened.trigger.schedules_itself and opened.trigger.is_scheduled:
                schedule = before.schedule or schedule
            going_on = self._schedules.going_on(before, version.id, schedule, self._first_due(schedule))
            return Switched(_wire(schedule, opened), going_on)
        return await self._begin(flow, version, source, opened, before)

    async def _begin(self, flow: FlowFacts, version: StoredVersion, source: str, opened: OpenTrigger, before: Listening | None) -> Switched:
        """The hooks of both triggers write to one store, whose changes come true together with the flow's, or not at all."""
        if before is not None:
            await self._mark(before)
            await self._disable_or_go_on(before, opened.store)
        try:
            await self._call(opened, opened.trigger.on_enable)
            schedule = self._schedule_of(opened)  # on_enable may have set one
            first = self._first_due(schedule)
        except ActivationFailed:
            await self._enable_again(before)
            raise

        async def undo() -> None:
            try:
                await self._call(opened, opened.trigger.on_disable)
            except ActivationFailed as error:
                log.warning("a trigger that was not published could not be disabled", flow=flow.id, error=str(error))
            await self._enable_again(before)

        if before is not None and before.source == source and opened.trigger.is_scheduled:  # it did not listen, and goes on from its cursor
            changes = [*self._schedules.going_on(before, version.id, schedule, first), self._schedules.judged(before, 0, None, None)]
        else:
            listening = Listening(flow.id, flow.project_id, version.id, source, schedule, first, new_id())
            changes = [*self._kept(listening, opened), *self._schedules.change(listening)]
        return Switched(_wire(schedule, opened), changes, undo)

    async def deactivate(self, flow: FlowFacts) -> Switched:
        """See ``TriggerActivation.deactivate``."""
        listening = await self._schedules.find(flow.id)
        version = None if listening is None else await self._find_version(listening.version_id)
        forgotten = [*self._schedules.removal(flow.id), *self._events.unrouted(flow.id)]
        if listening is None or version is None:
            return Switched(None, forgotten)
        store = self._hooks.store(version)
        await self._mark(listening)
        await self._disable_or_go_on(listening, store)
        return Switched(None, [*store.changes, *forgotten], lambda: self._enable_again(listening))

    async def repair(self, tick: Listening) -> None:
        """Have a trigger listen at its sender whose hooks failed or were interrupted: nobody knows how far they came.

        Nothing happens if it is not what it was at this tick. Whoever calls this sees to it that nobody switches the trigger meanwhile.
        """
        if await self._schedules.find(tick.flow_id) != tick:
            return
        await self._mark(tick)
        version = await self._find_version(tick.version_id)
        if version is None:
            return
        log.warning("a trigger is enabled again: switching it failed or was interrupted", flow=tick.flow_id)
        await self._disable_or_go_on(tick, self._hooks.store(version))
        await self._enable_again(tick)

    def written(self) -> None:
        """See ``TriggerActivation.written``."""
        self._schedules.written()

    async def _mark(self, listening: Listening) -> None:
        """Before its hooks are called. Whatever becomes of them, the clock repairs a trigger of which nobody notes that it listens."""
        await self._schedules.mark(listening, self._clock() + FIRST_PAUSE_MS)

    async def _disable_or_go_on(self, listening: Listening, store: HeldStore) -> None:
        """A trigger that cannot be disabled listens on, unless nobody knows whether it did."""
        try:
            await self._disable(listening, store)
        except ActivationFailed as error:
            if not listening.switching:
                await self._schedules.mark(listening, None)
                raise
            log.warning("a trigger could not be disabled, and perhaps did not listen", flow=listening.flow_id, error=str(error))

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
        """After a failure: what listened before listens again, or it is noted that it does not. The cursor of a poll is where it was; what a
        webhook's hook keeps is new.
        """
        version = await self._find_version(before.version_id) if before is not None else None
        if before is None or version is None:
            return
        piece, began = str(version.trigger["settings"].get("pieceName")), self._clock()
        try:
            opened = await self._opened(version, None)
            await self._call(opened, opened.trigger.on_enable)
        except ActivationFailed as error:
            log.error("a trigger does not listen: it could not be enabled again", flow=before.flow_id)  # its run says why
            told = f"The trigger does not listen: {error}"
            failed = Outcome("ENABLE", began, self._clock(), error=told, timed_out=isinstance(error, HookTimedOut))
            await self._note_enabling(before, piece, failed, failed.ended + pause(before.failures + 1), ())
            return
        kept = [] if opened.trigger.is_scheduled else self._kept(before, opened)
        if before.switching:
            await self._note_enabling(before, piece, Outcome("ENABLE", began, self._clock()), None, kept)
        else:
            await self._schedules.mark(before, None, kept)

    def _kept(self, listening: Listening, opened: OpenTrigger) -> list[Statement]:
        """What the hooks of a trigger have left to be written."""
        routes = self._events.routed(listening.project_id, listening.flow_id, opened.piece, opened.context.listeners)
        return [*opened.store.changes, *routes]

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
            raise HookTimedOut(f"The trigger took longer than {self._seconds:g} seconds") from None
        except Exception as error:
            raise ActivationFailed(opened.secrets.scrub_text(str(error) or type(error).__name__)) from None  # the cause may quote a secret

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

"""What happens when a trigger is due: it is asked for its outputs, and each becomes a run; or its webhook is renewed.

A tick ends in one transaction: the runs, the cursor, the items that have to wait, the record of the poll and the time of the next tick. A crash
leaves all of it or nothing, so that no item is lost and none is run twice; what changes the trigger meanwhile makes the tick void.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import structlog

from piecework.runner.errors import error_message
from piecework.server.kernel.settings import MissedTicks
from piecework.server.modules.flows.schemas import StoredVersion
from piecework.server.modules.flows.service import FlowService
from piecework.server.modules.runs.recent import RecentKeys, without_key
from piecework.server.modules.runs.service import RunService
from piecework.server.modules.schedules.service import HeldBack, Listening, ScheduleService
from piecework.server.modules.trigger_runs.service import Outcome, TriggerRunService
from piecework.server.ports.runs import Statement
from piecework.server.worker.activation import now_ms
from piecework.server.worker.due import backed_off, following_due, ticks_until, tried_again
from piecework.server.worker.trigger_hooks import OpenTrigger, TriggerHooks
from piecework.spec import jsons
from piecework.spec.flow import FlowStatus

log = structlog.get_logger(__name__)

LATE_MS = 60_000
"""A tick that comes later than that was missed."""
NOTHING_HELD = HeldBack([], -1)


@dataclass(frozen=True, slots=True)
class PollLimits:
    """``seconds`` for one call of a trigger, ``items`` begun by one tick; the policy for missed ticks and the most that ALL makes up for."""

    seconds: float
    items: int = 1000
    missed: MissedTicks = MissedTicks.ONCE
    missed_limit: int = 100


@dataclass(slots=True)
class Asked:
    """What a tick has found: outputs as JSON, what they change beside, and why it failed if it did."""

    payloads: list[bytes]
    changes: list[Statement]
    keys: list[str | None]
    error: str | None = None
    timed_out: bool = False
    held: HeldBack = NOTHING_HELD


class TriggerPolls:
    """Asks triggers that are due."""

    def __init__(
        self,
        flows: FlowService,
        runs: RunService,
        hooks: TriggerHooks,
        schedules: ScheduleService,
        trigger_runs: TriggerRunService,
        recent: RecentKeys,
        limits: PollLimits,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self._flows = flows
        self._runs = runs
        self._hooks = hooks
        self._schedules = schedules
        self._trigger_runs = trigger_runs
        self._recent = recent
        self._limits = limits
        self._clock = clock

    async def fire(self, tick: Listening) -> bool:
        """Start the runs of one tick and set the next one; all of it is durable when this returns. False: the trigger is being changed.

        A trigger that fails starts none and is asked again, ever later. Raises only what is wrong with the server itself, such as a full disk:
        then the tick must be repeated.
        """
        assert tick.due_at is not None
        version = await self._listening_version(tick)
        if version is None:
            return False
        began = self._clock()
        opened, asked = await self._ask(tick, version)
        kind = "POLL" if opened is None or opened.trigger.is_scheduled else "RENEW"
        await self._end(tick, version, asked, Outcome(kind, began, self._clock(), error=asked.error, timed_out=asked.timed_out))
        return True

    async def _listening_version(self, tick: Listening) -> StoredVersion | None:
        facts = await self._flows.flow_facts(tick.flow_id)
        if facts is None or facts.status != FlowStatus.ENABLED or facts.published_version_id != tick.version_id:
            return None
        return await self._flows.version(tick.version_id)

    async def _ask(self, tick: Listening, version: StoredVersion) -> tuple[OpenTrigger | None, Asked]:
        """What waits comes first; the trigger is asked when nothing does."""
        held = await self._schedules.held_back(tick, self._limits.items)
        if held.payloads:
            return None, Asked(held.payloads, [], [], held=held)
        opened: OpenTrigger | None = None
        try:
            async with asyncio.timeout(self._limits.seconds):
                opened = await self._hooks.open(version)
                if not opened.trigger.is_scheduled:
                    await opened.trigger.on_renew(opened.context, opened.props)
                    return opened, Asked([], opened.store.changes, [])
                outputs = await self._outputs(tick, version, opened)
        except TimeoutError:
            return opened, Asked([], [], [], f"The trigger took longer than {self._limits.seconds:g} seconds", timed_out=True)
        except Exception as error:
            message = error_message(error)
            return opened, Asked([], [], [], message if opened is None else opened.secrets.scrub_text(message))
        fresh = self._recent.fresh(tick.flow_id, outputs)
        keys = [self._recent.key_of(tick.flow_id, output) for output in fresh]
        return opened, Asked([jsons.dumps_lenient(without_key(output)) for output in fresh], opened.store.changes, keys)

    async def _outputs(self, tick: Listening, version: StoredVersion, opened: OpenTrigger) -> list[Any]:
        """A schedule's ticks that were missed are made up for as the policy says; what is asked for news makes up for them by itself."""
        assert tick.due_at is not None
        assert tick.schedule is not None
        now = self._clock()
        count = 1
        if opened.trigger.is_clock and now - tick.due_at > LATE_MS:
            match self._policy(version):
                case MissedTicks.NONE:
                    return []
                case MissedTicks.ALL:
                    count = ticks_until(tick.schedule, tick.due_at, now, self._limits.missed_limit)
                case MissedTicks.ONCE:
                    pass
        return await opened.outputs() * count

    def _policy(self, version: StoredVersion) -> MissedTicks:
        wanted = (version.flow_metadata or {}).get("missedTicks")
        return MissedTicks(wanted) if wanted in set(MissedTicks) else self._limits.missed

    async def _end(self, tick: Listening, version: StoredVersion, asked: Asked, outcome: Outcome) -> None:
        assert tick.due_at is not None
        assert tick.schedule is not None
        after = self._trigger_runs.after(tick, outcome)
        failures = after["failures"]
        now = self._clock()
        if asked.error is None:
            next_at = following_due(tick.schedule, tick.due_at, now)
        else:
            later = tried_again if outcome.kind == "RENEW" else backed_off
            next_at = later(tick.schedule, tick.due_at, now, failures)
            log.warning("a trigger failed", flow_id=tick.flow_id, failures=failures)  # the error, which may quote data, stands in its run
        begun, others = asked.payloads[: self._limits.items], asked.payloads[self._limits.items :]
        beside = [*asked.changes, *self._schedules.keep_back(tick, others)]
        waiting = len(others)
        if asked.held.payloads:
            beside.append(self._schedules.given(tick, asked.held))
            waiting = await self._schedules.count_held_back(tick) - len(begun)
        outcome = replace(outcome, items=len(begun), waiting=waiting)
        piece = str(version.trigger["settings"].get("pieceName"))
        beside += self._trigger_runs.noted(tick, piece, outcome, next_at)
        only_if = self._schedules.taken(tick, next_at, failures, after["failingSince"])
        done = await self._runs.start_all(tick.project_id, tick.flow_id, version.id, begun, only_if=only_if, beside=beside)
        if done:
            self._recent.remember(asked.keys)
            if failures or tick.failures:
                self._trigger_runs.announce(after)

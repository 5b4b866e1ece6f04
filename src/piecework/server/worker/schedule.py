"""The scheduler: one timer for the nearest tick of all triggers. It sleeps until then; nothing is looked up in between.

A tick is done with when its runs are durable, and the next one is written with them (``poll.py``). So a tick that the server misses because it is
down is made up for when it comes back, and one that a crash interrupts is repeated without starting a run twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from time import monotonic

import structlog

from piecework.server.kernel.ids import new_id
from piecework.server.modules.flows.service import FlowService
from piecework.server.modules.schedules.service import Listening, ScheduleService
from piecework.server.worker.activation import TriggerSwitch, now_ms, source_of
from piecework.server.worker.due import first_due

log = structlog.get_logger(__name__)

AT_ONCE = 16
"""Triggers that are asked at the same time."""
REPAIRS_AT_ONCE = 4
"""Triggers that are repaired at the same time, beside those: a service that does not answer holds up no polls."""
LONGEST_SLEEP = 15.0
"""Seconds. The clock may be set, or the machine may sleep, while a timer runs."""
SET_BACK_MS = 1000
"""A clock that has lost more than that against the time gone by was set back."""
REPEAT_SECONDS = 30.0
"""How long a tick that could not be written down waits."""

NOT_YET_SECONDS = 1.0
"""How long a tick waits whose trigger is just being changed."""

Fire = Callable[[Listening], Awaitable[bool]]
"""Ends a tick and sets the next one. False: not yet."""
FindDue = Callable[[int, Sequence[str], int], Awaitable[list[Listening]]]
"""What is due at a moment, but not of these flows, and so many at the most."""


class Scheduler:
    """Calls ``fire`` for every tick, and ``repair`` when the hooks of a trigger that does not listen are to be called again.

    ``clock`` gives milliseconds since 1970, ``elapsed`` seconds since any moment.
    """

    def __init__(
        self,
        schedules: ScheduleService,
        fire: Fire,
        repair: Fire,
        clock: Callable[[], int] = now_ms,
        elapsed: Callable[[], float] = monotonic,
    ) -> None:
        self._schedules = schedules
        self._fire = fire
        self._repair = repair
        self._clock = clock
        self._elapsed = elapsed
        self._ahead = self._clock_ahead()
        self._firing: dict[str, asyncio.Task[None]] = {}
        self._repairing: dict[str, asyncio.Task[None]] = {}
        self._changed = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        schedules.on_changed.append(self._changed.set)

    def start(self) -> None:
        """Begin to watch the clock; ticks that were missed are made up for now."""
        self._loop = asyncio.create_task(self._watch(), name="scheduler")

    async def close(self) -> None:
        """Stop. Ticks under way are given up and repeated in the next life."""
        tasks = [task for task in (self._loop, *self._firing.values(), *self._repairing.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def fire_due(self) -> list[asyncio.Task[None]]:
        """Begin to fire and to repair what is due, as far as there is room; gives what was begun."""
        begun = await self._begin(self._schedules.due, self._fire, self._firing, AT_ONCE)
        return begun + await self._begin(self._schedules.repairs, self._repair, self._repairing, REPAIRS_AT_ONCE)

    async def _begin(self, find: FindDue, fire: Fire, under_way: dict[str, asyncio.Task[None]], at_once: int) -> list[asyncio.Task[None]]:
        room = at_once - len(under_way)
        if room <= 0:
            return []
        due = await find(self._clock(), list(under_way), room)
        for tick in due:
            under_way[tick.flow_id] = asyncio.create_task(self._one(tick, fire, under_way), name=f"tick {tick.flow_id}")
        return [under_way[tick.flow_id] for tick in due]

    async def _watch(self) -> None:
        while True:
            self._changed.clear()
            try:
                await self.follow_clock()
                await self.fire_due()
                seconds = await self._seconds_to_sleep()
            except Exception:
                log.exception("the schedules could not be read")
                seconds = 1.0
            try:
                async with asyncio.timeout(seconds):
                    await self._changed.wait()
            except TimeoutError:
                pass

    async def follow_clock(self) -> None:
        """After the clock was set back no tick is later than it would be if its trigger had been switched on now. Ticks that have fired and
        come round again start no run twice."""
        ahead = self._clock_ahead()
        before, self._ahead = self._ahead, ahead
        if ahead > before - SET_BACK_MS:
            return
        now = self._clock()
        await self._schedules.repair_all(now)
        for listening in await self._schedules.all():
            if listening.schedule is not None and listening.due_at is not None and listening.flow_id not in self._firing:
                first = first_due(listening.schedule, now)
                if first is not None and first < listening.due_at:
                    await self._schedules.put(replace(listening, due_at=first))
        log.warning("the clock was set back", seconds=round((before - ahead) / 1000))

    def _clock_ahead(self) -> float:
        return self._clock() - self._elapsed() * 1000

    async def _seconds_to_sleep(self) -> float:
        now = self._clock()
        due_at = await self._schedules.next_due(now)
        return LONGEST_SLEEP if due_at is None else min((due_at - now) / 1000, LONGEST_SLEEP)

    async def _one(self, tick: Listening, fire: Fire, under_way: dict[str, asyncio.Task[None]]) -> None:
        try:
            if not await fire(tick):
                await asyncio.sleep(NOT_YET_SECONDS)
        except Exception:
            log.exception("a tick could not be written down and is repeated", flow=tick.flow_id)
            await asyncio.sleep(REPEAT_SECONDS)
        finally:
            del under_way[tick.flow_id]
            self._changed.set()


def repairs_by(flows: FlowService, switch: TriggerSwitch) -> Fire:
    """What repairs a trigger while nobody else switches it."""

    async def repair(tick: Listening) -> bool:
        async with flows.switching(tick.flow_id):
            await switch.repair(tick)
        return True

    return repair


async def reconcile(schedules: ScheduleService, flows: FlowService, clock: Callable[[], int] = now_ms) -> None:
    """Make the schedules fit the flows that are enabled; earlier releases wrote them in two transactions, and a crash left them apart."""
    known = {listening.flow_id: listening for listening in await schedules.all()}
    for source in await flows.listening():
        listening = known.pop(source["flowId"], None)
        if listening is not None and listening.version_id == source["flowVersionId"]:
            continue
        version = await flows.version(source["flowVersionId"])
        if version is not None and listening is not None and listening.source == source_of(version):
            await schedules.put(replace(listening, version_id=version.id))
        elif version is not None:
            schedule = source["schedule"]
            due_at = None if schedule is None else first_due(schedule, clock())
            row = Listening(source["flowId"], source["projectId"], version.id, source_of(version), schedule, due_at, new_id())
            await schedules.put(row)
    await schedules.remove(*known)

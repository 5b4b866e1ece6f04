"""Retention: what ended runs leave behind goes after AP_EXECUTION_DATA_RETENTION_DAYS; the runs themselves stay in the list (spec/model.md §4)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

import structlog

from piecework.server.kernel.clock import to_iso

log = structlog.get_logger(__name__)

EVERY_SECONDS = 3600.0
BATCH = 200
"""Rows that one transaction removes: other writers wait no longer than that takes."""

SHORTEST_PAUSE = 0.02
"""Seconds between two transactions, which are at least as far apart as the last one took: SQLite hands its lock to whoever comes by, so one who
does not let go for a while keeps it."""

JUMP = timedelta(hours=1)
"""A clock that has gone ahead of the time gone by for more than that has been set, and nobody knows whether rightly: what is removed does not come
back, so one sweep is left out."""

Sweep = Callable[[str, int], Awaitable[int]]
"""(created before this timestamp, at most so many) → how many were removed, 0 when nothing is left."""


class Reaper:
    """Sweeps now and then every hour. ``clock`` gives the present as an aware datetime, ``elapsed`` seconds since any moment."""

    def __init__(
        self,
        sweeps: dict[str, Sweep],
        days: float,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        elapsed: Callable[[], float] = monotonic,
    ) -> None:
        self._sweeps = sweeps
        self._keep = timedelta(days=days)
        self._clock = clock
        self._elapsed = elapsed
        self._last = clock(), elapsed()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to sweep."""
        self._task = asyncio.create_task(self._run(), name="reaper")

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def sweep(self) -> dict[str, int]:
        """Remove everything that is too old, batch by batch, letting others write in between. Gives the counts by name."""
        if self._clock_jumped():
            log.warning("the clock was set ahead; what is past retention is removed the next time")
            return {}
        before = to_iso(self._clock() - self._keep)
        return {name: await self._all(remove, before) for name, remove in self._sweeps.items()}

    async def _all(self, remove: Sweep, before: str) -> int:
        total = 0
        while True:
            started = monotonic()
            removed = await remove(before, BATCH)
            total += removed
            if not removed:
                return total
            await asyncio.sleep(max(SHORTEST_PAUSE, monotonic() - started))

    def _clock_jumped(self) -> bool:
        now, elapsed = self._clock(), self._elapsed()
        (was, earlier), self._last = self._last, (now, elapsed)
        return now - was > timedelta(seconds=elapsed - earlier) + JUMP

    async def _run(self) -> None:
        while True:
            try:
                counts = {name: count for name, count in (await self.sweep()).items() if count}
                if counts:
                    log.info("removed what is past retention", **counts)
            except Exception:
                log.exception("the retention sweep failed")
            await asyncio.sleep(EVERY_SECONDS)

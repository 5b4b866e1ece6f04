"""Retention: what ended runs leave behind goes after AP_EXECUTION_DATA_RETENTION_DAYS; the runs themselves stay in the list (spec/model.md §4)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog

from piecework.server.kernel.clock import to_iso

log = structlog.get_logger(__name__)

EVERY_SECONDS = 3600.0
BATCH = 200
"""Rows that one transaction removes: other writers wait no longer than that takes."""

Sweep = Callable[[str, int], Awaitable[int]]
"""(created before this timestamp, at most so many) → how many were removed."""


class Reaper:
    """Sweeps now and then every hour. ``clock`` gives the present as an aware datetime."""

    def __init__(self, sweeps: dict[str, Sweep], days: float, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._sweeps = sweeps
        self._keep = timedelta(days=days)
        self._clock = clock
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
        before = to_iso(self._clock() - self._keep)
        counts: dict[str, int] = {}
        for name, remove in self._sweeps.items():
            removed = BATCH
            while removed >= BATCH:
                removed = await remove(before, BATCH)
                counts[name] = counts.get(name, 0) + removed
                await asyncio.sleep(0)
        return counts

    async def _run(self) -> None:
        while True:
            try:
                counts = {name: count for name, count in (await self.sweep()).items() if count}
                if counts:
                    log.info("removed what is past retention", **counts)
            except Exception:
                log.exception("the retention sweep failed")
            await asyncio.sleep(EVERY_SECONDS)

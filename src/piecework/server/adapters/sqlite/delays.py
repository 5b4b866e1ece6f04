"""Times that have to go by, measured as they go by: whoever sets the clock back does not prolong them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from heapq import heappop, heappush
from time import monotonic, time

LIMIT = 10_000
"""Delays that are measured at once; what goes beyond, and what an earlier life began, goes by the clock alone."""

SLACK = 0.05
"""Seconds after the time is over in which the clock may come to the same opinion."""


class Delays:
    """Delays that began in this life. ``over`` is called with the jobs whose time is over although the clock says that it is not."""

    def __init__(self, over: Callable[[list[int]], None]) -> None:
        self._over = over
        self._heap: list[tuple[float, int, int]] = []  # end, due time by the clock, job
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, job_id: int, due_at: int, seconds: float) -> None:
        """Measure a delay of so many seconds, which ends at ``due_at`` by the clock, in milliseconds since 1970."""
        if len(self._heap) < LIMIT:
            heappush(self._heap, (monotonic() + seconds + SLACK, due_at, job_id))
            if self._heap[0][2] == job_id:
                self._arm()

    def close(self) -> None:
        """Measure no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _arm(self) -> None:
        self.close()
        if self._heap:
            self._timer = asyncio.get_running_loop().call_later(max(self._heap[0][0] - monotonic(), 0.001), self._look)

    def _look(self) -> None:
        now, clock = monotonic(), time() * 1000
        late: list[int] = []
        while self._heap and self._heap[0][0] <= now:
            _, due_at, job_id = heappop(self._heap)
            if due_at > clock:
                late.append(job_id)
        if late:
            self._over(late)
        self._arm()

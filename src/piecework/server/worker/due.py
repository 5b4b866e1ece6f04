"""When a schedule is due: plain arithmetic on milliseconds since 1970. A schedule is the wire's JSON (spec/model.md §4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

Schedule = Mapping[str, Any]

FIRST_PAUSE_MS = 60_000
LONGEST_PAUSE_MS = 3_600_000
"""A trigger that fails again and again is asked each hour, or at its next tick where that is later."""


def first_due(schedule: Schedule, now: int) -> int | None:
    """The first tick of a schedule that begins now; None if it never comes. Raises ValueError for one that is none."""
    if schedule["type"] == "INTERVAL":
        return now + _interval(schedule)
    return _cron_after(schedule, now)


def following_due(schedule: Schedule, due: int, now: int) -> int | None:
    """The first tick after now, for a schedule whose tick at ``due`` is done with.

    An interval keeps its grid, which hangs on the moment at which it began; ticks that were missed are missed.
    """
    if schedule["type"] == "INTERVAL":
        interval = _interval(schedule)
        return due + interval * (max(0, now - due) // interval + 1)
    return _cron_after(schedule, max(due, now))


def ticks_until(schedule: Schedule, due: int, now: int, limit: int) -> int:
    """How many ticks there were from the one at ``due`` on until now, counted up to ``limit``."""
    if schedule["type"] == "INTERVAL":
        return min(max(now - due, 0) // _interval(schedule) + 1, limit)
    count, tick = 0, due
    while count < limit and tick is not None and tick <= now:
        count += 1
        tick = _cron_after(schedule, tick)
    return count


def backed_off(schedule: Schedule, due: int, now: int, failures: int) -> int | None:
    """The tick after ``failures`` ticks in a row that failed: the first one that is not before a pause that doubles each time."""
    soon = now + pause(failures)
    after = following_due(schedule, due, now)
    return after if after is None or after >= soon else following_due(schedule, after, soon - 1)


def tried_again(schedule: Schedule, due: int, now: int, failures: int) -> int | None:
    """When a renewal that failed is tried again: soon, ever later, and at its next tick at the latest."""
    after = following_due(schedule, due, now)
    soon = now + pause(failures)
    return soon if after is None else min(after, soon)


def pause(failures: int) -> int:
    """How long to wait, in milliseconds, after so many failures in a row."""
    return min(FIRST_PAUSE_MS << min(failures - 1, 10), LONGEST_PAUSE_MS)


def _interval(schedule: Schedule) -> int:
    interval = schedule["intervalMs"]
    if not isinstance(interval, int) or interval <= 0:
        raise ValueError(f"intervalMs: expected a number of milliseconds, received: {interval!r}")
    return interval


def _cron_after(schedule: Schedule, moment: int) -> int | None:
    """cronsim counts in the zone's wall-clock time as Debian's cron does: what falls into the hour that a change to summer time leaves
    out comes right after it, and what names an hour does not come twice in the one that is repeated.
    """
    try:
        zone = ZoneInfo(schedule.get("timezone") or "UTC")
        ticks = CronSim(schedule["cronExpression"], datetime.fromtimestamp(moment / 1000, UTC).astimezone(zone))
    except (CronSimError, KeyError, ValueError, OSError) as error:
        raise ValueError(f"not a schedule: {error}") from error
    tick = next(ticks, None)
    return None if tick is None else round(tick.timestamp() * 1000)

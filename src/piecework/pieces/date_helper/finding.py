"""Dates counted from today: the next weekday or day of the year, the bounds of the previous month."""

import math
import re
from datetime import datetime, timedelta
from typing import Annotated

from piecework.pieces.date_helper.piece import CurrentTime, TimeOfDay, TimeZone, ToFormat, piece
from piecework.pieces.date_helper.tokens import MONTHS, write
from piecework.sdk import HIDDEN, ActionContext, Number, Option, PieceError, StaticDropdown, zone

WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
CLOCK = re.compile(r"(\d\d):(\d\d)\Z")


@piece.action(name="next_day_of_week", display_name="Next Day of Week", pure=True, error_handling=HIDDEN)
def next_day_of_week(
    ctx: ActionContext,
    *,
    weekday: Annotated[int, StaticDropdown("Weekday", options=tuple(Option(day, index) for index, day in enumerate(WEEKDAYS)))],
    time: TimeOfDay = "00:00",
    currentTime: CurrentTime = False,
    timeFormat: ToFormat,
    timeZone: TimeZone = "UTC",
) -> dict[str, str]:
    """Give the next date that falls on a weekday; today counts if the time is still to come."""
    now = clock(ctx, timeZone)
    wanted = whole_number(weekday, 0, 6, "weekday")
    candidate = at_time(now, time_of_day(time, now, currentTime))
    days = (wanted - candidate.isoweekday()) % 7
    if days == 0 and candidate < now:
        days = 7
    return {"result": write(candidate + timedelta(days=days), timeFormat)}


@piece.action(name="next_day_of_year", display_name="Next Day of Year", pure=True, error_handling=HIDDEN)
def next_day_of_year(
    ctx: ActionContext,
    *,
    month: Annotated[int, StaticDropdown("Month", options=tuple(Option(name, index) for index, name in enumerate(MONTHS, 1)))],
    day: Annotated[float, Number("Day of Month", "1 to 31.", required=True)] = 1,
    time: TimeOfDay = "00:00",
    currentTime: CurrentTime = False,
    timeFormat: ToFormat,
    timeZone: TimeZone = "UTC",
) -> dict[str, str]:
    """Give the next date that falls on a day of the year; today counts if the time is still to come."""
    now = clock(ctx, timeZone)
    days = whole_number(day, 1, 31, "day") - 1
    first = at_time(now, time_of_day(time, now, currentTime)).replace(month=whole_number(month, 1, 12, "month"), day=1)
    candidates = (first.replace(year=now.year + later) + timedelta(days=days) for later in range(2))
    return {"result": write(next(candidate for candidate in candidates if candidate >= now), timeFormat)}


@piece.action(name="first_day_of_previous_month", display_name="First Day of Previous Month", pure=True, error_handling=HIDDEN)
def first_day_of_previous_month(
    ctx: ActionContext, *, time: TimeOfDay = "00:00", currentTime: CurrentTime = False, timeFormat: ToFormat, timeZone: TimeZone = "UTC"
) -> dict[str, str]:
    """Give the first day of the month before this one."""
    now = clock(ctx, timeZone)
    last = _last_of_previous_month(now)
    return {"result": write(at_time(last.replace(day=1), time_of_day(time, now, currentTime)), timeFormat)}


@piece.action(name="last_day_of_previous_month", display_name="Last Day of Previous Month", pure=True, error_handling=HIDDEN)
def last_day_of_previous_month(
    ctx: ActionContext, *, time: TimeOfDay = "00:00", currentTime: CurrentTime = False, timeFormat: ToFormat, timeZone: TimeZone = "UTC"
) -> dict[str, str]:
    """Give the last day of the month before this one."""
    now = clock(ctx, timeZone)
    return {"result": write(at_time(_last_of_previous_month(now), time_of_day(time, now, currentTime)), timeFormat)}


def _last_of_previous_month(now: datetime) -> datetime:
    return now.replace(day=1) - timedelta(days=1)


def whole_number(value: float | str, low: int, high: int, name: str) -> int:
    """A whole number between two bounds, also written as text. Raises PieceError."""
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not number.is_integer() or not low <= number <= high:
        raise PieceError(f"{name}: expected a whole number from {low} to {high}, received: {value}")
    return int(number)


def clock(ctx: ActionContext, time_zone: str) -> datetime:
    """Now, in a time zone."""
    return ctx.now().astimezone(zone(time_zone))


def at_time(day: datetime, time: tuple[int, int]) -> datetime:
    return day.replace(hour=time[0], minute=time[1], second=0, microsecond=0)


def time_of_day(text: str, now: datetime, use_current: bool, name: str = "time") -> tuple[int, int]:
    """Hour and minute: the present ones, or those of ``HH:mm``. Raises PieceError for anything else."""
    if use_current:
        return now.hour, now.minute
    match = CLOCK.match(text.strip())
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise PieceError(f"{name}: expected a time of day such as 09:30, received: {text}")
    return int(match[1]), int(match[2])

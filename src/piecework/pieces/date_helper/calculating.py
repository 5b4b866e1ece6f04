"""Dates from dates: differences, and time added or taken away."""

import calendar
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from piecework.pieces.date_helper.finding import clock, time_of_day
from piecework.pieces.date_helper.piece import format_field, piece
from piecework.pieces.date_helper.tokens import read, write
from piecework.sdk import (
    HIDDEN,
    ActionContext,
    Checkbox,
    LongText,
    PieceError,
    ShortText,
    StaticDropdown,
    StaticMultiSelect,
    time_zone_options,
    zone,
)

YEAR = 365 * 86_400
SECONDS = {"year": YEAR, "month": YEAR // 12, "day": 86_400, "hour": 3600, "minute": 60, "second": 1}
"""Lengths of the units of a difference: a year has 365 days, a month is a twelfth of that, rounded down to 2,628,000 s."""

SHIFT = re.compile(r"(?P<sign>[+-])|(?P<number>\d+)(?P<unit>[a-z]+)|(?P<other>.)", re.IGNORECASE)


@piece.action(name="date_difference", display_name="Date Difference", pure=True, error_handling=HIDDEN)
def date_difference(
    startDate: Annotated[str, ShortText("Starting Date", "The earlier date.")],
    startDateFormat: Annotated[str, format_field("Starting date format")],
    endDate: Annotated[str, ShortText("Ending Date", "The later date.")],
    endDateFormat: Annotated[str, format_field("Ending date format")],
    unitDifference: Annotated[
        list[str],
        StaticMultiSelect(
            "Unit",
            "The units to give. Each is what remains after the larger ones, not the total.",
            options={unit.capitalize(): unit for unit in SECONDS},
            default=["year"],
        ),
    ],
) -> dict[str, int]:
    """Give the time between two dates; negative if the second is the earlier one."""
    seconds = (read(endDate, endDateFormat) - read(startDate, startDateFormat)).total_seconds()
    parts = decomposed(abs(int(seconds)))
    unknown = [unit for unit in unitDifference if unit not in parts]
    if unknown:
        raise PieceError(f"unitDifference: unknown unit {unknown[0]!r}")
    return {unit: -parts[unit] if seconds < 0 else parts[unit] for unit in unitDifference}


def decomposed(seconds: int) -> dict[str, int]:
    """A duration in years, months, days and so on, the largest first."""
    parts: dict[str, int] = {}
    for unit, length in SECONDS.items():
        parts[unit], seconds = divmod(seconds, length)
    return parts


@piece.action(name="add_subtract_date", display_name="Add/Subtract Time", pure=True, error_handling=HIDDEN)
def add_subtract_date(
    ctx: ActionContext,
    *,
    inputDate: Annotated[str, ShortText("Input Date", "The date to start from.")],
    inputDateFormat: Annotated[str, format_field("From Time Format", "ddd MMM DD YYYY HH:mm:ss")],
    outputFormat: Annotated[str, format_field("To Time Format", "ddd MMM DD YYYY HH:mm:ss")],
    expression: Annotated[
        str, LongText("Expression", "What to add or take away, such as `+ 2 days - 3 hours`: year, month, day, hour, minute, second.")
    ],
    timeZone: Annotated[
        str | None, StaticDropdown("Time Zone", "The time zone of the result; needed for the two fields below.", options=time_zone_options)
    ] = None,
    setTime: Annotated[str | None, ShortText("Set Time To (24h format)", "The time of day of the result, such as `09:30`.")] = None,
    useCurrentTime: Annotated[bool, Checkbox("Use Current Time", "Give the result the present time of day.")] = False,
) -> dict[str, str]:
    """Add time to a date, or take some away."""
    result = shifted(read(inputDate, inputDateFormat).astimezone(zone(timeZone) if timeZone else UTC), expression)
    if timeZone and (setTime or useCurrentTime):
        hour, minute = time_of_day(setTime or "", clock(ctx, timeZone), useCurrentTime, "setTime")
        result = result.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return {"result": write(result, outputFormat)}


def shifted(moment: datetime, expression: str) -> datetime:
    """A moment after an expression such as ``+ 1 month - 2 days``; a sign holds until the next one."""
    sign = 1
    for token in SHIFT.finditer("".join(expression.split())):
        if token["other"]:
            raise PieceError(f"expression: cannot read {token['other']!r} in {expression!r}")
        if token["sign"]:
            sign = 1 if token["sign"] == "+" else -1
        else:
            moment = moved(moment, sign * int(token["number"]), token["unit"].lower().removesuffix("s"))
    return moment


def moved(moment: datetime, count: int, unit: str) -> datetime:
    """Days and longer keep the wall clock; hours and shorter are exact. Raises PieceError."""
    try:
        match unit:
            case "year" | "month":
                return _months_later(moment, count * (12 if unit == "year" else 1))
            case "day":
                return moment + timedelta(days=count)
            case "hour" | "minute" | "second":
                return (moment.astimezone(UTC) + timedelta(seconds=count * SECONDS[unit])).astimezone(moment.tzinfo)
            case _:
                raise PieceError(f"expression: unknown unit {unit!r}")
    except (OverflowError, ValueError):
        raise PieceError("expression: the result is not in the years 1 to 9999") from None


def _months_later(moment: datetime, months: int) -> datetime:
    years, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    last = calendar.monthrange(years, month + 1)[1]
    return moment.replace(year=years, month=month + 1, day=min(moment.day, last))

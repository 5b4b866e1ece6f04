"""Reading a date as the wire does: dayjs's own pattern first, then V8's ``Date.parse``; local time is UTC.

V8 reads ISO 8601 strictly, and whatever does not begin so by rules of its own: words are months, zones, AM/PM or noise, numbers with
colons are a time, other numbers a day in American order (RFC 2822 and ``toString`` texts come out right). The rules are kept here as V8
has them, oddities included, and the tests compare with V8.
"""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Any, Final

from .javascript import WHITESPACE
from .legacy_dates import parse_legacy_date

MAX_TIME: Final = 8.64e15
"""Milliseconds from the epoch that a JavaScript Date reaches in either direction."""

_DAY_MS: Final = 86_400_000
_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
_CYCLE_YEARS: Final = 400
_CYCLE_DAYS: Final = 146_097

# Each part after the year may be missing; the month may be 13 and the day 45: they carry over.
_DAYJS = re.compile(
    rf"(\d{{4}})[-/]?(\d{{1,2}})?[-/]?(\d{{0,2}})[Tt{WHITESPACE}]*(\d{{1,2}})?:?(\d{{1,2}})?:?(\d{{1,2}})?[.:]?(\d+)?", re.ASCII
)


def parse_date(value: Any) -> float | None:
    """Milliseconds since the epoch of a text or of a number of milliseconds; None for what is no date, which any other type is."""
    if type(value) is int or type(value) is float:
        return _clipped(float(value)) if abs(value) <= MAX_TIME else None
    if type(value) is not str:
        return None
    match = None if value[-1:] in ("Z", "z") else _DAYJS.fullmatch(value)
    return _clipped(_dayjs_time(match)) if match else _date_of_fields(value)


def _clipped(time: float) -> float | None:
    return math.trunc(time) if abs(time) <= MAX_TIME else None  # NaN compares false


def _dayjs_time(match: re.Match[str]) -> float:
    year, month, day, hour, minute, second, fraction = match.groups()
    years = int(year) + (1900 if int(year) <= 99 else 0)
    return time_of(years, int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0), int((fraction or "0")[:3]))


def _date_of_fields(text: str) -> float | None:
    fields = parse_legacy_date(text)
    return None if fields is None else _clipped(time_of(*fields.day, *fields.time) - fields.offset_minutes * 60_000)


def time_of(year: int, month: int, day: int, hour: int, minute: int, second: int, millisecond: int) -> float:
    """Milliseconds since the epoch; months and days out of range carry over, and years reach beyond Python's."""
    year += (month - 1) // 12
    month = (month - 1) % 12 + 1
    cycles, year_in_cycle = divmod(year - 1, _CYCLE_YEARS)
    days = date(year_in_cycle + 1, month, 1).toordinal() - _EPOCH_ORDINAL + cycles * _CYCLE_DAYS + day - 1
    return days * _DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1000 + millisecond

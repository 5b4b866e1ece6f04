from datetime import UTC, datetime
from typing import Any

import pytest

from piecework.pieces.date_helper import piece
from piecework.pieces.date_helper.tokens import FORMATS, read, write
from piecework.sdk import PieceError
from piecework.sdk.testing import FakeContext, run_action

MOMENT = datetime(2023, 9, 17, 11, 23, 58, tzinfo=UTC)
DAY = "YYYY-MM-DD"
MINUTE = "YYYY-MM-DD HH:mm:ss"


@pytest.mark.parametrize(("form", "example"), FORMATS.items())
def test_offered_formats(form: str, example: str) -> None:
    assert write(MOMENT, form) == example
    assert write(read(example, form), form) == example


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("dddd Do MMMM YYYY", "Sunday 17th September 2023"),
        ("D/M/YY h:mm A [at] Z", "17/9/23 11:23 AM at +00:00"),
        ("DDDD, x, Q, kk, SSS, ZZ, d", "Sunday, 1694949838000, 3, 11, 000, +0000, 0"),
    ],
)
def test_further_tokens(form: str, text: str) -> None:
    assert write(MOMENT, form) == text


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2023-09-17T11:23:58Z", DAY),
        ("2023-09-17T13:23:58+02:00", "MM/DD/YYYY"),
        ("Sun, 17 Sep 2023 11:23:58 GMT", DAY),
        ("sun sep 17 2023 11:23:58", "DDD MMM DD YYYY HH:mm:ss"),
        ("17 9 2023 11:23:58 pm", "DD M YYYY hh:mm:ss a"),
    ],
)
def test_reading(text: str, form: str) -> None:
    assert read(text, form).replace(hour=11) == MOMENT


async def run(name: str, given: dict[str, Any], now: datetime | None = None) -> Any:
    return await run_action(piece, name, given, FakeContext(now=now) if now else FakeContext())


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("get_current_date", {"timeFormat": MINUTE, "timeZone": "Europe/Vienna"}, {"result": "2026-01-15 13:00:00"}),
        (
            "format_date",
            {
                "inputDate": "2023-09-17 11:23:58", "inputFormat": MINUTE, "inputTimeZone": "America/New_York",
                "outputFormat": "DD/MM/YYYY", "outputTimeZone": "Asia/Tokyo",
            },
            {"result": "18/09/2023"},
        ),
        (
            "extract_date_parts",
            {"inputDate": "2023-09-17", "inputFormat": DAY, "unitExtract": ["year", "month", "dayOfWeek", "monthName", "hour"]},
            {"year": 2023, "month": 9, "dayOfWeek": "Sunday", "monthName": "September", "hour": 0},
        ),
        (
            "date_difference",
            {
                "startDate": "2022-03-15", "startDateFormat": DAY, "endDate": "2024-06-15", "endDateFormat": DAY,
                "unitDifference": ["year", "month"],
            },
            {"year": 2, "month": 3},
        ),
        (
            "date_difference",
            {
                "startDate": "2024-01-01 02:30:45", "startDateFormat": MINUTE, "endDate": "2024-01-01 00:00:00", "endDateFormat": MINUTE,
                "unitDifference": ["hour", "minute", "second", "day"],
            },
            {"hour": -2, "minute": -30, "second": -45, "day": 0},
        ),
        ("next_day_of_week", {"weekday": 4, "time": "13:00", "timeFormat": MINUTE}, {"result": "2026-01-15 13:00:00"}),
        ("next_day_of_week", {"weekday": 4, "time": "11:00", "timeFormat": MINUTE}, {"result": "2026-01-22 11:00:00"}),
        ("next_day_of_week", {"weekday": "0", "timeFormat": DAY}, {"result": "2026-01-18"}),
        ("next_day_of_year", {"month": 1, "day": 15, "timeFormat": DAY}, {"result": "2027-01-15"}),
        ("next_day_of_year", {"month": 12, "day": "24", "currentTime": True, "timeFormat": MINUTE}, {"result": "2026-12-24 12:00:00"}),
        ("first_day_of_previous_month", {"timeFormat": MINUTE, "time": "09:30"}, {"result": "2025-12-01 09:30:00"}),
        ("last_day_of_previous_month", {"timeFormat": MINUTE}, {"result": "2025-12-31 00:00:00"}),
    ],
)  # fmt: skip
async def test_results(name: str, given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert await run(name, given) == expected


@pytest.mark.parametrize(
    ("expression", "more", "result"),
    [
        ("+ 1 day", {}, "2024-02-01 10:00:00"),
        ("+1 month", {}, "2024-02-29 10:00:00"),
        ("- 1 year + 2 hours 30 minutes", {}, "2023-01-31 12:30:00"),
        ("90 seconds", {}, "2024-01-31 10:01:30"),
        ("- 3 months", {"timeZone": "Europe/Vienna"}, "2023-10-31 11:00:00"),
        ("+ 1 day", {"timeZone": "UTC", "setTime": "08:15"}, "2024-02-01 08:15:00"),
        ("+ 1 day", {"timeZone": "UTC", "useCurrentTime": True}, "2024-02-01 12:00:00"),
        ("+ 1 day", {"setTime": "08:15"}, "2024-02-01 10:00:00"),
    ],
)
async def test_adding(expression: str, more: dict[str, Any], result: str) -> None:
    given = {"inputDate": "2024-01-31 10:00:00", "inputDateFormat": MINUTE, "outputFormat": MINUTE, "expression": expression, **more}
    assert await run("add_subtract_date", given) == {"result": result}


async def test_a_day_is_not_always_24_hours() -> None:
    given = {"inputDate": "2024-03-30 09:00:00", "inputDateFormat": MINUTE, "outputFormat": MINUTE, "timeZone": "Europe/Vienna"}
    assert await run("add_subtract_date", {**given, "expression": "+ 1 day"}) == {"result": "2024-03-31 10:00:00"}
    assert await run("add_subtract_date", {**given, "expression": "+ 24 hours"}) == {"result": "2024-03-31 11:00:00"}


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("format_date", {"inputDate": "soon", "inputFormat": DAY, "outputFormat": DAY}),
        ("format_date", {"inputDate": "2024-02-31", "inputFormat": DAY, "outputFormat": DAY}),
        ("get_current_date", {"timeFormat": DAY, "timeZone": "Mars"}),
        ("next_day_of_week", {"weekday": 7, "timeFormat": DAY}),
        ("next_day_of_week", {"weekday": "Monday", "timeFormat": DAY}),
        ("next_day_of_week", {"weekday": 1, "time": "9:30", "timeFormat": DAY}),
        ("next_day_of_year", {"month": 13, "timeFormat": DAY}),
        ("add_subtract_date", {"inputDate": "2024-01-31", "inputDateFormat": DAY, "outputFormat": DAY, "expression": "+ 1 fortnight"}),
        ("add_subtract_date", {"inputDate": "2024-01-31", "inputDateFormat": DAY, "outputFormat": DAY, "expression": "+ one day"}),
        ("add_subtract_date", {"inputDate": "2024-01-31", "inputDateFormat": DAY, "outputFormat": DAY, "expression": "+ 99999 years"}),
        ("extract_date_parts", {"inputDate": "2024-01-31", "inputFormat": DAY, "unitExtract": ["era"]}),
    ],
)
async def test_refusals(name: str, given: dict[str, Any]) -> None:
    with pytest.raises(PieceError):
        await run(name, given)

from typing import Any

import pytest

from piecework.pieces.schedule import piece
from piecework.sdk import CronSchedule, IntervalSchedule, InvalidInput, PieceError, Schedule
from piecework.sdk.testing import run_trigger


@pytest.mark.parametrize(
    ("name", "given", "schedule"),
    [
        ("every_x_minutes", {"minutes": "7"}, IntervalSchedule(420)),
        ("every_hour", {}, CronSchedule("0 * * * 1-5")),
        ("every_hour", {"run_on_weekends": True}, CronSchedule("0 * * * *")),
        ("every_day", {"hour_of_the_day": 9, "timezone": "Europe/Vienna"}, CronSchedule("0 9 * * 1-5", "Europe/Vienna")),
        ("every_week", {"hour_of_the_day": 9, "day_of_the_week": 0}, CronSchedule("0 9 * * 0")),
        ("every_month", {"hour_of_the_day": 0, "day_of_the_month": 31}, CronSchedule("0 0 31 * *")),
        ("cron_expression", {"cronExpression": "0/5 * * * *"}, CronSchedule("0/5 * * * *")),
    ],
)
async def test_schedules(name: str, given: dict[str, Any], schedule: Schedule) -> None:
    trigger = piece.triggers[name]
    assert trigger.schedule(trigger.process(given, {})) == schedule


async def test_outputs() -> None:
    assert await run_trigger(piece, "every_x_minutes", {"minutes": 5}) == [{"cron_expression": "*/5 * * * *", "timezone": "UTC"}]
    assert await run_trigger(piece, "every_day", {"hour_of_the_day": 3}) == [
        {"hour_of_the_day": 3, "cron_expression": "0 3 * * 1-5", "timezone": "UTC"}
    ]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("every_x_minutes", {"minutes": 0}),
        ("every_day", {"hour_of_the_day": 24}),
        ("every_day", {"timezone": "Mars/Olympus"}),
        ("every_month", {"hour_of_the_day": 1, "day_of_the_month": "x"}),
        ("cron_expression", {"cronExpression": "often"}),
        ("cron_expression", {"cronExpression": "0 0 31 2 *"}),
    ],
)
def test_refusals(name: str, given: dict[str, Any]) -> None:
    trigger = piece.triggers[name]
    with pytest.raises((InvalidInput, PieceError)):
        trigger.schedule(trigger.process(given, {}))

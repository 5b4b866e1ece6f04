"""When schedules are due."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from piecework.server.worker.due import backed_off, first_due, following_due, ticks_until


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def iso(moment: int | None) -> str:
    assert moment is not None
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat()


def cron(expression: str, timezone: str = "UTC") -> dict[str, str]:
    return {"type": "CRON_EXPRESSION", "cronExpression": expression, "timezone": timezone}


def ticks(schedule: dict[str, str], start: str, count: int) -> list[str]:
    due = first_due(schedule, ms(start))
    found: list[str] = []
    for _ in range(count):
        assert due is not None
        found.append(iso(due))
        due = following_due(schedule, due, due)
    return found


def test_an_interval_hangs_on_the_moment_at_which_it_began() -> None:
    seven = {"type": "INTERVAL", "intervalMs": 7 * 60_000}
    start = ms("2026-03-01T10:03:21+00:00")
    first = first_due(seven, start)
    assert iso(first) == "2026-03-01T10:10:21+00:00"
    assert iso(following_due(seven, start, start + 250)) == "2026-03-01T10:10:21+00:00"
    late = ms("2026-03-01T11:00:00+00:00")
    assert iso(following_due(seven, start, late)) == "2026-03-01T11:06:21+00:00"
    exactly = start + 14 * 60_000
    assert following_due(seven, start, exactly) == exactly + 7 * 60_000


def test_cron_in_a_zone_and_on_working_days() -> None:
    weekdays = cron("0 9 * * 1-5", "Europe/Prague")
    assert ticks(weekdays, "2026-01-15T12:00:00+00:00", 3) == [
        "2026-01-16T08:00:00+00:00",  # Friday
        "2026-01-19T08:00:00+00:00",  # Monday
        "2026-01-20T08:00:00+00:00",
    ]


def test_nine_o_clock_stays_nine_o_clock_when_the_clocks_change() -> None:
    daily = cron("0 9 * * *", "Europe/Prague")
    assert ticks(daily, "2026-03-27T12:00:00+00:00", 3) == [
        "2026-03-28T08:00:00+00:00",
        "2026-03-29T07:00:00+00:00",
        "2026-03-30T07:00:00+00:00",
    ]


def test_the_hour_that_is_left_out_and_the_one_that_comes_twice() -> None:
    half_past_two = cron("30 2 * * *", "Europe/Prague")
    assert ticks(half_past_two, "2026-03-28T12:00:00+00:00", 2) == ["2026-03-29T01:00:00+00:00", "2026-03-30T00:30:00+00:00"]
    assert ticks(half_past_two, "2026-10-24T12:00:00+00:00", 2) == ["2026-10-25T00:30:00+00:00", "2026-10-26T01:30:00+00:00"]
    every_hour = cron("0 * * * *", "Europe/Prague")
    hours = ticks(every_hour, "2026-10-24T23:30:00+00:00", 4)
    assert hours == [f"2026-10-25T0{hour}:00:00+00:00" for hour in range(4)]


def test_missed_ticks_are_missed() -> None:
    due = ms("2026-05-01T00:00:00+00:00")
    now = ms("2026-05-04T10:30:00+00:00")
    assert iso(following_due(cron("0 * * * *"), due, now)) == "2026-05-04T11:00:00+00:00"


def test_a_clock_that_was_set_back_repeats_no_tick() -> None:
    due = ms("2026-05-01T12:00:00+00:00")
    assert iso(following_due(cron("0 * * * *"), due, due - 7_200_000)) == "2026-05-01T13:00:00+00:00"
    hourly = {"type": "INTERVAL", "intervalMs": 3_600_000}
    assert iso(following_due(hourly, due, due - 7_200_000)) == "2026-05-01T13:00:00+00:00"


@pytest.mark.parametrize(
    "schedule", [cron("nonsense"), cron("0 0 * * *", "Mars/Olympus"), {"type": "INTERVAL", "intervalMs": 0}, {"type": "CRON_EXPRESSION"}]
)
def test_what_is_no_schedule_is_refused(schedule: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"schedule|intervalMs"):
        first_due(schedule, 0)


def test_a_day_that_never_comes() -> None:
    with pytest.raises(ValueError, match="schedule"):
        first_due(cron("0 0 31 2 *"), ms("2026-01-01T00:00:00+00:00"))


ZONES = ("Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Tehran", "Africa/Casablanca", "UTC")


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(ZONES), st.integers(0, 23), st.integers(0, 59), st.dates(date(2024, 1, 1), date(2030, 1, 1)))
def test_a_daily_tick_comes_once_on_each_day_whatever_the_clocks_do(zone: str, hour: int, minute: int, day: date) -> None:
    schedule = cron(f"{minute} {hour} * * *", zone)
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    due = first_due(schedule, round(midnight.timestamp() * 1000) - 1)
    days: list[date] = []
    for _ in range(200):
        assert due is not None
        days.append(datetime.fromtimestamp(due / 1000, ZoneInfo(zone)).date())
        due = following_due(schedule, due, due)
    assert days == [day + timedelta(days=number) for number in range(200)]


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(ZONES), st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.sampled_from([15, 20, 30]))
def test_every_so_many_minutes_is_never_farther_apart_in_any_zone(zone: str, day: date, minutes: int) -> None:
    assume((zone, minutes) != ("Australia/Lord_Howe", 20))  # its clocks move by half an hour, which 20 minutes do not divide
    schedule = cron(f"*/{minutes} * * * *", zone)
    due = first_due(schedule, round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000))
    for _ in range(300):
        assert due is not None
        following = following_due(schedule, due, due)
        assert following is not None
        assert 0 < following - due <= minutes * 60_000
        due = following


@given(st.integers(1, 100_000), st.integers(0, 10**9), st.integers(1, 50))
def test_ticks_that_went_by_are_counted(interval: int, late: int, limit: int) -> None:
    schedule = {"type": "INTERVAL", "intervalMs": interval}
    assert ticks_until(schedule, 1000, 1000 + late, limit) == min(late // interval + 1, limit)


def test_cron_ticks_that_went_by_are_counted() -> None:
    hourly = cron("0 * * * *")
    start = ms("2026-05-01T12:00:00+00:00")
    assert ticks_until(hourly, start, start + 3 * 3_600_000 + 5, 100) == 4
    assert ticks_until(hourly, start, start + 3 * 3_600_000 + 5, 2) == 2


@given(st.integers(1, 40), st.integers(1, 200))
def test_a_trigger_that_fails_is_asked_ever_later_and_never_given_up(failures: int, minutes: int) -> None:
    schedule = {"type": "INTERVAL", "intervalMs": minutes * 60_000}
    due = backed_off(schedule, 0, 1000, failures)
    assert due is not None
    assert due % (minutes * 60_000) == 0, "on its grid"
    assert 1000 < due <= 1000 + 3_600_000 + minutes * 60_000
    more = backed_off(schedule, 0, 1000, failures + 1)
    assert more is not None
    assert more >= due

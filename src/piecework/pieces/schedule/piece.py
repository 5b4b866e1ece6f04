"""Schedule: start a flow by the clock."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from piecework.sdk import (
    Checkbox,
    CronSchedule,
    IntervalSchedule,
    InvalidInput,
    Option,
    Piece,
    PieceCategory,
    PropertyProblem,
    Schedule,
    ShortText,
    StaticDropdown,
    time_zone_options,
    zone,
)

piece = Piece(
    "schedule",
    display_name="Schedule",
    version="0.1.17",
    description="Start a flow at fixed times.",
    categories=[PieceCategory.CORE],
)

DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
HOURS = ("Midnight", *(f"{hour} am" for hour in range(1, 12)), "Noon", *(f"{hour} pm" for hour in range(1, 12)))


def numbered(labels: tuple[str, ...]) -> tuple[Option, ...]:
    return tuple(Option(label, value) for value, label in enumerate(labels))


MINUTES = tuple(Option(f"{minutes} minute{'' if minutes == 1 else 's'}", minutes) for minutes in range(1, 60))
MONTH_DAYS = tuple(Option(str(day), day) for day in range(1, 32))

Hour = Annotated[int, StaticDropdown("Hour of the day", options=numbered(HOURS))]
TimeZone = Annotated[str, StaticDropdown("Timezone", options=time_zone_options, required=True)]
Weekends = Annotated[bool, Checkbox("Run on weekends (Sat,Sun)", required=True)]


def output(schedule: Schedule, props: Mapping[str, Any]) -> dict[str, Any]:
    """What the first step of a scheduled run sees: the chosen hour and day, the cron expression and its time zone."""
    chosen = {name: props[name] for name in ("hour_of_the_day", "day_of_the_week", "day_of_the_month") if name in props}
    if isinstance(schedule, IntervalSchedule):
        return {"cron_expression": f"*/{schedule.seconds // 60} * * * *", "timezone": "UTC"}
    return {**chosen, "cron_expression": schedule.cronExpression, "timezone": schedule.timezone}


def cron(expression: str, time_zone: str) -> CronSchedule:
    """A checked schedule. Raises InvalidInput for an expression or time zone that there is not."""
    from cronsim import CronSim, CronSimError

    try:
        next(CronSim(expression, datetime(2024, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration):
        raise InvalidInput([PropertyProblem("cronExpression", f"Not a cron expression that ever fires: {expression}")]) from None
    zone(time_zone)
    return CronSchedule(expression, time_zone)


def within(name: str, value: Any, low: int, high: int) -> int:
    """A whole number between two bounds. Raises InvalidInput."""
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = low - 1
    if not low <= number <= high:
        raise InvalidInput([PropertyProblem(name, f"Expected a number from {low} to {high}, received: {value}")])
    return number


@piece.schedule_trigger(name="every_x_minutes", display_name="Every X Minutes", payload=output)
def every_x_minutes(
    minutes: Annotated[
        int, StaticDropdown("Minutes", "The time between two runs, 1 to 59.", options=MINUTES, disabled=False, required=True)
    ] = 1,
) -> Schedule:
    """Start the flow again and again after the same number of minutes, counted from when the flow is enabled."""
    return IntervalSchedule(within("minutes", minutes, 1, 59) * 60)


@piece.schedule_trigger(name="every_hour", display_name="Every Hour", payload=output)
def every_hour(run_on_weekends: Weekends = False) -> Schedule:
    """Start the flow at every full hour (UTC)."""
    return cron("0 * * * *" if run_on_weekends else "0 * * * 1-5", "UTC")


@piece.schedule_trigger(name="every_day", display_name="Every Day", payload=output)
def every_day(
    hour_of_the_day: Annotated[int, StaticDropdown("Hour of the day", options=numbered(HOURS), required=True)] = 0,
    timezone: TimeZone = "UTC",
    run_on_weekends: Weekends = False,
) -> Schedule:
    """Start the flow once a day."""
    hour = within("hour_of_the_day", hour_of_the_day, 0, 23)
    return cron(f"0 {hour} * * *" if run_on_weekends else f"0 {hour} * * 1-5", timezone)


@piece.schedule_trigger(name="every_week", display_name="Every Week", payload=output)
def every_week(
    day_of_the_week: Annotated[int, StaticDropdown("Day of the week", options=numbered(DAYS))],
    hour_of_the_day: Hour,
    timezone: TimeZone = "UTC",
) -> Schedule:
    """Start the flow once a week."""
    day, hour = within("day_of_the_week", day_of_the_week, 0, 6), within("hour_of_the_day", hour_of_the_day, 0, 23)
    return cron(f"0 {hour} * * {day}", timezone)


@piece.schedule_trigger(name="every_month", display_name="Every Month", payload=output)
def every_month(
    day_of_the_month: Annotated[int, StaticDropdown("Day of the month", options=MONTH_DAYS)],
    hour_of_the_day: Hour,
    timezone: TimeZone = "UTC",
) -> Schedule:
    """Start the flow once a month; a month without that day is left out."""
    day, hour = within("day_of_the_month", day_of_the_month, 1, 31), within("hour_of_the_day", hour_of_the_day, 0, 23)
    return cron(f"0 {hour} {day} * *", timezone)


@piece.schedule_trigger(name="cron_expression", display_name="Cron Expression", payload=output)
def cron_expression(
    cronExpression: Annotated[
        str, ShortText("Cron Expression", "Minute, hour, day of the month, month and day of the week.", default="0/5 * * * *")
    ],
    timezone: TimeZone = "UTC",
) -> Schedule:
    """Start the flow whenever a cron expression says so."""
    return cron(cronExpression.strip(), timezone)

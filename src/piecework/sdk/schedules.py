"""When a trigger is asked by the clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CronSchedule:
    """Five-field cron in an IANA time zone."""

    cronExpression: str  # noqa: N815 - the wire's name
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class IntervalSchedule:
    """Every ``seconds``, counted from when the flow was enabled, whatever the clock says."""

    seconds: int


Schedule = CronSchedule | IntervalSchedule


def always(schedule: Schedule) -> Callable[[Mapping[str, Any]], Schedule]:
    """The schedule of a trigger whose properties do not change it."""
    return lambda _: schedule

"""When a trigger is asked by the clock."""

from dataclasses import dataclass


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

"""How a flow's trigger is switched on and off: the port between flows and whatever schedules, polls and registers."""

from collections.abc import Mapping
from typing import Any, Protocol

from piecework.sdk import CronSchedule, Schedule, Trigger
from piecework.server.modules.flows.schemas import FlowFacts, StoredVersion


class ActivationFailed(Exception):
    """The trigger could not be switched; the message says why."""


class TriggerActivation(Protocol):
    """Called once for every change, never for two changes of one flow at the same time."""

    async def activate(
        self, flow: FlowFacts, version: StoredVersion, trigger: Trigger, properties: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """Switches the trigger of `version` on, in the place of the flow's trigger that listens already, if one does: runs their `on_disable`
        and `on_enable`, registers the schedule. What listened before still does when this fails.

        `properties` is the trigger's input as it stands in the flow, expressions unresolved. Returns the schedule as it travels
        (`{"type": "CRON_EXPRESSION", "cronExpression", "timezone"}`), None for a trigger without one. Raises ActivationFailed.
        """
        ...

    async def deactivate(self, flow: FlowFacts) -> None:
        """Switches the flow's trigger off: runs its `on_disable`, drops its schedule. Raises ActivationFailed."""
        ...


def wire_schedule(schedule: Schedule | None) -> dict[str, Any] | None:
    """A schedule as it travels (spec/model.md §4)."""
    match schedule:
        case None:
            return None
        case CronSchedule(expression, timezone):
            return {"type": "CRON_EXPRESSION", "cronExpression": expression, "timezone": timezone}
        case _:
            return {"type": "INTERVAL", "intervalMs": schedule.seconds * 1000}

"""How a flow's trigger is switched on and off: the port between flows and whatever schedules, polls and registers."""

from collections.abc import Mapping
from typing import Any, Protocol

from piecework.sdk import CronSchedule, InvalidInput, Schedule, Trigger
from piecework.server.modules.flows.schemas import FlowFacts, StoredVersion


class ActivationFailed(Exception):
    """The trigger could not be switched; the message says why."""


class TriggerActivation(Protocol):
    """Called once for every change, never for two changes of one flow at the same time."""

    async def activate(
        self, flow: FlowFacts, version: StoredVersion, trigger: Trigger, properties: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """Switches the trigger of `version` on: runs its `on_enable`, registers its schedule.

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


class DeclaredSchedules:
    """The activation of an installation that has no scheduler: notes what triggers declare and calls no hooks."""

    async def activate(
        self, flow: FlowFacts, version: StoredVersion, trigger: Trigger, properties: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """Returns the schedule that the trigger declares for its input. Raises ActivationFailed."""
        if trigger.hooks.schedule is None:
            return None
        try:
            props = trigger.process(properties, version.trigger["settings"]["propertySettings"])
            return wire_schedule(trigger.schedule(props))
        except InvalidInput as error:
            raise ActivationFailed(str(error)) from error

    async def deactivate(self, flow: FlowFacts) -> None:
        """Nothing listens, so nothing has to end."""

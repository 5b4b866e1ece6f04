"""How a flow's trigger is switched on and off: the port between flows and whatever schedules, polls and registers."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from piecework.sdk import CronSchedule, Schedule, Trigger
from piecework.server.modules.flows.schemas import FlowFacts, StoredVersion
from piecework.server.ports.runs import Statement


class ActivationFailed(Exception):
    """The trigger could not be switched; the message says why."""


async def nothing_to_undo() -> None:
    """For a change that has called nobody."""


@dataclass(frozen=True, slots=True)
class Switched:
    """A trigger that was switched, and is not written down yet.

    ``schedule``: as it travels (``{"type": "CRON_EXPRESSION", "cronExpression", "timezone"}``), None for a trigger that is not asked by the clock.
    ``changes`` belong into the transaction that changes the flow: its cursor is another one when the flow is, not before. ``undo`` is for when
    that transaction fails: what listened before does so again.
    """

    schedule: Mapping[str, Any] | None = None
    changes: Sequence[Statement] = ()
    undo: Callable[[], Awaitable[None]] = field(default=nothing_to_undo)


class TriggerActivation(Protocol):
    """Called once for every change, never for two changes of one flow at the same time."""

    async def activate(self, flow: FlowFacts, version: StoredVersion, trigger: Trigger, properties: Mapping[str, Any]) -> Switched:
        """Switches the trigger of `version` on, in the place of the flow's trigger that listens already, if one does: runs their `on_disable`
        and `on_enable`. What listened before still does when this fails; if that could not be enabled again, the clock sees to it.

        `properties` is the trigger's input as it stands in the flow, expressions unresolved. Raises ActivationFailed.
        """
        ...

    async def deactivate(self, flow: FlowFacts) -> Switched:
        """Switches the flow's trigger off: runs its `on_disable`. Raises ActivationFailed."""
        ...

    def written(self) -> None:
        """The changes of a `Switched` are true now: the clock may have to be set anew."""
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

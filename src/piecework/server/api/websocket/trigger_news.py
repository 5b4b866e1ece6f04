"""Tells those who look at a project of the triggers of its flows: what they received while they were tried, and whether they fail.

The wire of 0.83 has no such messages: its builder asks every two seconds, and nothing tells of a poll that fails. The names are ours.

| Event | Payload |
|---|---|
| ``TRIGGER_EVENT_RECEIVED`` | ``id``, ``created``, ``flowId``, ``projectId``, ``sourceName`` of a sample |
| ``TRIGGER_HEALTH_CHANGED`` | ``TriggerFailures``: after each call or enabling of a trigger that failed, and the first that did not |

What ends failures without a call of the trigger, that its flow is published anew, switched or deleted, is told by the flow's own events.
"""

from __future__ import annotations

from piecework.server.api.websocket.broadcast import Broadcast
from piecework.server.modules.trigger_events.schemas import TriggerEvent
from piecework.server.modules.trigger_events.service import TriggerEventService
from piecework.server.modules.trigger_runs.schemas import TriggerFailures
from piecework.server.modules.trigger_runs.service import TriggerRunService

TRIGGER_EVENT_RECEIVED = "TRIGGER_EVENT_RECEIVED"
TRIGGER_HEALTH_CHANGED = "TRIGGER_HEALTH_CHANGED"


class TriggerNews:
    """Listens to ``TriggerEventService`` and ``TriggerRunService``. Who hears of a sample reads its payload over REST: it may be large."""

    def __init__(self, events: TriggerEventService, runs: TriggerRunService, broadcast: Broadcast) -> None:
        self._broadcast = broadcast
        events.on_saved.append(self._saved)
        runs.on_health.append(self._called)

    def _saved(self, event: TriggerEvent) -> None:
        names = ("id", "created", "flowId", "projectId", "sourceName")
        self._broadcast.publish(event["projectId"], TRIGGER_EVENT_RECEIVED, {name: event[name] for name in names})

    def _called(self, failures: TriggerFailures) -> None:
        self._broadcast.publish(failures["projectId"], TRIGGER_HEALTH_CHANGED, failures)

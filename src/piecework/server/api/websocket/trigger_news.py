"""Tells those who look at a project what the triggers of its flows received while they were tried.

The wire of 0.83 has no such message: its builder asks every two seconds. The name is ours.
"""

from __future__ import annotations

from piecework.server.api.websocket.broadcast import Broadcast
from piecework.server.modules.trigger_events.schemas import TriggerEvent
from piecework.server.modules.trigger_events.service import TriggerEventService

TRIGGER_EVENT_RECEIVED = "TRIGGER_EVENT_RECEIVED"


class TriggerNews:
    """Listens to ``TriggerEventService``. Who hears of an event reads its payload over REST: it may be large."""

    def __init__(self, events: TriggerEventService, broadcast: Broadcast) -> None:
        self._broadcast = broadcast
        events.on_saved.append(self._saved)

    def _saved(self, event: TriggerEvent) -> None:
        names = ("id", "created", "flowId", "projectId", "sourceName")
        self._broadcast.publish(event["projectId"], TRIGGER_EVENT_RECEIVED, {name: event[name] for name in names})

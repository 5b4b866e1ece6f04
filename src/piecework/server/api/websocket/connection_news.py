"""Tells those who look at a project that the status of a connection has changed: its service has refused it, or takes it again.

The wire of 0.83 has no such message. The name is ours.
"""

from __future__ import annotations

from piecework.server.api.websocket.broadcast import Broadcast
from piecework.server.kernel.db import Row
from piecework.server.modules.connections.service import Credentials

CONNECTION_STATUS_CHANGED = "CONNECTION_STATUS_CHANGED"


class ConnectionNews:
    """Listens to ``Credentials``."""

    def __init__(self, credentials: Credentials, broadcast: Broadcast) -> None:
        self._broadcast = broadcast
        credentials.on_status.append(self._changed)

    def _changed(self, row: Row) -> None:
        told = {name: row[name] for name in ("id", "externalId", "displayName", "pieceName", "status", "problem")}
        for project_id in row["projectIds"]:
            self._broadcast.publish(project_id, CONNECTION_STATUS_CHANGED, {**told, "projectId": project_id})

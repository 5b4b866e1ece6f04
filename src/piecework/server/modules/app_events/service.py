"""Which flows listen for which events of apps (spec/model.md §1, app_event_routing)."""

from collections.abc import Sequence
from typing import NamedTuple

from piecework.sdk.context import AppListener
from piecework.server.kernel.db import Database, execute_all
from piecework.server.modules.app_events import _repository
from piecework.server.ports.runs import Statement


class Listener(NamedTuple):
    """A flow that waits for an event. ``simulate``: its trigger is being tried."""

    flow_id: str
    simulate: bool


class AppEventService:
    """Listeners of all projects: an app's call does not say whose project it means, only whose account."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def routed(
        self, project_id: str, flow_id: str, app_name: str, listeners: Sequence[AppListener], *, simulate: bool = False
    ) -> list[Statement]:
        """What makes the flow listen for exactly these events; part of the transaction that makes its trigger listen."""
        wanted = {(event, listener.identifier) for listener in listeners for event in listener.events}
        return [
            _repository.remove(flow_id, simulate=simulate),
            *(
                _repository.add(
                    appName=app_name, event=event, identifierValue=identifier, flowId=flow_id, projectId=project_id, simulate=simulate
                )
                for event, identifier in sorted(wanted)
            ),
        ]

    def unrouted(self, flow_id: str, *, simulate: bool = False) -> list[Statement]:
        """What makes the flow listen for nothing any more."""
        return [_repository.remove(flow_id, simulate=simulate)]

    async def apply(self, statements: list[Statement]) -> None:
        """Make changes true that belong to no other transaction."""
        async with self._database.transaction() as connection:
            await execute_all(connection, statements)

    async def listeners(self, app_name: str, event: str, identifier: str) -> list[Listener]:
        """The flows that wait for an event, the oldest listener first, each once."""
        async with self._database.read() as connection:
            rows = await _repository.find(connection, app_name, event, identifier)
        return list(dict.fromkeys(Listener(row["flowId"], bool(row["simulate"])) for row in rows))

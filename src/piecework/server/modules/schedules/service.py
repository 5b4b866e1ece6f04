"""Keeps when each listening trigger is due next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from piecework.server.kernel.db import Database, Row
from piecework.server.modules.schedules import _repository


@dataclass(frozen=True, slots=True)
class Listening:
    """A trigger that listens. ``due_at`` is in milliseconds since 1970, None for one that the clock does not call."""

    flow_id: str
    project_id: str
    version_id: str
    source: str
    schedule: Mapping[str, Any] | None
    due_at: int | None


class ScheduleService:
    """One row a flow. ``on_changed`` is called after every change, so that a timer can be set anew."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.on_changed: list[Callable[[], None]] = []

    async def put(self, listening: Listening) -> None:
        """Note a trigger that listens from now on, in the place of the flow's earlier one."""
        async with self._database.transaction() as connection:
            await _repository.upsert(self._database, connection, _row(listening))
        self._changed()

    async def find(self, flow_id: str) -> Listening | None:
        """The flow's listening trigger, None if it has none."""
        async with self._database.read() as connection:
            row = await _repository.find(connection, flow_id)
        return None if row is None else _listening(row)

    async def all(self) -> list[Listening]:
        """Every listening trigger."""
        async with self._database.read() as connection:
            return [_listening(row) for row in await _repository.find_all(connection)]

    async def remove(self, *flow_ids: str) -> None:
        """Forget the triggers of these flows."""
        if flow_ids:
            async with self._database.transaction() as connection:
                await _repository.remove(connection, flow_ids)
            self._changed()

    async def due(self, now: int, but: Sequence[str], limit: int) -> list[Listening]:
        """Triggers that are due, the longest waiting first; those of the flows ``but`` are left out."""
        async with self._database.read() as connection:
            return [_listening(row) for row in await _repository.find_due(connection, now, but, limit)]

    async def next_due(self, after: int) -> int | None:
        """The first tick after a moment, None if there is none."""
        async with self._database.read() as connection:
            return await _repository.next_due(connection, after)

    async def advance(self, fired: Listening, next_at: int | None) -> None:
        """A tick is done with. Nothing happens when the trigger was changed meanwhile."""
        assert fired.due_at is not None
        async with self._database.transaction() as connection:
            await _repository.advance(connection, fired.flow_id, fired.version_id, fired.due_at, next_at)

    def _changed(self) -> None:
        for listener in self.on_changed:
            listener()


def _row(listening: Listening) -> Row:
    return {
        "flowId": listening.flow_id,
        "projectId": listening.project_id,
        "flowVersionId": listening.version_id,
        "source": listening.source,
        "schedule": None if listening.schedule is None else dict(listening.schedule),
        "dueAt": listening.due_at,
    }


def _listening(row: Row) -> Listening:
    return Listening(row["flowId"], row["projectId"], row["flowVersionId"], row["source"], row["schedule"], row["dueAt"])

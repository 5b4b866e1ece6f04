"""Keeps when each listening trigger is due next, and the items that it could not begin yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from piecework.server.kernel.db import Database, Row, execute_all
from piecework.server.modules.schedules import _repository
from piecework.server.ports.runs import Statement


@dataclass(frozen=True, slots=True)
class Listening:
    """A trigger that listens. ``due_at`` is in milliseconds since 1970, None for one that the clock does not call.

    ``activation`` is another one each time the trigger is enabled, and the same over publishing it again with the same input. ``failures``: how
    many ticks have failed since the last one that did not, ``failing_since`` when the first of them did.

    ``switching``: its hooks are being called, or were and failed or were interrupted, so that nobody knows whether it listens. Its ticks wait
    then, and the clock calls its hooks again at ``repair_at``.
    """

    flow_id: str
    project_id: str
    version_id: str
    source: str
    schedule: Mapping[str, Any] | None
    due_at: int | None
    activation: str = ""
    failures: int = 0
    failing_since: str | None = None
    switching: bool = False
    repair_at: int | None = None


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Items that earlier ticks have found, oldest first, as JSON. ``position`` is that of the last one."""

    payloads: list[bytes]
    position: int


class ScheduleService:
    """One row a flow. ``on_changed`` is called after every change, so that a timer can be set anew."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.on_changed: list[Callable[[], None]] = []

    def change(self, listening: Listening) -> list[Statement]:
        """What notes a trigger that listens from now on, in the place of the flow's earlier one; call ``written`` afterwards."""
        return _repository.put(_row(listening))

    def going_on(self, listening: Listening, version_id: str, schedule: Mapping[str, Any] | None, first_due: int | None) -> list[Statement]:
        """What has the trigger that listens go on in another version: with its state, and with its next tick unless the schedule is another one.

        ``first_due``: the first tick of a schedule that begins now. A trigger that has failed is asked then at the latest.
        """
        row = _row(listening)
        statements = [_repository.go_on(row, version_id)]
        if listening.schedule != schedule:
            statements.append(_repository.reschedule(row, None if schedule is None else dict(schedule), first_due))
        elif listening.failures and first_due is not None:
            statements.append(_repository.ask_soon(row, first_due))
        return statements

    def removal(self, flow_id: str) -> list[Statement]:
        """What forgets the flow's trigger."""
        return _repository.remove(flow_id)

    def written(self) -> None:
        """What ``change`` or ``removal`` gave is true now."""
        for listener in self.on_changed:
            listener()

    async def mark(self, listening: Listening, repair_at: int | None, beside: Sequence[Statement] = ()) -> None:
        """Note that the hooks of a trigger are being called; if nobody has noted by ``repair_at`` what became of it, the clock calls them again.

        ``repair_at`` None: it listens as it did. ``beside``: what becomes true with it.
        """
        async with self._database.transaction() as connection:
            await execute_all(connection, [_repository.mark(_row(listening), repair_at), *beside])
        self.written()

    def judged(self, listening: Listening, failures: int, failing_since: str | None, repair_at: int | None) -> Statement:
        """What notes how switching on a trigger ended that did not listen: it does (``repair_at`` None), or it is tried again then."""
        return _repository.judge(_row(listening), failures, failing_since, repair_at)

    async def repair_all(self, now: int) -> None:
        """Have the clock call the hooks of every trigger now of which nobody knows whether it listens."""
        async with self._database.transaction() as connection:
            await execute_all(connection, [_repository.repair_all(now)])
        self.written()

    async def put(self, listening: Listening, beside: Sequence[Statement] = ()) -> None:
        """Note a trigger that listens from now on. ``beside``: what becomes true with it."""
        async with self._database.transaction() as connection:
            await execute_all(connection, [*self.change(listening), *beside])
        self.written()

    async def remove(self, *flow_ids: str) -> None:
        """Forget the triggers of these flows."""
        if flow_ids:
            async with self._database.transaction() as connection:
                await execute_all(connection, [statement for flow_id in flow_ids for statement in self.removal(flow_id)])
            self.written()

    async def find(self, flow_id: str) -> Listening | None:
        """The flow's listening trigger, None if it has none."""
        async with self._database.read() as connection:
            row = await _repository.find(connection, flow_id)
        return None if row is None else _listening(row)

    async def all(self) -> list[Listening]:
        """Every listening trigger."""
        async with self._database.read() as connection:
            return [_listening(row) for row in await _repository.find_all(connection)]

    async def due(self, now: int, but: Sequence[str], limit: int) -> list[Listening]:
        """Triggers that are due, the longest waiting first; those of the flows ``but``, and those that do not listen, are left out."""
        async with self._database.read() as connection:
            return [_listening(row) for row in await _repository.find_due(connection, now, but, limit)]

    async def repairs(self, now: int, but: Sequence[str], limit: int) -> list[Listening]:
        """Triggers whose hooks are to be called again, as with ``due``."""
        async with self._database.read() as connection:
            return [_listening(row) for row in await _repository.find_repairs(connection, now, but, limit)]

    async def next_due(self, after: int) -> int | None:
        """The first tick or repair after a moment, None if there is none."""
        async with self._database.read() as connection:
            return await _repository.next_due(connection, after)

    # Parts of the transaction that ends a tick

    def taken(self, tick: Listening, next_at: int | None, failures: int, failing_since: str | None) -> Statement:
        """The tick is done with, the next one is at ``next_at``. Changes no row when the trigger was changed meanwhile, or is being changed."""
        return _repository.take(_row(tick), next_at, failures, failing_since)

    def keep_back(self, tick: Listening, payloads: Sequence[bytes]) -> list[Statement]:
        """These items begin at later ticks; there must be none that wait already."""
        return _repository.keep_back(tick.activation, tick.flow_id, payloads)

    def given(self, tick: Listening, held: HeldBack) -> Statement:
        """These items wait no longer."""
        return _repository.give(tick.activation, held.position)

    async def held_back(self, tick: Listening, limit: int) -> HeldBack:
        """The first items that wait for a tick."""
        async with self._database.read() as connection:
            rows = await _repository.find_backlog(connection, tick.activation, limit)
        return HeldBack([row["payload"] for row in rows], rows[-1]["position"] if rows else -1)

    async def count_held_back(self, listening: Listening) -> int:
        """How many items wait."""
        async with self._database.read() as connection:
            return await _repository.count_backlog(connection, listening.activation)


def _row(listening: Listening) -> Row:
    return {
        "flowId": listening.flow_id,
        "projectId": listening.project_id,
        "flowVersionId": listening.version_id,
        "source": listening.source,
        "schedule": None if listening.schedule is None else dict(listening.schedule),
        "dueAt": listening.due_at,
        "activation": listening.activation,
        "failures": listening.failures,
        "failingSince": listening.failing_since,
        "switching": listening.switching,
        "repairAt": listening.repair_at,
    }


def _listening(row: Row) -> Listening:
    return Listening(
        row["flowId"],
        row["projectId"],
        row["flowVersionId"],
        row["source"],
        row["schedule"],
        row["dueAt"],
        row["activation"],
        row["failures"],
        row["failingSince"],
        row["switching"],
        row["repairAt"],
    )

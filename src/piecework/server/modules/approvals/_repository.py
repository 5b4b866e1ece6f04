"""Reading waitpoints, for the page that asks a person."""

from __future__ import annotations

from typing import NamedTuple

from piecework.server.ports.runs import RunReader

_COLUMNS = 'SELECT id, "stepName", "type", "status", "created", "resumeAt" FROM waitpoint WHERE "flowRunId" = ?'  # camelCase: SQL folds it otherwise


class WaitpointRow(NamedTuple):
    """What a run waits for, or waited for. ``resume_at``: milliseconds since 1970, when the waiting ends; None for one that was answered before."""

    id: str
    step_path: str
    type: str
    status: str
    created: str
    resume_at: int | None


class WaitpointRepository:
    """Rows of waitpoints."""

    def __init__(self, reader: RunReader) -> None:
        self._reader = reader

    async def find(self, run_id: str, waitpoint_id: str) -> WaitpointRow | None:
        """The waitpoint of this id in this run, or None."""
        rows = await self._reader.fetch(f"{_COLUMNS} AND id = ?", (run_id, waitpoint_id))
        return WaitpointRow(*rows[0]) if rows else None

    async def find_meant(self, run_id: str, request_id: str, within: str) -> WaitpointRow | None:
        """The waitpoint that an older link means, as resuming by it does: the named one if it is pending, else the newest that is, else the
        newest, each of the latter among the steps whose path begins with ``within``. None if there is none.
        """
        named = await self.find(run_id, request_id)
        if named is not None and named.status == "PENDING":
            return named
        rows = await self._reader.fetch(
            f"{_COLUMNS} AND substr(\"stepName\", 1, ?) = ? ORDER BY status = 'PENDING' DESC, created DESC LIMIT 1",
            (run_id, len(within), within),
        )
        return WaitpointRow(*rows[0]) if rows else named

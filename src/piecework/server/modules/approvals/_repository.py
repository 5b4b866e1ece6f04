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

    async def find(self, run_id: str, waitpoint_id: str | None) -> WaitpointRow | None:
        """The waitpoint of this id in this run (None: the run's latest), or None."""
        if waitpoint_id is None:
            rows = await self._reader.fetch(f"{_COLUMNS} ORDER BY created DESC LIMIT 1", (run_id,))
        else:
            rows = await self._reader.fetch(f"{_COLUMNS} AND id = ?", (run_id, waitpoint_id))
        return WaitpointRow(*rows[0]) if rows else None

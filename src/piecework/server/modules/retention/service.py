"""Removes what is past retention, a little at a time: whoever calls again and again gets it all, and others write in between."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement

from piecework.server.kernel.db import Database
from piecework.server.modules.files.schemas import FileType
from piecework.server.modules.retention import _repository


class RetentionService:
    """Each method removes what was written before a timestamp, at most `limit` rows of it, and gives how many; 0 when there is no more."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remove_logs(self, before: str, limit: int) -> int:
        """Logs of runs that have ended, each with its slices; gives how many logs it were."""
        condition = _repository.not_needed()
        async with self._database.read() as connection:
            ids = await _repository.find_files(connection, [FileType.FLOW_RUN_LOG], before, limit, condition)
        if not ids:
            return 0
        async with self._database.transaction() as connection:
            return await _repository.remove_logs(connection, ids, condition)

    async def remove_run_files(self, before: str, limit: int) -> int:
        """Files of steps and payloads of webhooks. They do not know their run, so a project in which a run has been under way
        for longer keeps all of its own."""
        types = [FileType.FLOW_STEP_FILE, FileType.WEBHOOK_PAYLOAD]
        return await self._remove(types, before, limit, _repository.nothing_older_moves(before))

    async def remove_trigger_events(self, before: str, limit: int) -> int:
        """Events that triggers were tried with, and their payloads, also those whose flow is gone. Sample data stays."""
        async with self._database.read() as connection:
            ids = await _repository.find_files(connection, [FileType.TRIGGER_EVENT_FILE], before, limit)
        if not ids:
            return 0
        async with self._database.transaction() as connection:
            await _repository.remove_events(connection, ids)
            return await _repository.remove_files(connection, ids)

    async def remove_waitpoints(self, before: str, limit: int) -> int:
        """Waitpoints of runs that have ended."""
        async with self._database.read() as connection:
            ids = await _repository.find_waitpoints(connection, before, limit)
        if not ids:
            return 0
        async with self._database.transaction() as connection:
            return await _repository.remove_waitpoints(connection, ids)

    async def _remove(self, types: Sequence[FileType], before: str, limit: int, condition: ColumnElement[bool]) -> int:
        async with self._database.read() as connection:
            ids = await _repository.find_files(connection, types, before, limit, condition)
        if not ids:
            return 0
        async with self._database.transaction() as connection:
            return await _repository.remove_files(connection, ids, condition)

"""What can be done with folders."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.db import Database, Row
from piecework.server.kernel.errors import entity_not_found, invalid
from piecework.server.kernel.http import Page
from piecework.server.modules.folders import _repository
from piecework.server.modules.folders.schemas import Folder, FolderQuery

CountFlows = Callable[[Sequence[str]], Awaitable[dict[str, int]]]
"""Counts the flows in folders, by folder id; empty folders may be missing."""


class FolderService:
    """Reads and changes folders. Methods that take a connection are parts of a larger transaction."""

    def __init__(self, database: Database, count_flows: CountFlows) -> None:
        self._database = database
        self._count_flows = count_flows

    async def create(self, project_id: str, name: str) -> Folder:
        """Returns the project's folder of this name, which is made when there is none; names are compared without regard to case."""
        async with self._database.transaction() as connection:
            row = await self.ensure(connection, project_id, name)
        return await self._counted(row)

    async def ensure(self, connection: AsyncConnection, project_id: str, name: str) -> Row:
        """As `create`, within a transaction and without the count of flows."""
        return await _repository.upsert_folder(self._database, connection, project_id, name)

    async def get(self, folder_id: str) -> Folder:
        """Returns a folder."""
        async with self._database.read() as connection:
            row = await self._row(connection, folder_id)
        return await self._counted(row)

    async def page(self, query: FolderQuery) -> Page[Folder]:
        """Returns a page of a project's folders, oldest first."""
        async with self._database.read() as connection:
            page = await _repository.page_folders(connection, query)
        counts = await self._count_flows([row["id"] for row in page["data"]])
        return {**page, "data": [_with_count(row, counts) for row in page["data"]]}

    async def rename(self, folder_id: str, name: str) -> Folder:
        """Renames a folder and returns it. Raises VALIDATION when another one of the project has this name."""
        async with self._database.transaction() as connection:
            row = await self._row(connection, folder_id)
            if await _repository.find_by_name(connection, row["projectId"], name) not in (None, folder_id):
                raise invalid("Folder displayName is used")
            await _repository.rename_folder(connection, folder_id, name)
            row = await self._row(connection, folder_id)
        return await self._counted(row)

    async def delete(self, folder_id: str) -> None:
        """Deletes a folder; what was in it belongs to no folder then."""
        async with self._database.transaction() as connection:
            await self._row(connection, folder_id)
            await _repository.delete_folder(connection, folder_id)

    async def _row(self, connection: AsyncConnection, folder_id: str) -> Row:
        row = await _repository.find_folder(connection, folder_id)
        if row is None:
            raise entity_not_found("folder", folder_id)
        return row

    async def _counted(self, row: Row) -> Folder:
        return _with_count(row, await self._count_flows([row["id"]]))


def _with_count(row: Row, counts: dict[str, int]) -> Any:
    return {**row, "numberOfFlows": counts.get(row["id"], 0)}

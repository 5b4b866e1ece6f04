"""How many flows there are: asked by folders and projects, which know nothing of flows."""

from collections.abc import Sequence

from piecework.server.kernel.db import Database
from piecework.server.modules.flows import _repository
from piecework.server.modules.projects.service import FlowCount


class FlowCounts:
    """Counts flows; what has none is missing in the answers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def in_folders(self, folder_ids: Sequence[str]) -> dict[str, int]:
        """Returns the number of flows by folder id."""
        async with self._database.read() as connection:
            return await _repository.count_by_folder(connection, folder_ids)

    async def of_projects(self, project_ids: Sequence[str]) -> dict[str, FlowCount]:
        """Returns the numbers of flows by project id."""
        async with self._database.read() as connection:
            counts = await _repository.count_by_project(connection, project_ids)
        return {project_id: FlowCount(total, active) for project_id, (total, active) in counts.items()}

"""The SQLite databases of projects: a folder for each project, named by its id. They go with their project."""

import asyncio
import re
import shutil
from collections.abc import Awaitable, Callable, Collection
from functools import lru_cache
from pathlib import Path

import structlog

from piecework.runner.databases import SqliteDatabases
from piecework.server.kernel.ids import ID_PATTERN

REMEMBERED = 1000
"""Projects whose databases are at hand."""

log = structlog.get_logger(__name__)


class ProjectDatabases:
    """The databases in the folders below one, which may not be there yet."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.of_project = lru_cache(REMEMBERED)(self._of_project)  # asked for each run, and joining a path takes longer than all else there
        """(id of a project) → its databases."""

    def _of_project(self, project_id: str) -> SqliteDatabases:
        return SqliteDatabases(self._root / project_id)

    async def remove(self, project_id: str) -> bool:
        """Removes the databases of a project that is gone; whether there were any. A failure is logged, and `remove_orphans` tries again."""
        return await asyncio.to_thread(_remove, self._root / project_id)

    async def remove_orphans(self, find_projects: Callable[[], Awaitable[Collection[str]]]) -> int:
        """Removes the databases of projects that are gone, and gives of how many: a crash came between, or a step made them anew meanwhile.

        `find_projects` gives the ids of all projects. Where there is none, nothing is removed: the database may still have to be restored.
        """
        folders = await asyncio.to_thread(self._folders)
        projects = await find_projects() if folders else ()  # after the folders: a folder is never older than its project
        gone = [folder.name for folder in folders if folder.name not in projects] if projects else []
        return sum([await self.remove(project_id) for project_id in gone])

    def _folders(self) -> list[Path]:
        return [path for path in self._root.iterdir() if re.fullmatch(ID_PATTERN, path.name)] if self._root.is_dir() else []


def _remove(folder: Path) -> bool:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return False
    except OSError as error:
        log.warning("the databases of a deleted project could not be removed", project_id=folder.name, error=str(error))
        return False
    return True

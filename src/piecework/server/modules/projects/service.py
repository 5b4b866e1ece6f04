"""What can be done with projects. `changed` tells that somebody may see fewer projects than before."""

import random
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.db import Database, Row
from piecework.server.kernel.errors import ApError, ErrorCode, entity_not_found, invalid
from piecework.server.kernel.http import Page, Principal
from piecework.server.kernel.signal import Signal
from piecework.server.modules.projects import _repository
from piecework.server.modules.projects.schemas import Colour, CreateProject, Project, ProjectQuery, ProjectType, RoleName, UpdateProject


@dataclass(frozen=True, slots=True)
class FlowCount:
    """How many flows a project has, and how many of them are enabled."""

    total: int = 0
    active: int = 0


CountFlows = Callable[[Sequence[str]], Awaitable[dict[str, FlowCount]]]
"""Counts the flows of projects, by project id; projects without flows may be missing."""


class ProjectService:
    """Reads and changes projects. Methods that take a connection are parts of a larger transaction; `on_added` are part of a new project's.

    `on_deleted` get the id of a project whose rows are gone, and must not fail.
    """

    def __init__(self, database: Database, count_flows: CountFlows) -> None:
        self._database = database
        self._count_flows = count_flows
        self.changed = Signal()
        self.on_added: list[Callable[[AsyncConnection, Row], Awaitable[None]]] = []
        self.on_deleted: list[Callable[[str], Awaitable[object]]] = []

    async def add_personal(self, connection: AsyncConnection, platform_id: str, owner_id: str, first_name: str) -> Row:
        """Adds the project that a user has for himself and returns it."""
        return await self._add(connection, platform_id, owner_id, {"displayName": f"{first_name}'s Project", "type": ProjectType.PERSONAL})

    async def add_team(self, creator: Principal, request: CreateProject) -> Project:
        """Adds a team project and returns it. Raises PROJECT_EXTERNAL_ID_ALREADY_EXISTS."""
        async with self._database.transaction() as connection:
            if request.external_id is not None:
                await self._claim_external_id(connection, creator.platform_id, request.external_id, None)
            values = {**request.model_dump(by_alias=True), "type": ProjectType.TEAM}
            row = await self._add(connection, creator.platform_id, creator.id, values)
        return await self.get(row["id"])

    async def start_of(self, connection: AsyncConnection, platform_id: str, user_id: str) -> str | None:
        """Returns the id of the project that a user starts in, or None when he has none."""
        return await _repository.find_first_of(connection, platform_id, user_id)

    async def add_member(self, connection: AsyncConnection, project_id: str, user_id: str, role: RoleName) -> None:
        """Makes a user a member of a project, or gives a member another role."""
        await _repository.upsert_member(self._database, connection, project_id, user_id, role)

    async def is_visible(self, project_id: str, user_id: str) -> bool:
        """Whether a user owns the project or is a member of it."""
        async with self._database.read() as connection:
            return await _repository.is_visible(connection, project_id, user_id)

    async def find(self, project_id: str) -> Row | None:
        """Returns the row of a project, or None."""
        async with self._database.read() as connection:
            return await _repository.find_project(connection, project_id)

    async def external_id(self, project_id: str) -> str | None:
        """What others call a project; None if they do not, or if there is none."""
        row = await self.find(project_id)
        return None if row is None else row["externalId"]

    async def ids(self) -> set[str]:
        """Returns the ids of all projects, of every platform."""
        async with self._database.read() as connection:
            return await _repository.find_ids(connection)

    async def all_of_platform(self, project_ids: Collection[str], platform_id: str) -> bool:
        """Whether all these projects are of the platform."""
        async with self._database.read() as connection:
            return await _repository.count_of_platform(connection, project_ids, platform_id) == len(set(project_ids))

    async def get(self, project_id: str) -> Project:
        """Returns a project with its plan and counts."""
        row = await self.find(project_id)
        if row is None:
            raise entity_not_found("project", project_id)
        return (await self._complete([row]))[0]

    async def page(self, caller: Principal, query: ProjectQuery) -> Page[Project]:
        """Returns a page of the projects that the caller may enter, oldest first."""
        async with self._database.read() as connection:
            page = await _repository.page_projects(connection, caller.platform_id, None if caller.is_admin else caller.id, query)
        return {**page, "data": await self._complete(page["data"])}

    async def update(self, project_id: str, changes: UpdateProject) -> Project:
        """Changes a project and returns it. Raises PROJECT_EXTERNAL_ID_ALREADY_EXISTS."""
        values = changes.model_dump(by_alias=True, exclude_unset=True)
        nullable = ("externalId", "metadata", "maxConcurrentJobs")
        values = {name: value for name, value in values.items() if value is not None or name in nullable}
        async with self._database.transaction() as connection:
            row = await self._row(connection, project_id)
            if changes.external_id is not None:
                await self._claim_external_id(connection, row["platformId"], changes.external_id, project_id)
            if values:
                await _repository.update_project(connection, project_id, values)
        return await self.get(project_id)

    async def delete(self, project_id: str) -> None:
        """Deletes a team project with all that is in it; a personal project stays as long as its owner."""
        async with self._database.transaction() as connection:
            if (await self._row(connection, project_id))["type"] != ProjectType.TEAM:
                raise invalid("A personal project cannot be deleted")
            await _repository.delete_project(connection, project_id)
        self.changed.emit()
        for listener in self.on_deleted:
            await listener(project_id)

    async def _add(self, connection: AsyncConnection, platform_id: str, owner_id: str, values: Row) -> Row:
        defaults = {
            "deleted": None,
            "platformId": platform_id,
            "ownerId": owner_id,
            "externalId": None,
            "maxConcurrentJobs": None,
            "icon": {"color": random.choice(get_args(Colour))},
            "releasesEnabled": False,
            "metadata": None,
            "poolId": None,
        }
        project = await _repository.insert_project(connection, defaults | values)
        for listener in self.on_added:
            await listener(connection, project)
        return project

    async def _row(self, connection: AsyncConnection, project_id: str) -> Row:
        row = await _repository.find_project(connection, project_id)
        if row is None:
            raise entity_not_found("project", project_id)
        return row

    async def _claim_external_id(self, connection: AsyncConnection, platform_id: str, external_id: str, own_id: str | None) -> None:
        holder = await _repository.find_by_external_id(connection, platform_id, external_id)
        if holder not in (None, own_id):
            raise ApError(ErrorCode.PROJECT_EXTERNAL_ID_ALREADY_EXISTS, {"externalId": external_id})

    async def _complete(self, rows: Sequence[Row]) -> list[Any]:
        project_ids = [row["id"] for row in rows]
        async with self._database.read() as connection:
            plans = await _repository.find_plans(connection, project_ids)
        counts = await self._count_flows(project_ids)
        return [{**row, "plan": plans[row["id"]], "analytics": _analytics(counts.get(row["id"], FlowCount()))} for row in rows]


def _analytics(flows: FlowCount) -> dict[str, int]:
    """On the wire the counts of users are 0 in the community edition."""
    return {"totalUsers": 0, "activeUsers": 0, "totalFlows": flows.total, "activeFlows": flows.active}

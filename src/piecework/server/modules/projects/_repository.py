"""Statements about projects, plans and members."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.clock import now_iso
from piecework.server.kernel.db import Database, Row, new_entity, row_of, rows_of
from piecework.server.kernel.http import Page, page_of
from piecework.server.modules.projects.models import project, project_member, project_plan
from piecework.server.modules.projects.schemas import ProjectQuery


async def insert_project(connection: AsyncConnection, values: Row) -> Row:
    """Adds a project with the plan that everybody has."""
    row = new_entity(**values)
    await connection.execute(insert(project).values(row))
    plan = {"name": "free", "locked": False, "piecesFilterType": "NONE", "pieces": []}
    await connection.execute(insert(project_plan).values(new_entity(projectId=row["id"], **plan)))
    return row


async def find_project(connection: AsyncConnection, project_id: str) -> Row | None:
    return row_of(await connection.execute(select(project).where(project.c.id == project_id)))


async def find_ids(connection: AsyncConnection) -> set[str]:
    return set((await connection.execute(select(project.c.id))).scalars())


async def count_of_platform(connection: AsyncConnection, project_ids: Collection[str], platform_id: str) -> int:
    """How many of these projects the platform has."""
    statement = select(func.count()).select_from(project).where(project.c.id.in_(project_ids), project.c.platformId == platform_id)
    return (await connection.execute(statement)).scalar_one()


async def find_plans(connection: AsyncConnection, project_ids: list[str]) -> dict[str, Row]:
    """The plans of projects, by project id."""
    result = await connection.execute(select(project_plan).where(project_plan.c.projectId.in_(project_ids)))
    return {row["projectId"]: row for row in rows_of(result)}


async def find_by_external_id(connection: AsyncConnection, platform_id: str, external_id: str) -> str | None:
    statement = select(project.c.id).where(project.c.platformId == platform_id, project.c.externalId == external_id)
    return (await connection.execute(statement)).scalar_one_or_none()


async def find_first_of(connection: AsyncConnection, platform_id: str, user_id: str) -> str | None:
    """The project that a user starts in: his own before those that he is a member of, the oldest first."""
    theirs = _visible_to(user_id)
    statement = (
        select(project.c.id)
        .where(project.c.platformId == platform_id, theirs)
        .order_by((project.c.ownerId == user_id).desc(), project.c.created, project.c.id)
        .limit(1)
    )
    return (await connection.execute(statement)).scalar_one_or_none()


async def is_visible(connection: AsyncConnection, project_id: str, user_id: str) -> bool:
    statement = select(project.c.id).where(project.c.id == project_id, _visible_to(user_id))
    return (await connection.execute(statement)).first() is not None


async def page_projects(connection: AsyncConnection, platform_id: str, user_id: str | None, query: ProjectQuery) -> Page[Any]:
    """A page of the platform's projects, or only of those that a user sees."""
    statement = select(*(column for column in project.c if column.name != "deleted")).where(project.c.platformId == platform_id)
    if user_id is not None:
        statement = statement.where(_visible_to(user_id))
    if query.display_name is not None:
        statement = statement.where(project.c.displayName.icontains(query.display_name, autoescape=True))
    if query.external_id is not None:
        statement = statement.where(project.c.externalId == query.external_id)
    if query.types:
        statement = statement.where(project.c.type.in_(query.types))
    return await page_of(connection, statement, query, sort=project.c.created, row_id=project.c.id, descending=False)


async def update_project(connection: AsyncConnection, project_id: str, values: Row) -> None:
    await connection.execute(update(project).where(project.c.id == project_id).values(updated=now_iso(), **values))


async def delete_project(connection: AsyncConnection, project_id: str) -> None:
    await connection.execute(delete(project).where(project.c.id == project_id))


async def upsert_member(database: Database, connection: AsyncConnection, project_id: str, user_id: str, role: str) -> None:
    values = new_entity(projectId=project_id, userId=user_id, role=role)
    await connection.execute(database.upsert(project_member, values, key=["projectId", "userId"], update=["role", "updated"]))


def _visible_to(user_id: str) -> ColumnElement[bool]:
    membership = select(project_member.c.id).where(project_member.c.projectId == project.c.id, project_member.c.userId == user_id)
    return or_(project.c.ownerId == user_id, membership.exists())

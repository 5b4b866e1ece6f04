"""Statements about connections and the platform's OAuth applications."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.clock import now_iso
from piecework.server.kernel.db import Database, Row, row_of, rows_of
from piecework.server.kernel.http import Page, page_of
from piecework.server.modules.connections.models import app_connection, app_connection_project, oauth_app
from piecework.server.modules.connections.schemas import ConnectionQuery, GlobalConnectionQuery, OAuthAppQuery
from piecework.spec.connection import AppConnectionScope

_SEALED = ("value", "keyId")
_FACTS = tuple(column for column in app_connection.c if column.name not in _SEALED)
_APP = tuple(column for column in oauth_app.c if column.name not in _SEALED)
_IN_PROJECT = app_connection_project.c.connectionId == app_connection.c.id


async def find_connection(connection: AsyncConnection, connection_id: str) -> Row | None:
    """A connection without its value, with `projectIds`."""
    found = rows_of(await connection.execute(select(*_FACTS).where(app_connection.c.id == connection_id)))
    return (await with_projects(connection, found))[0] if found else None


async def find_sealed(connection: AsyncConnection, connection_id: str) -> Row | None:
    """A connection with its sealed value."""
    return row_of(await connection.execute(select(app_connection).where(app_connection.c.id == connection_id)))


async def find_in_project(connection: AsyncConnection, project_id: str, external_id: str) -> Row | None:
    """The connection of this name that a project may use, with its sealed value."""
    mine = (app_connection_project.c.projectId == project_id, app_connection_project.c.externalId == external_id)
    return row_of(await connection.execute(select(app_connection).join(app_connection_project, _IN_PROJECT).where(*mine)))


async def find_global(connection: AsyncConnection, platform_id: str, external_id: str) -> Row | None:
    own = (app_connection.c.platformId == platform_id, app_connection.c.scope == AppConnectionScope.PLATFORM)
    return row_of(await connection.execute(select(app_connection).where(*own, app_connection.c.externalId == external_id)))


async def with_projects(connection: AsyncConnection, rows: list[Row]) -> list[Row]:
    """The rows, each with the `projectIds` that may use it."""
    wanted = app_connection_project.c.connectionId.in_([row["id"] for row in rows])
    statement = select(app_connection_project.c.connectionId, app_connection_project.c.projectId).where(wanted)
    projects: dict[str, list[str]] = {}
    for connection_id, project_id in await connection.execute(statement.order_by(app_connection_project.c.projectId)):
        projects.setdefault(connection_id, []).append(project_id)
    return [{**row, "projectIds": projects.get(row["id"], [])} for row in rows]


async def upsert_connection(database: Database, connection: AsyncConnection, row: Row) -> None:
    kept = ("id", "created", "platformId", "projectId", "scope", "ownerId")
    await connection.execute(database.upsert(app_connection, row, key=["id"], update=[name for name in row if name not in kept]))


async def put_projects(connection: AsyncConnection, connection_id: str, external_id: str, project_ids: Iterable[str]) -> None:
    """Says which projects may use a connection, in the place of those who might."""
    await connection.execute(delete(app_connection_project).where(app_connection_project.c.connectionId == connection_id))
    rows = [
        {"projectId": project_id, "externalId": external_id, "connectionId": connection_id} for project_id in dict.fromkeys(project_ids)
    ]
    if rows:
        await connection.execute(insert(app_connection_project), rows)


async def find_other_holder(connection: AsyncConnection, connection_id: str, external_id: str, project_ids: Sequence[str]) -> str | None:
    """One of these projects that has another connection of this name."""
    taken = (app_connection_project.c.externalId == external_id, app_connection_project.c.connectionId != connection_id)
    statement = select(app_connection_project.c.projectId).where(*taken, app_connection_project.c.projectId.in_(project_ids)).limit(1)
    return (await connection.execute(statement)).scalar_one_or_none()


async def find_preselected(connection: AsyncConnection, platform_id: str) -> list[Row]:
    chosen = (app_connection.c.platformId == platform_id, app_connection.c.preSelectForNewProjects.is_(True))
    return rows_of(await connection.execute(select(app_connection.c.id, app_connection.c.externalId).where(*chosen)))


async def add_project(connection: AsyncConnection, row: Row, project_id: str) -> None:
    values = {"projectId": project_id, "externalId": row["externalId"], "connectionId": row["id"]}
    await connection.execute(insert(app_connection_project).values(values))


async def update_connection(connection: AsyncConnection, connection_id: str, values: Row) -> None:
    await connection.execute(update(app_connection).where(app_connection.c.id == connection_id).values(updated=now_iso(), **values))


async def update_if_unchanged(connection: AsyncConnection, row: Row, values: Row) -> bool:
    """Changes a connection whose value is still the one of ``row``; False when somebody has put another one in its place."""
    still = (app_connection.c.id == row["id"], app_connection.c.value == row["value"])
    result = await connection.execute(update(app_connection).where(*still).values(updated=now_iso(), **values))
    return result.rowcount == 1


async def delete_connection(connection: AsyncConnection, connection_id: str) -> None:
    await connection.execute(delete(app_connection).where(app_connection.c.id == connection_id))


async def page_connections(connection: AsyncConnection, query: ConnectionQuery) -> Page[Any]:
    statement = select(*_FACTS).join(app_connection_project, _IN_PROJECT).where(app_connection_project.c.projectId == query.project_id)
    if query.scope is not None:
        statement = statement.where(app_connection.c.scope == query.scope)
    if query.external_ids is not None:
        statement = statement.where(app_connection.c.externalId.in_(query.external_ids))
    return await _page(connection, statement, query)


async def page_global(connection: AsyncConnection, platform_id: str, query: GlobalConnectionQuery) -> Page[Any]:
    own = (app_connection.c.platformId == platform_id, app_connection.c.scope == AppConnectionScope.PLATFORM)
    statement = select(*_FACTS).where(*own)
    if query.project_ids is not None:
        mine = select(app_connection_project.c.connectionId).where(app_connection_project.c.projectId.in_(query.project_ids))
        statement = statement.where(app_connection.c.id.in_(mine))
    return await _page(connection, statement, query)


async def _page(connection: AsyncConnection, statement: Select[Any], query: ConnectionQuery | GlobalConnectionQuery) -> Page[Any]:
    given: list[tuple[Any, ColumnElement[bool]]] = [
        (query.piece_name, app_connection.c.pieceName == query.piece_name),
        (query.display_name, app_connection.c.displayName.icontains(query.display_name or "", autoescape=True)),
        (query.status, app_connection.c.status.in_(query.status or ())),
    ]
    statement = statement.where(*(condition for value, condition in given if value is not None))
    page = await page_of(connection, statement, query, sort=app_connection.c.created, row_id=app_connection.c.id, descending=False)
    return {**page, "data": await with_projects(connection, page["data"])}


async def find_owner_ids(connection: AsyncConnection, project_id: str) -> list[str]:
    mine = select(app_connection.c.ownerId).join(app_connection_project, _IN_PROJECT)
    statement = mine.where(app_connection_project.c.projectId == project_id, app_connection.c.ownerId.is_not(None)).distinct()
    return [owner_id for owner_id in (await connection.execute(statement)).scalars() if owner_id is not None]


async def upsert_oauth_app(database: Database, connection: AsyncConnection, row: Row) -> None:
    await connection.execute(database.upsert(oauth_app, row, key=["id"], update=["updated", "clientId", "value", "keyId"]))


async def find_oauth_app(connection: AsyncConnection, platform_id: str, piece_name: str) -> Row | None:
    """The platform's registration for a piece, with its sealed secret."""
    own = (oauth_app.c.platformId == platform_id, oauth_app.c.pieceName == piece_name)
    return row_of(await connection.execute(select(oauth_app).where(*own)))


async def get_oauth_app(connection: AsyncConnection, app_id: str) -> Row | None:
    return row_of(await connection.execute(select(*_APP).where(oauth_app.c.id == app_id)))


async def delete_oauth_app(connection: AsyncConnection, app_id: str) -> None:
    await connection.execute(delete(oauth_app).where(oauth_app.c.id == app_id))


async def page_oauth_apps(connection: AsyncConnection, platform_id: str, query: OAuthAppQuery) -> Page[Any]:
    statement = select(*_APP).where(oauth_app.c.platformId == platform_id)
    if query.piece_name is not None:
        statement = statement.where(oauth_app.c.pieceName == query.piece_name)
    return await page_of(connection, statement, query, sort=oauth_app.c.created, row_id=oauth_app.c.id, descending=False)

"""Statements about folders."""

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.clock import now_iso
from piecework.server.kernel.db import Database, Row, new_entity, row_of, rows_of
from piecework.server.kernel.http import Page, page_of
from piecework.server.modules.folders.models import folder
from piecework.server.modules.folders.schemas import FolderQuery

_WIRE = tuple(column for column in folder.c if column.name != "nameKey")


async def upsert_folder(database: Database, connection: AsyncConnection, project_id: str, name: str) -> Row:
    """Adds the folder, or touches the one whose name differs in case at most, and returns it."""
    values = new_entity(displayName=name, nameKey=name.casefold(), projectId=project_id, displayOrder=0)
    statement = database.upsert(folder, values, key=["projectId", "nameKey"], update=["displayName", "updated"])
    return rows_of(await connection.execute(statement.returning(*_WIRE)))[0]


async def find_folder(connection: AsyncConnection, folder_id: str) -> Row | None:
    return row_of(await connection.execute(select(*_WIRE).where(folder.c.id == folder_id)))


async def find_by_name(connection: AsyncConnection, project_id: str, name: str) -> str | None:
    statement = select(folder.c.id).where(folder.c.projectId == project_id, folder.c.nameKey == name.casefold())
    return (await connection.execute(statement)).scalar_one_or_none()


async def page_folders(connection: AsyncConnection, query: FolderQuery) -> Page[Any]:
    statement = select(*_WIRE).where(folder.c.projectId == query.project_id)
    return await page_of(connection, statement, query, sort=folder.c.created, row_id=folder.c.id, descending=False)


async def rename_folder(connection: AsyncConnection, folder_id: str, name: str) -> None:
    values = {"displayName": name, "nameKey": name.casefold(), "updated": now_iso()}
    await connection.execute(update(folder).where(folder.c.id == folder_id).values(values))


async def delete_folder(connection: AsyncConnection, folder_id: str) -> None:
    await connection.execute(delete(folder).where(folder.c.id == folder_id))

"""Statements about variables."""

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.clock import now_iso
from piecework.server.kernel.db import Database, Row, row_of
from piecework.server.kernel.http import Page, page_of
from piecework.server.modules.variables.models import variable
from piecework.server.modules.variables.schemas import VariableQuery

_WIRE = tuple(column for column in variable.c if column.name not in ("value", "keyId"))


async def find_variable(connection: AsyncConnection, variable_id: str) -> Row | None:
    """A variable without its value."""
    return row_of(await connection.execute(select(*_WIRE).where(variable.c.id == variable_id)))


async def find_id(connection: AsyncConnection, project_id: str, name: str) -> str | None:
    statement = select(variable.c.id).where(variable.c.projectId == project_id, variable.c.name == name)
    return (await connection.execute(statement)).scalar_one_or_none()


async def find_sealed(connection: AsyncConnection, project_id: str, name: str) -> Row | None:
    statement = select(variable.c.id, variable.c.value, variable.c.keyId)
    return row_of(await connection.execute(statement.where(variable.c.projectId == project_id, variable.c.name == name)))


async def upsert_variable(database: Database, connection: AsyncConnection, row: Row) -> None:
    await connection.execute(database.upsert(variable, row, key=["id"], update=["updated", "value", "keyId", "metadata"]))


async def update_variable(connection: AsyncConnection, variable_id: str, values: Row) -> None:
    await connection.execute(update(variable).where(variable.c.id == variable_id).values(updated=now_iso(), **values))


async def delete_variable(connection: AsyncConnection, variable_id: str) -> None:
    await connection.execute(delete(variable).where(variable.c.id == variable_id))


async def page_variables(connection: AsyncConnection, query: VariableQuery) -> Page[Any]:
    statement = select(*_WIRE).where(variable.c.projectId == query.project_id)
    if query.name is not None:
        statement = statement.where(variable.c.name.icontains(query.name, autoescape=True))
    return await page_of(connection, statement, query, sort=variable.c.created, row_id=variable.c.id, descending=False)


async def find_owner_ids(connection: AsyncConnection, project_id: str) -> list[str]:
    statement = select(variable.c.ownerId).where(variable.c.projectId == project_id, variable.c.ownerId.is_not(None)).distinct()
    return [owner_id for owner_id in (await connection.execute(statement)).scalars() if owner_id is not None]

"""Statements about files."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.db import Row, row_of
from piecework.server.modules.files.models import file


async def insert_file(connection: AsyncConnection, row: Row) -> None:
    await connection.execute(insert(file).values(row))


async def replace_file(connection: AsyncConnection, row: Row) -> None:
    await connection.execute(delete(file).where(file.c.id == row["id"]))
    await insert_file(connection, row)


async def find_file(connection: AsyncConnection, file_id: str) -> Row | None:
    return row_of(await connection.execute(select(file).where(file.c.id == file_id)))


async def delete_files(connection: AsyncConnection, project_id: str, types: Sequence[str], file_ids: Sequence[str]) -> None:
    """Deletes those of these files that have one of these types and belong to the project."""
    condition = file.c.id.in_(file_ids) & (file.c.projectId == project_id) & file.c.type.in_(types)
    await connection.execute(delete(file).where(condition))


async def delete_of_platform(connection: AsyncConnection, file_type: str, file_id: str) -> None:
    """Deletes a file that belongs to no project, if it is of the type."""
    await connection.execute(delete(file).where(file.c.id == file_id, file.c.projectId.is_(None), file.c.type == file_type))

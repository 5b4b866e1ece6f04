"""Statements about tags."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.db import Database, Row, new_entity, rows_of
from piecework.server.kernel.http import Page, PageQuery, page_of
from piecework.server.modules.tags.models import piece_tag, tag


async def upsert_tag(database: Database, connection: AsyncConnection, platform_id: str, name: str) -> Row:
    row = new_entity(platformId=platform_id, name=name)
    statement = database.upsert(tag, row, key=["platformId", "name"], update=["updated"])
    return rows_of(await connection.execute(statement.returning(*tag.c)))[0]


async def page_tags(connection: AsyncConnection, platform_id: str, query: PageQuery) -> Page[Any]:
    statement = select(tag).where(tag.c.platformId == platform_id)
    return await page_of(connection, statement, query, sort=tag.c.created, row_id=tag.c.id, descending=False)


async def replace_piece_tags(connection: AsyncConnection, platform_id: str, pieces: Sequence[str], tag_ids: Sequence[str]) -> None:
    await connection.execute(delete(piece_tag).where(piece_tag.c.platformId == platform_id, piece_tag.c.pieceName.in_(pieces)))
    rows = [new_entity(platformId=platform_id, pieceName=piece, tagId=tag_id) for piece in pieces for tag_id in tag_ids]
    if rows:
        await connection.execute(insert(piece_tag), rows)


async def find_piece_tags(connection: AsyncConnection, platform_id: str) -> list[Row]:
    """`pieceName` and tag `name` of every tagged piece."""
    statement = select(piece_tag.c.pieceName, tag.c.name).join(tag).where(piece_tag.c.platformId == platform_id)
    return rows_of(await connection.execute(statement.order_by(tag.c.name)))

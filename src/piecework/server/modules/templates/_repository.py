"""Statements about templates."""

from typing import Any

from sqlalchemy import Column, ColumnElement, String, delete, insert, or_, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.clock import now_iso
from piecework.server.kernel.db import Row, new_entity, row_of
from piecework.server.kernel.http import Page, page_of
from piecework.server.modules.templates.models import template
from piecework.server.modules.templates.schemas import TemplateQuery
from piecework.spec.jsons import dumps


async def insert_template(connection: AsyncConnection, values: Row) -> Row:
    row = new_entity(**values)
    await connection.execute(insert(template).values(row))
    return row


async def find_template(connection: AsyncConnection, template_id: str) -> Row | None:
    return row_of(await connection.execute(select(template).where(template.c.id == template_id)))


async def page_templates(connection: AsyncConnection, platform_id: str, query: TemplateQuery) -> Page[Any]:
    statement = select(template).where(template.c.platformId == platform_id, *_filters(query))
    return await page_of(connection, statement, query, sort=template.c.created, row_id=template.c.id)


def _filters(query: TemplateQuery) -> list[ColumnElement[bool]]:
    filters = [_has(template.c.pieces, piece) for piece in query.pieces or ()]
    if query.type is not None:
        filters.append(template.c.type == query.type)
    if query.category is not None:
        filters.append(_has(template.c.categories, query.category))
    if query.tags:
        filters.append(or_(*(_has(template.c.tags, tag) for tag in query.tags)))
    if query.search:
        columns = (template.c.name, template.c.summary, template.c.description)
        filters.append(or_(*(column.icontains(query.search, autoescape=True) for column in columns)))
    return filters


def _has(column: Column[Any], text: str) -> ColumnElement[bool]:
    """Whether a text stands in a column of JSON, as JSON has it."""
    return type_coerce(column, String).contains(dumps(text).decode(), autoescape=True)


async def update_template(connection: AsyncConnection, template_id: str, values: Row) -> None:
    await connection.execute(update(template).where(template.c.id == template_id).values(updated=now_iso(), **values))


async def delete_template(connection: AsyncConnection, template_id: str) -> None:
    await connection.execute(delete(template).where(template.c.id == template_id))

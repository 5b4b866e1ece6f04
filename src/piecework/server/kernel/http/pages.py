"""Pages: `{data, next, previous}` with opaque cursors (spec/api.md §0). There is no total.

A cursor names the last (or first) row of a page by its sort value and its id, so that rows with equal sort values are neither
skipped nor shown twice. A cursor that cannot be read is ignored, as on the wire: the caller gets the first page.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, Self, TypeVar, cast

from pydantic import Field
from sqlalchemy import ColumnElement, Select, and_, or_
from sqlalchemy.ext.asyncio import AsyncConnection
from typing_extensions import TypedDict

from piecework.server.kernel.db import Row, rows_of
from piecework.server.kernel.http.fields import PlainText, Query
from piecework.spec.jsons import dumps, loads

MAX_LIMIT = 10_000
DEFAULT_LIMIT = 10

ItemT = TypeVar("ItemT")


class Page(TypedDict, Generic[ItemT]):
    """One page of a list."""

    data: list[ItemT]
    next: str | None
    previous: str | None


class PageQuery(Query):
    """The two parameters that every list takes."""

    cursor: PlainText | None = Field(None, description="`next` or `previous` of another page; one that cannot be read is ignored.")
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = Field(DEFAULT_LIMIT, description="Rows on a page.")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list: before or after the row with this sort value and id."""

    direction: Literal["next", "prev"]
    value: str
    row_id: str

    def encode(self) -> str:
        """Returns the text that travels."""
        return urlsafe_b64encode(dumps([self.direction, self.value, self.row_id])).decode()

    @classmethod
    def decode(cls, text: str | None) -> Self | None:
        """Returns the cursor of a text, or None when there is none or it cannot be read."""
        try:
            direction, value, row_id = loads(urlsafe_b64decode(text or ""))
        except (ValueError, TypeError):
            return None
        readable = direction in ("next", "prev") and isinstance(value, str) and isinstance(row_id, str) and "\0" not in value + row_id
        return cls(direction, value, row_id) if readable else None


async def page_of(
    connection: AsyncConnection,
    statement: Select[Any],
    query: PageQuery,
    *,
    sort: ColumnElement[Any],
    row_id: ColumnElement[Any],
    descending: bool = True,
) -> Page[Any]:
    """Returns the page of `statement` that `query` asks for, ordered by `sort` (a text column that is selected), then by id."""
    cursor = Cursor.decode(query.cursor)
    backwards = cursor is not None and cursor.direction == "prev"
    downwards = descending != backwards
    if cursor is not None:
        statement = statement.where(_beyond(sort, row_id, cursor, downwards))
    order = (sort.desc(), row_id.desc()) if downwards else (sort.asc(), row_id.asc())
    result = await connection.execute(statement.order_by(*order).limit(query.limit + 1))
    rows = rows_of(result)
    more = len(rows) > query.limit
    rows = rows[: query.limit]
    if backwards:
        rows.reverse()
    has_next = more or backwards
    has_previous = cursor is not None and (more or not backwards)
    return _page(rows, cast(str, sort.key), has_next=has_next, has_previous=has_previous)


def _beyond(sort: ColumnElement[Any], row_id: ColumnElement[Any], cursor: Cursor, downwards: bool) -> ColumnElement[bool]:
    if downwards:
        return or_(sort < cursor.value, and_(sort == cursor.value, row_id < cursor.row_id))
    return or_(sort > cursor.value, and_(sort == cursor.value, row_id > cursor.row_id))


def _page(rows: Sequence[Row], sort_key: str, *, has_next: bool, has_previous: bool) -> Page[Any]:
    def cursor_at(row: Row, direction: Literal["next", "prev"]) -> str:
        return Cursor(direction, row[sort_key], row["id"]).encode()

    return {
        "data": list(rows),
        "next": cursor_at(rows[-1], "next") if rows and has_next else None,
        "previous": cursor_at(rows[0], "prev") if rows and has_previous else None,
    }

"""Rows of one table, without writing SQL."""

from typing import Annotated, Any

from piecework.pieces.mysql.connecting import connected, execute, quoted
from piecework.pieces.mysql.fields import WARNING, Table, Timezone
from piecework.pieces.mysql.piece import piece
from piecework.sdk import ActionContext, Array, CustomAuthValue, Object, PieceError, ShortText

SearchColumn = Annotated[str, ShortText("Search Column", "The column that tells which rows.")]
SearchValue = Annotated[str, ShortText("Search Value", "What that column holds in these rows.")]
Values = Annotated[dict[str, Any], Object("Values", "The values by the names of their columns.")]
Context = ActionContext[CustomAuthValue]


@piece.action(name="find_rows", display_name="Find Rows", pure=True)
async def find_rows(
    ctx: Context,
    *,
    markdown: WARNING = None,
    timezone: Timezone = None,
    table: Table,
    condition: Annotated[str, ShortText("Condition", "In SQL, such as `price > ? AND name LIKE ?`.")],
    args: Annotated[list[Any] | None, Array("Arguments", "The values for each ? in their order.")] = None,
    columns: Annotated[list[Any] | None, Array("Columns", "The columns to give; all when empty.")] = None,
) -> dict[str, Any]:
    """Read the rows of a table that meet a condition."""
    wanted = ", ".join("*" if name == "*" else quoted(str(name)) for name in columns or ["*"])
    query = f"SELECT {wanted} FROM {quoted(table)} WHERE {condition}"  # noqa: S608 - the author writes the condition
    async with connected(ctx.network, ctx.auth, timezone) as connection:
        return {"results": await execute(connection, query, args or [])}


@piece.action(name="insert_row", display_name="Insert Row")
async def insert_row(ctx: Context, *, markdown: WARNING = None, timezone: Timezone = None, table: Table, values: Values) -> Any:
    """Add a row. The output has its insertId."""
    if not values:
        raise PieceError("values: must have at least one column")
    names, places = ", ".join(quoted(name) for name in values), ", ".join("?" for _ in values)
    return await _change(ctx, timezone, f"INSERT INTO {quoted(table)} ({names}) VALUES ({places})", list(values.values()))  # noqa: S608


@piece.action(name="update_row", display_name="Update Row")
async def update_row(
    ctx: Context,
    *,
    markdown: WARNING = None,
    timezone: Timezone = None,
    table: Table,
    values: Values,
    search_column: SearchColumn,
    search_value: SearchValue,
) -> Any:
    """Change all rows in which a column has a value."""
    if not values:
        raise PieceError("values: must have at least one column")
    changes = ", ".join(f"{quoted(name)} = ?" for name in values)
    query = f"UPDATE {quoted(table)} SET {changes} WHERE {quoted(search_column)} = ?"  # noqa: S608 - names are quoted
    return await _change(ctx, timezone, query, [*values.values(), search_value])


@piece.action(name="delete_row", display_name="Delete Row")
async def delete_row(
    ctx: Context,
    *,
    markdown: WARNING = None,
    timezone: Timezone = None,
    table: Table,
    search_column: SearchColumn,
    search_value: SearchValue,
) -> Any:
    """Delete all rows in which a column has a value."""
    query = f"DELETE FROM {quoted(table)} WHERE {quoted(search_column)} = ?"  # noqa: S608 - names are quoted
    return await _change(ctx, timezone, query, [search_value])


async def _change(ctx: Context, timezone: str | None, query: str, values: list[Any]) -> Any:
    async with connected(ctx.network, ctx.auth, timezone) as connection:
        return await execute(connection, query, values)

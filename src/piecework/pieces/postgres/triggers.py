"""New rows of a table."""

import hashlib
from typing import Annotated, Any, Literal, cast

from piecework.pieces.postgres.arguments import rows
from piecework.pieces.postgres.connecting import connected
from piecework.pieces.postgres.piece import piece
from piecework.sdk import (
    ById,
    CustomAuthValue,
    Dropdown,
    DropdownState,
    Markdown,
    Option,
    PieceError,
    StaticDropdown,
    TriggerContext,
    json_text,
)

NEWEST = 1000
"""How many rows a poll looks at: more than these between two polls are not seen."""

TABLES = """SELECT table_schema, table_name FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"""
COLUMNS = "SELECT column_name FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position"


async def tables(ctx: TriggerContext[CustomAuthValue], auth: Any) -> DropdownState:
    """The tables that the user sees."""
    if not auth:
        return DropdownState(disabled=True, placeholder="Choose a connection first")
    async with connected(ctx.network, ctx.auth) as connection:
        found = await connection.fetch(TABLES)
    return DropdownState([Option(f"{schema}.{name}", {"table_schema": schema, "table_name": name}) for schema, name in found])


async def columns(ctx: TriggerContext[CustomAuthValue], table: Any) -> DropdownState:
    """The columns of the chosen table."""
    if not table or not ctx.auth:
        return DropdownState(disabled=True, placeholder="Choose a table first")
    async with connected(ctx.network, ctx.auth) as connection:
        found = await connection.fetch(COLUMNS, *named(table))
    return DropdownState({name: name for (name,) in found})


@piece.poll(name="new-row", display_name="New Row", dedupe=ById(lambda row: hashlib.sha256(json_text(row).encode()).hexdigest()))
async def new_row(
    ctx: TriggerContext[CustomAuthValue],
    *,
    description: Annotated[None, Markdown(None, f"Each poll looks at the {NEWEST} rows that come first in this order.")] = None,
    table: Annotated[Any, Dropdown("Table name", "The table to watch.", options=tables)],
    order_by: Annotated[
        str,
        Dropdown(
            "Column to order by", "One that tells new rows, such as the time of creation or a number that counts up.", options=columns
        ),
    ],
    order_direction: Annotated[
        Literal["ASC", "DESC"],
        StaticDropdown(
            "Order Direction",
            "The direction that puts the newest rows first.",
            options={"Ascending": "ASC", "Descending": "DESC"},
            only_these=True,
            required=True,
        ),
    ] = "DESC",
) -> list[dict[str, Any]]:
    """Starts for each row that is new in a table, and for each that has changed."""
    schema, name = named(table)
    async with connected(ctx.network, ctx.auth) as connection:
        text = f"SELECT * FROM {quoted(schema)}.{quoted(name)} ORDER BY {quoted(order_by)} {order_direction} LIMIT {NEWEST}"  # noqa: S608
        statement = await connection.prepare(text)
        return rows(await statement.fetch(), statement.get_attributes())


def named(table: Any) -> tuple[str, str]:
    """Schema and name of a chosen table."""
    chosen = cast("dict[str, Any]", table) if isinstance(table, dict) else {}
    try:
        return str(chosen["table_schema"]), str(chosen["table_name"])
    except KeyError:
        raise PieceError("table: must have table_schema and table_name") from None


def quoted(identifier: str) -> str:
    """A name as SQL takes it, whatever stands in it."""
    return '"' + identifier.replace('"', '""').replace("\0", "") + '"'

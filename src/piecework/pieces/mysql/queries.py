"""Queries of the author's own, and the tables that there are."""

from typing import Annotated, Any

from piecework.pieces.mysql.connecting import connected, execute
from piecework.pieces.mysql.fields import WARNING, Timezone
from piecework.pieces.mysql.piece import piece
from piecework.sdk import ActionContext, Array, CustomAuthValue, ShortText


@piece.action(name="execute_query", display_name="Execute Query")
async def execute_query(
    ctx: ActionContext[CustomAuthValue],
    *,
    markdown: WARNING = None,
    timezone: Timezone = None,
    query: Annotated[str, ShortText("Query", "In SQL, with ? where an argument belongs.")],
    args: Annotated[list[Any] | None, Array("Arguments", "The values for each ? in their order.")] = None,
) -> dict[str, Any]:
    """Run a query. The output has its rows in results, or says how many rows it changed."""
    async with connected(ctx.network, ctx.auth, timezone) as connection:
        found = await execute(connection, query, args or [])
    return {"results": found} if isinstance(found, list) else found


@piece.action(name="get_tables", display_name="Get Tables", pure=True)
async def get_tables(ctx: ActionContext[CustomAuthValue]) -> dict[str, list[str]]:
    """List the tables of the database."""
    async with connected(ctx.network, ctx.auth) as connection:
        found = await execute(connection, "SHOW TABLES")
    return {"tables": [str(next(iter(row.values()))) for row in found if isinstance(row, dict)]}

"""Queries of the author's own."""

from typing import Annotated, Any

from piecework.pieces.postgres.arguments import arguments, rows
from piecework.pieces.postgres.connecting import DEFAULT_TIMEOUT_MS, connected
from piecework.pieces.postgres.piece import piece
from piecework.sdk import ActionContext, Array, CustomAuthValue, Markdown, MarkdownVariant, Number, ShortText

Milliseconds = Annotated[int, Number("Query Timeout", "How many milliseconds the query may take.", required=False, minimum=1)]
WARNING = """**Do not** put values of other steps into the query itself: whoever wrote them could change what it does. Write `$1`, `$2`, …
and give the values as arguments."""


@piece.action(name="run-query", display_name="Run Query")
async def run_query(
    ctx: ActionContext[CustomAuthValue],
    *,
    markdown: Annotated[None, Markdown(None, WARNING, variant=MarkdownVariant.WARNING)] = None,
    query: Annotated[str, ShortText("Query", "In SQL, with $1, $2, … where the arguments belong.")],
    args: Annotated[list[Any] | None, Array("Arguments", "The values of $1, $2, … in their order.")] = None,
    query_timeout: Milliseconds = DEFAULT_TIMEOUT_MS,
    connection_timeout_ms: Annotated[
        int, Number("Connection Timeout (ms)", "How many milliseconds connecting may take.", required=False, minimum=1)
    ] = DEFAULT_TIMEOUT_MS,
    application_name: Annotated[str | None, ShortText("Application Name", "What the database shows as the client's name.")] = None,
) -> list[dict[str, Any]] | None:
    """Run a query; the output is the list of its rows. Several queries at once, without arguments, give no rows."""
    import asyncpg

    limits = {"timeout_ms": connection_timeout_ms or DEFAULT_TIMEOUT_MS, "query_timeout_ms": query_timeout or DEFAULT_TIMEOUT_MS}
    origin = f"/* Source : /projects/{ctx.project_id}/flows/{ctx.flow_id}/runs/{ctx.run_id} */"
    text = f"{origin}\n{query}"
    async with connected(ctx.network, ctx.auth, **limits, application_name=application_name) as connection:
        try:
            statement = await connection.prepare(text)
        except asyncpg.PostgresSyntaxError as error:
            if args or "multiple commands" not in str(error):
                raise
            await connection.execute(text)
            return None
        found = await statement.fetch(*arguments(args or [], statement.get_parameters()))
        return rows(found, statement.get_attributes())

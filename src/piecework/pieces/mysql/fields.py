"""Fields that several actions have."""

from typing import Annotated, Any

from piecework.pieces.mysql.connecting import connected, execute
from piecework.sdk import ActionContext, CustomAuthValue, Dropdown, DropdownState, Markdown, MarkdownVariant, ShortText

WARNING = Annotated[
    None,
    Markdown(
        None,
        "**Do not** put values of other steps into the query or into names of columns: whoever wrote them could change what it does. "
        "Write `?` and give the values as arguments.",
        variant=MarkdownVariant.WARNING,
    ),
]
Timezone = Annotated[str | None, ShortText("Timezone", "The offset in which the server gives times, such as +02:00.")]


async def tables(ctx: ActionContext[CustomAuthValue], auth: Any) -> DropdownState:
    """The tables of the database."""
    if not auth:
        return DropdownState(disabled=True, placeholder="Choose a connection first")
    async with connected(ctx.network, ctx.auth) as connection:
        found = await execute(connection, "SHOW TABLES")
    names = [str(next(iter(row.values()))) for row in found if isinstance(row, dict)]
    return DropdownState({name: name for name in names})


Table = Annotated[str, Dropdown("Table", "The table.", options=tables)]

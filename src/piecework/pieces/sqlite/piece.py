"""SQLite: databases of the project, and databases that are files."""

from typing import Annotated, Any, cast

from piecework.sdk import (
    ActionContext,
    Array,
    Checkbox,
    File,
    Json,
    LoadedFile,
    LongText,
    Markdown,
    MarkdownVariant,
    Number,
    Piece,
    PieceCategory,
    PieceError,
    ShortText,
    Statement,
)

piece = Piece(
    "@piecework/piece-sqlite",
    display_name="SQLite",
    version="0.1.0",
    description="Keep tables in a database of the project, without a server, and read databases that are files.",
    categories=[PieceCategory.CORE, PieceCategory.DEVELOPER_TOOLS],
)

SECONDS = 30
WARNING = """**Do not** put values of other steps into the query itself: whoever wrote them could change what it does. Write `?` and give the
values as arguments."""
Warned = Annotated[None, Markdown(None, WARNING, variant=MarkdownVariant.WARNING)]
Database = Annotated[str, ShortText("Database", "Its name, of small letters, digits, - and _. All flows of the project share it.")]
Query = Annotated[str, LongText("Query", "One statement in SQL, with ? where the arguments belong.")]
Arguments = Annotated[Any, Json("Arguments", 'A list of the values of the ?, or by name: `{"id": 1}` for `:id`.', required=False)]
Seconds = Annotated[float, Number("Time Limit (seconds)", "How long it may take.", minimum=1, maximum=SECONDS, required=False)]


@piece.action
async def run_query(
    ctx: ActionContext,
    *,
    markdown: Warned = None,
    database: Database = "main",
    query: Query,
    args: Arguments = None,
    time_limit: Seconds = SECONDS,
) -> dict[str, Any]:
    """Run a query in a database of the project; one that is not there begins empty. The output has the rows, and how many were changed."""
    [result] = await ctx.databases.run(database, [Statement(query, arguments(args, "args"))], time_limit or SECONDS)
    return result


@piece.action
async def run_transaction(
    ctx: ActionContext,
    *,
    markdown: Warned = None,
    database: Database = "main",
    statements: Annotated[list[dict[str, Any]], Array("Statements", "In their order.", of={
        "query": LongText("Query", required=True),
        "args": Json("Arguments", required=False),
    })],
    time_limit: Seconds = SECONDS,
) -> list[dict[str, Any]]:  # fmt: skip
    """Run several statements in a database of the project, all of them or, if one fails, none. The output lists what each gave."""
    if not statements:
        raise PieceError("statements: must have at least one statement")
    wanted = [
        Statement(str(entry.get("query") or ""), arguments(entry.get("args"), f"statements.{at}.args"))
        for at, entry in enumerate(statements)
    ]
    return await ctx.databases.run(database, wanted, time_limit or SECONDS)


@piece.action
async def query_file(
    ctx: ActionContext,
    *,
    markdown: Warned = None,
    file: Annotated[LoadedFile, File("Database File", "A SQLite database.")],
    query: Query,
    args: Arguments = None,
    keep: Annotated[bool, Checkbox("Keep Changes", "Write the changed database into a new file; its URL is in the output.")] = False,
    time_limit: Seconds = SECONDS,
) -> dict[str, Any]:
    """Run a query in a database that is a file, which itself stays as it is."""
    answer = await ctx.databases.run_on_file(file.data, [Statement(query, arguments(args, "args"))], time_limit or SECONDS)
    [result] = answer.results
    return {**result, "file": await ctx.files.write(file.filename, answer.data)} if keep else result


def arguments(given: Any, where: str) -> list[Any] | dict[str, Any]:
    """Raises PieceError for what is neither a list nor an object."""
    match given:
        case None | "":
            return []
        case list():
            return cast("list[Any]", given)
        case dict():
            return cast("dict[str, Any]", given)
        case _:
            raise PieceError(f"{where}: must be a list, or an object with names")

"""Documents between JSON and the database; and the choice of collections."""

from __future__ import annotations

from typing import Annotated, Any, cast

from piecework.pieces.mongodb.connecting import connected, database_of
from piecework.sdk import ActionContext, CustomAuthValue, Dropdown, DropdownState, Json, PieceError, ShortText, database_value

Context = ActionContext[CustomAuthValue]


async def collections(ctx: Context, database: Any) -> DropdownState:
    """The collections of the chosen database."""
    if not ctx.auth or not (database or ctx.auth.get("database")):
        return DropdownState(disabled=True, placeholder="Name a database first, here or in the connection")
    async with connected(ctx.network, ctx.auth) as client:
        return DropdownState({name: name for name in sorted(await database_of(client, ctx.auth, database).list_collection_names())})


EXTENDED = 'Extended JSON says what JSON cannot: `{"_id": {"$oid": "65a…"}}`, `{"$date": "2026-01-31T00:00:00Z"}`.'
Database = Annotated[str | None, ShortText("Database", "When empty, that of the connection.")]
Collection = Annotated[str, Dropdown("Collection", "Its name.", options=collections)]
Filter = Annotated[Any, Json("Filter", f'Which documents, such as `{{"status": "pending"}}`. {EXTENDED}', required=True)]
Update = Annotated[Any, Json("Update", 'What changes, such as `{"$set": {"status": "done"}}`.', required=True)]


def document(value: Any, where: str) -> dict[str, Any]:
    """An object as the database takes it. Raises PieceError for what is none."""
    if value in (None, ""):
        return {}
    if not isinstance(value, dict):
        raise PieceError(f"{where}: must be an object")
    return from_json(value, where)


def from_json(value: Any, where: str) -> Any:
    """JSON with what is extended in it (mongodb.com/docs: Extended JSON v2) as values of the database. Raises PieceError."""
    from bson.errors import BSONError
    from bson.json_util import object_hook

    try:
        match value:
            case dict():
                inner = {str(name): from_json(item, where) for name, item in cast("dict[Any, Any]", value).items()}
                return object_hook(inner) if inner.keys() & EXTENSIONS else inner
            case list():
                return [from_json(item, where) for item in cast("list[Any]", value)]
            case _:
                return value
    except (BSONError, TypeError, ValueError, KeyError) as error:
        raise PieceError(f"{where}: {error}") from None


EXTENSIONS = frozenset({"$oid", "$date", "$numberDecimal", "$numberLong", "$numberInt", "$numberDouble", "$binary", "$uuid", "$regularExpression",
                        "$timestamp", "$minKey", "$maxKey"})  # fmt: skip
"""Objects with one of these names stand for a value."""


def to_json(value: Any) -> Any:
    """What the database gave: ids, decimals and the like as text, moments as ISO 8601."""
    return database_value(value)

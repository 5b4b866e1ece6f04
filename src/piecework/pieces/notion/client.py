"""Calls of Notion's API (developers.notion.com/reference), values of properties, and the choices of databases and pages."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from piecework.pieces.notion.piece import API, headers
from piecework.sdk import (
    ActionContext,
    Array,
    Checkbox,
    Dropdown,
    DynamicProperties,
    LongText,
    Number,
    Option,
    Property,
    ShortText,
    StaticDropdown,
    StaticMultiSelect,
    TriggerContext,
    given,
)

Context = ActionContext | TriggerContext
LONGEST = 2000
"""Characters of one piece of rich text (developers.notion.com/reference/request-limits)."""

Write = Callable[[Any], Any]
WRITTEN: Mapping[str, Write] = {
    "title": lambda value: {"title": rich_text(value)},
    "rich_text": lambda value: {"rich_text": rich_text(value)},
    "number": lambda value: {"number": value},
    "checkbox": lambda value: {"checkbox": bool(value)},
    "select": lambda value: {"select": {"name": value}},
    "status": lambda value: {"status": {"name": value}},
    "multi_select": lambda value: {"multi_select": [{"name": name} for name in value]},
    "date": lambda value: {"date": {"start": str(value)}},
    "url": lambda value: {"url": str(value)},
    "email": lambda value: {"email": str(value)},
    "phone_number": lambda value: {"phone_number": str(value)},
    "people": lambda value: {"people": [{"object": "user", "id": person} for person in value]},
    "relation": lambda value: {"relation": [{"id": page} for page in value]},
}
"""What Notion is told for a value of each type of property that can be written."""


def rich_text(text: Any) -> list[dict[str, Any]]:
    """A text in as many parts as Notion wants."""
    whole = str(text)
    parts = [whole[start : start + LONGEST] for start in range(0, len(whole), LONGEST)]
    return [{"type": "text", "text": {"content": part}} for part in parts]


def paragraphs(text: str | None) -> list[dict[str, Any]]:
    """A paragraph for each line of a text that is not empty."""
    lines = [line for line in (text or "").splitlines() if line.strip()]
    return [{"object": "block", "type": "paragraph", "paragraph": {"rich_text": rich_text(line)}} for line in lines]


async def get(ctx: Context, path: str) -> dict[str, Any]:
    """Read something."""
    return await ctx.http.get(f"{API}{path}", headers=headers(ctx.auth), into=dict[str, Any])


async def post(ctx: Context, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Create or ask for something."""
    return await ctx.http.post(f"{API}{path}", headers=headers(ctx.auth), json=body, into=dict[str, Any])


async def patch(ctx: Context, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Change something."""
    return await ctx.http.patch(f"{API}{path}", headers=headers(ctx.auth), json=body, into=dict[str, Any])


async def found(ctx: Context, path: str, body: dict[str, Any], *, all_pages: bool = True) -> list[dict[str, Any]]:
    """The results of a search or query, by cursor."""
    results: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = await post(ctx, path, body | given(start_cursor=cursor))
        results += page["results"]
        cursor = page.get("next_cursor") if page.get("has_more") and all_pages else None
        if cursor is None:
            return results


async def properties_of(ctx: Context, database: str) -> dict[str, dict[str, Any]]:
    """The properties of a database by name."""
    return (await get(ctx, f"/databases/{database}"))["properties"]


def written(schema: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an item as Notion wants them; what was left empty, and what the database does not have, stays out."""
    known = {name: value for name, value in values.items() if value not in (None, "", []) and name in schema}
    return {name: WRITTEN[schema[name]["type"]](value) for name, value in known.items() if schema[name]["type"] in WRITTEN}


async def databases(ctx: Context) -> list[Option]:
    """The databases that the integration may see."""
    results = await found(ctx, "/search", {"filter": {"property": "object", "value": "database"}})
    return [Option(_text(database.get("title")), database["id"]) for database in results]


async def pages(ctx: Context) -> list[Option]:
    """The hundred pages that were changed last."""
    body = {
        "filter": {"property": "object", "value": "page"},
        "sort": {"direction": "descending", "timestamp": "last_edited_time"},
        "page_size": 100,
    }
    return [Option(title_of(page), page["id"]) for page in await found(ctx, "/search", body, all_pages=False)]


async def items(ctx: Context, database_id: str | None) -> list[Option]:
    """The first hundred items of a database."""
    if not database_id:
        return []
    results = await found(ctx, f"/databases/{database_id}/query", {"page_size": 100}, all_pages=False)
    return [Option(title_of(item), item["id"]) for item in results]


async def item_fields(ctx: Context, database_id: str | None) -> Mapping[str, Property]:
    """A field of the form for each property that can be written."""
    if not database_id:
        return {}
    schema = await properties_of(ctx, database_id)
    return {name: _property(name, entry) for name, entry in schema.items() if entry["type"] in WRITTEN}


def _property(name: str, entry: Mapping[str, Any]) -> Property:
    kind = entry["type"]
    if kind in ("select", "status", "multi_select"):
        names = {option["name"]: option["name"] for option in entry[kind].get("options") or ()}
        chooser = StaticMultiSelect if kind == "multi_select" else StaticDropdown
        return chooser(name, options=names, required=False)
    if kind in ("people", "relation"):
        return Array(name, "Ids of people." if kind == "people" else "Ids of pages.", required=False)
    fields: dict[str, type[Property]] = {"number": Number, "checkbox": Checkbox, "rich_text": LongText}
    return fields.get(kind, ShortText)(name, "Such as 2026-01-31." if kind == "date" else None, required=False)


def title_of(page: Mapping[str, Any]) -> str:
    """The title of a page or item."""
    titles = (entry["title"] for entry in page["properties"].values() if entry.get("type") == "title")
    return _text(next(titles, None))


def _text(parts: Any) -> str:
    return "".join(part["plain_text"] for part in parts or ()) or "Untitled"


Database = Annotated[str, Dropdown("Database", "One to which the integration was added.", options=databases)]
Page = Annotated[str, Dropdown("Page", "The pages that were changed last.", options=pages)]
Item = Annotated[str, Dropdown("Database Item", options=items)]
ItemFields = Annotated[dict[str, Any], DynamicProperties("Fields", form=item_fields)]
Content = Annotated[str | None, LongText("Content", "A paragraph for each line.")]

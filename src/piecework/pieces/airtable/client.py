"""Calls of Airtable's API (airtable.com/developers/web/api), and the choices of bases, tables, views and fields."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

from piecework.pieces.airtable.piece import API, headers
from piecework.sdk import (
    ActionContext,
    Checkbox,
    Dropdown,
    DropdownState,
    DynamicProperties,
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
BASE_FIRST = DropdownState(disabled=True, placeholder="Choose a base first")
TABLE_FIRST = DropdownState(disabled=True, placeholder="Choose a table first")
COMPUTED = frozenset(
    {"aiText", "autoNumber", "button", "count", "createdBy", "createdTime", "externalSyncSource", "formula", "lastModifiedBy",
     "lastModifiedTime", "multipleLookupValues", "rollup"}
)  # fmt: skip
"""Types of fields that nobody writes (airtable.com/developers/web/api/field-model)."""

NUMBERS = frozenset({"number", "currency", "percent", "rating", "duration"})


def records_url(base: str, table: str, record: str = "") -> str:
    """Where a table's records are, or one of them."""
    url = f"{API}/{quote(base, safe='')}/{quote(table, safe='')}"
    return f"{url}/{quote(record, safe='')}" if record else url


async def get(ctx: Context, url: str, **params: Any) -> dict[str, Any]:
    """Read something."""
    return await ctx.http.get(url, headers=headers(ctx.auth), params=params or None, into=dict[str, Any])


async def listed(ctx: Context, url: str, key: str, **params: Any) -> list[dict[str, Any]]:
    """All entries of a list, by offset."""
    found: list[dict[str, Any]] = []
    offset: str | None = None
    while True:
        page = await get(ctx, url, **params, **given(offset=offset))
        found += page.get(key) or []
        offset = page.get("offset")
        if not offset:
            return found


async def tables_of(ctx: Context, base: str) -> list[dict[str, Any]]:
    """The tables of a base with their fields and views."""
    return (await get(ctx, f"{API}/meta/bases/{quote(base, safe='')}/tables")).get("tables") or []


async def table_of(ctx: Context, base: str | None, table: str | None) -> dict[str, Any] | None:
    """One of them, None where none is chosen."""
    if not base or not table:
        return None
    return next((entry for entry in await tables_of(ctx, base) if table in (entry["id"], entry["name"])), None)


async def bases(ctx: Context) -> list[Option]:
    """The bases that the token may see."""
    return [Option(base["name"], base["id"]) for base in await listed(ctx, f"{API}/meta/bases", "bases")]


async def tables(ctx: Context, base: str | None) -> list[Option] | DropdownState:
    """The tables of a base."""
    return [Option(table["name"], table["id"]) for table in await tables_of(ctx, base)] if base else BASE_FIRST


async def views(ctx: Context, base: str | None, tableId: str | None) -> list[Option] | DropdownState:
    """The views of a table."""
    table = await table_of(ctx, base, tableId)
    return [Option(view["name"], view["id"]) for view in table["views"]] if table else TABLE_FIRST


async def field_names(ctx: Context, base: str | None, tableId: str | None) -> list[Option] | DropdownState:
    """The fields of a table by name."""
    table = await table_of(ctx, base, tableId)
    return [Option(field["name"], field["name"]) for field in table["fields"]] if table else TABLE_FIRST


async def record_fields(ctx: Context, base: str | None, tableId: str | None) -> Mapping[str, Property]:
    """A field of the form for each field of the table that can be written."""
    table = await table_of(ctx, base, tableId)
    return {field["id"]: _property(field) for field in table["fields"] if field["type"] not in COMPUTED} if table else {}


def _property(field: Mapping[str, Any]) -> Property:
    title, text, kind = str(field["name"]), field.get("description"), field["type"]
    if kind in ("singleSelect", "multipleSelects"):
        names = {choice["name"]: choice["name"] for choice in (field.get("options") or {}).get("choices") or ()}
        chooser = StaticDropdown if kind == "singleSelect" else StaticMultiSelect
        return chooser(title, text, options=names, required=False)
    if kind == "checkbox":
        return Checkbox(title, text, required=False)
    return Number(title, text, required=False) if kind in NUMBERS else ShortText(title, text, required=False)


Base = Annotated[str, Dropdown("Base", options=bases)]
Table = Annotated[str, Dropdown("Table", options=tables)]
View = Annotated[str | None, Dropdown("View", "Only records that this view shows.", options=views)]
Fields = Annotated[dict[str, Any], DynamicProperties("Table", form=record_fields)]
RecordId = Annotated[str, ShortText("Record ID", "Begins with `rec`.")]


def filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were filled in."""
    return {name: value for name, value in fields.items() if value not in (None, "")}

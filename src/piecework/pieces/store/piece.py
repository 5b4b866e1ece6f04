"""Storage: small values that outlive a run, by project, flow or run."""

from typing import Annotated, Any

import orjson

from piecework.sdk import (
    HIDDEN,
    ActionContext,
    Array,
    Checkbox,
    Piece,
    PieceCategory,
    PieceError,
    ShortText,
    StaticDropdown,
    StoreScope,
)

piece = Piece(
    "store",
    display_name="Storage",
    version="0.6.14",
    description="Keep values between runs.",
    categories=[PieceCategory.CORE],
)

MAX_KEY_LENGTH = 128

Key = Annotated[str, ShortText("Key", "At most 128 characters.")]
Scope = Annotated[
    str,
    StaticDropdown(
        "Store Scope",
        "Who sees the value: all flows of the project, this flow, or this run alone.",
        options={"Project": "COLLECTION", "Flow": "FLOW", "Run": "RUN"},
        required=True,
    ),
]


@piece.action(name="get", display_name="Get", pure=True, error_handling=HIDDEN)
async def get(
    ctx: ActionContext,
    key: Key,
    defaultValue: Annotated[str | None, ShortText("Default Value", "What to give if nothing is stored.")] = None,
    store_scope: Scope = "COLLECTION",
) -> Any:
    """Read a stored value."""
    value = await ctx.store.get(*address(ctx, key, store_scope))
    return defaultValue if value is None else value


@piece.action(name="put", display_name="Put", error_handling=HIDDEN)
async def put(ctx: ActionContext, key: Key, value: Annotated[str, ShortText("Value")], store_scope: Scope = "COLLECTION") -> Any:
    """Store a value under a key, in place of what is there. The output is the value."""
    name, scope = address(ctx, key, store_scope)
    await ctx.store.put(name, value, scope)
    return value


@piece.action(name="append", display_name="Append", error_handling=HIDDEN)
async def append(
    ctx: ActionContext,
    key: Key,
    value: Annotated[str, ShortText("Value")],
    separator: Annotated[str | None, ShortText("Separator", r"What stands between two values; `\n` is a new line.")] = None,
    store_scope: Scope = "COLLECTION",
) -> str:
    """Add text to the stored text. The output is the whole text."""
    name, scope = address(ctx, key, store_scope)
    old = await ctx.store.get(name, scope) or ""
    if not isinstance(old, str):
        raise PieceError(f"key: what is stored under {key!r} is not a text")
    if not value:
        return old
    between = (separator or "").replace("\\n", "\n") if old else ""
    text = f"{old}{between}{value}"
    await ctx.store.put(name, text, scope)
    return text


@piece.action(name="remove_value", display_name="Remove", error_handling=HIDDEN)
async def remove_value(ctx: ActionContext, key: Key, store_scope: Scope = "COLLECTION") -> dict[str, bool]:
    """Forget a stored value."""
    await ctx.store.delete(*address(ctx, key, store_scope))
    return {"success": True}


@piece.action(name="add_to_list", display_name="Add To List", error_handling=HIDDEN)
async def add_to_list(
    ctx: ActionContext,
    key: Key,
    value: Annotated[list[Any], Array("Value", "The items to add.")],
    ignore_if_exists: Annotated[bool | None, Checkbox("Ignore if value exists", "Add only what the list does not hold yet.")] = None,
    store_scope: Scope = "COLLECTION",
) -> list[Any]:
    """Add items to the end of a stored list. The output is the whole list."""
    name, scope = address(ctx, key, store_scope)
    items = as_list(await ctx.store.get(name, scope), key)
    for item in value:
        if not (ignore_if_exists and item in items):
            items.append(item)
    await ctx.store.put(name, items, scope)
    return items


@piece.action(name="remove_from_list", display_name="Remove from List", error_handling=HIDDEN)
async def remove_from_list(
    ctx: ActionContext, key: Key, value: Annotated[str, ShortText("Value", "The item to remove.")], store_scope: Scope = "COLLECTION"
) -> list[Any]:
    """Take the first occurrence of an item out of a stored list. The output is the rest."""
    name, scope = address(ctx, key, store_scope)
    items = as_list(await ctx.store.get(name, scope), key)
    index = position(items, value)
    if index is not None:
        del items[index]
    await ctx.store.put(name, items, scope)
    return items


def address(ctx: ActionContext, key: str, scope: str) -> tuple[str, StoreScope]:
    """Where the store keeps a key. The values of one run live in its flow's scope under a prefix."""
    if not key or len(key) > MAX_KEY_LENGTH:
        raise PieceError(f"key: must have 1 to {MAX_KEY_LENGTH} characters")
    match scope:
        case "COLLECTION" | "PROJECT":
            return key, StoreScope.PROJECT
        case "FLOW":
            return key, StoreScope.FLOW
        case "RUN":
            return f"run_{ctx.run_id}/{key}", StoreScope.FLOW
        case _:
            raise PieceError(f"store_scope: unknown scope {scope!r}")


def as_list(stored: Any, key: str) -> list[Any]:
    """A copy of a stored list; the text of a list counts. Raises PieceError for anything else."""
    if stored is None:
        return []
    if isinstance(stored, str):
        try:
            stored = orjson.loads(stored)
        except ValueError:
            stored = None
    if not isinstance(stored, list):
        raise PieceError(f"key: what is stored under {key!r} is not a list")
    return list(stored)


def position(items: list[Any], text: str) -> int | None:
    """Where an item stands: the text itself, or the value that the text writes as JSON."""
    if text in items:
        return items.index(text)
    try:
        value = orjson.loads(text)
    except ValueError:
        return None
    return items.index(value) if value in items else None

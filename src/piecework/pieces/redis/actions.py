"""The usual commands, and any other one."""

from typing import Annotated, Any

from piecework.pieces.redis.connecting import connected, plain
from piecework.pieces.redis.piece import piece
from piecework.sdk import ActionContext, Array, Checkbox, CustomAuthValue, LongText, Number, PieceError, ShortText, json_text

Context = ActionContext[CustomAuthValue]
Key = Annotated[str, ShortText("Key", "The name under which the value is kept.")]
REFUSED = frozenset({"MONITOR", "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "SYNC", "PSYNC", "SHUTDOWN"})
"""Commands that never end with an answer."""


async def ask(ctx: Context, *command: str | int) -> Any:
    """One command and its answer."""
    async with connected(ctx.network, ctx.auth) as client:
        return plain(await client.execute_command(*command))


@piece.action(pure=True)
async def get_value(ctx: Context, key: Key) -> dict[str, Any]:
    """Read the text under a key. The output's value is null if there is none."""
    return {"value": await ask(ctx, "GET", key)}


@piece.action
async def set_value(
    ctx: Context,
    key: Key,
    value: Annotated[str, LongText("Value", "The text to keep.")],
    expires_in: Annotated[int | None, Number("Expires in (seconds)", "Forget it then; never when empty.", minimum=1, whole=True)] = None,
    only_if_new: Annotated[bool, Checkbox("Only if new", "Leave a value that is there as it is.")] = False,
) -> dict[str, bool]:
    """Keep a text under a key. The output says whether it was written."""
    options: list[str | int] = [*(["EX", expires_in] if expires_in else []), *(["NX"] if only_if_new else [])]
    return {"written": bool(await ask(ctx, "SET", key, value, *options))}


@piece.action
async def delete_value(ctx: Context, key: Key) -> dict[str, bool]:
    """Forget what is under a key. The output says whether there was something."""
    return {"deleted": bool(await ask(ctx, "DEL", key))}


@piece.action
async def increment_value(
    ctx: Context, key: Key, by: Annotated[int, Number("By", "A negative number counts down.", whole=True)] = 1
) -> dict[str, int]:
    """Count: add to the number under a key, which begins at 0. The output has the new number."""
    return {"value": await ask(ctx, "INCRBY", key, by)}


@piece.action(name="push_to_list", display_name="Push to List")
async def push_to_list(
    ctx: Context, key: Key, values: Annotated[list[Any], Array("Values", "The items to add at the end.")]
) -> dict[str, int]:
    """Add items to the end of a list. The output has its new length."""
    if not values:
        raise PieceError("values: must have at least one item")
    items = [value if isinstance(value, str) else json_text(value) for value in values]
    return {"length": await ask(ctx, "RPUSH", key, *items)}


@piece.action(name="pop_from_list", display_name="Pop from List")
async def pop_from_list(ctx: Context, key: Key) -> dict[str, Any]:
    """Take the first item off a list. The output's value is null if the list is empty."""
    return {"value": await ask(ctx, "LPOP", key)}


@piece.action
async def publish_message(
    ctx: Context, channel: Annotated[str, ShortText("Channel")], message: Annotated[str, LongText("Message")]
) -> dict[str, int]:
    """Send a message to all who listen to a channel now. The output says how many they are."""
    return {"receivers": await ask(ctx, "PUBLISH", channel, message)}


@piece.action
async def run_command(
    ctx: Context,
    command: Annotated[str, ShortText("Command", "Such as HSET.")],
    arguments: Annotated[list[Any] | None, Array("Arguments", "Each as an item of its own.")] = None,
) -> Any:
    """Run any command. The output is its answer."""
    name = command.strip().upper()
    if not name.isalpha() or name in REFUSED:
        raise PieceError(f"command: {command!r} cannot be run from a step")
    given = [value if isinstance(value, str) else json_text(value) for value in arguments or []]
    return await ask(ctx, name, *given)

"""Choices of servers, channels and roles, and what steps share."""

from typing import Annotated, Any

from piecework.pieces.discord.piece import API, headers
from piecework.sdk import ActionContext, Dropdown, DropdownState, Option, ShortText, TriggerContext

Context = ActionContext | TriggerContext
_GROUP = 4
"""The type of a channel that only groups others (discord.com/developers/docs/resources/channel#channel-object-channel-types)."""


async def get(ctx: Context, path: str, **params: Any) -> list[dict[str, Any]]:
    """A list of the API."""
    return await ctx.http.get(f"{API}{path}", headers=headers(ctx.auth), params=params or None, into=list[dict[str, Any]])


async def guilds(ctx: Context) -> list[Option] | DropdownState:
    """The servers that the bot has joined."""
    found = await get(ctx, "/users/@me/guilds")
    if not found:
        return DropdownState(disabled=True, placeholder="Invite the bot to a server first")
    return [Option(guild["name"], guild["id"]) for guild in found]


async def channels(ctx: Context) -> list[Option] | DropdownState:
    """The channels of all of these servers."""
    found: list[Option] = []
    for guild in await get(ctx, "/users/@me/guilds"):
        listed = await get(ctx, f"/guilds/{guild['id']}/channels")
        found += [Option(f"{channel['name']} ({guild['name']})", channel["id"]) for channel in listed if channel.get("type") != _GROUP]
    return found or DropdownState(disabled=True, placeholder="Invite the bot to a server first")


async def roles(ctx: Context, guild_id: str | None) -> list[Option] | DropdownState:
    """The roles of a server."""
    if not guild_id:
        return DropdownState(disabled=True, placeholder="Choose a server first")
    return [Option(role["name"], role["id"]) for role in await get(ctx, f"/guilds/{guild_id}/roles")]


Channel = Annotated[str, Dropdown("Channel", "Of all servers that the bot has joined.", options=channels)]
Guild = Annotated[str, Dropdown("Server", "One that the bot has joined.", options=guilds)]
Role = Annotated[str, Dropdown("Role", "It must be lower than the bot's own.", options=roles)]
User = Annotated[str, ShortText("User ID", "In developer mode: right-click the person, *Copy User ID*.")]

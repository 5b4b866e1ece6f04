"""Channels."""

from typing import Annotated, Any

from piecework.pieces.discord.client import Channel, Guild, get
from piecework.pieces.discord.piece import API, headers, piece
from piecework.sdk import ActionContext, LongText, ShortText, given


@piece.action(name="create_channel", display_name="Create Channel")
async def create_channel(
    ctx: ActionContext, guild_id: Guild, name: str, topic: Annotated[str | None, LongText("Topic")] = None
) -> dict[str, Any]:
    """Create a text channel. The bot needs *Manage Channels*."""
    url = f"{API}/guilds/{guild_id}/channels"
    made = await ctx.http.post(url, headers=headers(ctx.auth), json=given(name=name, topic=topic), into=dict[str, Any])
    return {"success": True, "channel": {"id": made["id"], "name": made["name"]}}


@piece.action(name="rename_channel", display_name="Rename Channel")
async def rename_channel(
    ctx: ActionContext, channel_id: Channel, name: Annotated[str, ShortText("Name", "The new one.")]
) -> dict[str, Any]:
    """Rename a channel. The bot needs *Manage Channels*."""
    made = await ctx.http.patch(f"{API}/channels/{channel_id}", headers=headers(ctx.auth), json={"name": name}, into=dict[str, Any])
    return {"success": True, "channel": {"id": made["id"], "name": made["name"]}}


@piece.action(name="delete_channel", display_name="Delete Channel")
async def delete_channel(ctx: ActionContext, channel_id: Channel) -> dict[str, Any]:
    """Delete a channel with its messages. This cannot be undone."""
    await ctx.http.delete(f"{API}/channels/{channel_id}", headers=headers(ctx.auth))
    return {"success": True}


@piece.action(name="find_channel", display_name="Find Channel")
async def find_channel(ctx: ActionContext, guild_id: Guild, name: str) -> dict[str, Any]:
    """Find a channel of a server by its exact name."""
    found = next((channel for channel in await get(ctx, f"/guilds/{guild_id}/channels") if channel["name"] == name), None)
    return {"success": found is not None, **({} if found is None else {"channel_id": found["id"]})}

"""Members of a server, and their roles."""

from typing import Any
from urllib.parse import quote

from piecework.pieces.discord.client import Guild, Role, User
from piecework.pieces.discord.piece import API, headers, piece
from piecework.sdk import ActionContext


def member_url(guild_id: str, user_id: str) -> str:
    """Where a member is in the API."""
    return f"{API}/guilds/{guild_id}/members/{quote(user_id, safe='')}"


@piece.action(name="add_role_to_member", display_name="Add Role to Member")
async def add_role(ctx: ActionContext, guild_id: Guild, user_id: User, role_id: Role) -> dict[str, Any]:
    """Give a role to a member. The bot needs *Manage Roles*."""
    await ctx.http.put(f"{member_url(guild_id, user_id)}/roles/{role_id}", headers=headers(ctx.auth))
    return {"success": True}


@piece.action(name="remove_role_from_member", display_name="Remove Role from Member")
async def remove_role(ctx: ActionContext, guild_id: Guild, user_id: User, role_id: Role) -> dict[str, Any]:
    """Take a role from a member. The bot needs *Manage Roles*."""
    await ctx.http.delete(f"{member_url(guild_id, user_id)}/roles/{role_id}", headers=headers(ctx.auth))
    return {"success": True}

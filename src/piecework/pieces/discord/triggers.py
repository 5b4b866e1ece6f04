"""New messages and new members."""

from datetime import datetime
from typing import Annotated, Any

from piecework.pieces.discord.client import Channel, get
from piecework.pieces.discord.piece import piece
from piecework.sdk import ById, Number, ShortText, TriggerContext

Limit = Annotated[int, Number("Limit", "How many are looked at in each poll.", minimum=1, maximum=100, whole=True)]


@piece.poll(name="new_message", display_name="New Message", dedupe=ById(lambda message: message["id"]))
async def new_message(ctx: TriggerContext, channel: Channel, limit: Limit = 50) -> list[dict[str, Any]]:
    """A message was posted to a channel."""
    return await get(ctx, f"/channels/{channel}/messages", limit=limit)


PAGE = 1000
"""Members that one call gives at most (discord.com/developers/docs/resources/guild#list-guild-members)."""


@piece.poll(name="new_member", display_name="New Member", dedupe=ById(lambda member: f"{member['user']['id']}@{member['joined_at']}"))
async def new_member(
    ctx: TriggerContext,
    guildId: Annotated[str, ShortText("Server ID", "In developer mode: right-click the server, *Copy Server ID*.")],
    limit: Annotated[int, Number("Limit", "How many of the newest are looked at in each poll.", minimum=1, maximum=1000, whole=True)] = 50,
) -> list[dict[str, Any]]:
    """Somebody joined a server."""
    found: list[dict[str, Any]] = []
    after = "0"
    while True:
        page = await get(ctx, f"/guilds/{guildId}/members", limit=PAGE, after=after)
        found += page
        if len(page) < PAGE:
            break
        after = page[-1]["user"]["id"]
    found.sort(key=lambda member: datetime.fromisoformat(member["joined_at"]), reverse=True)
    return found[:limit]

"""Channels and the people in them."""

from typing import Annotated, Any

from piecework.pieces.slack.client import get, post
from piecework.pieces.slack.piece import piece
from piecework.sdk import ActionContext, Checkbox, ShortText


@piece.action(name="slack-create-channel", display_name="Create Channel")
async def create_channel(
    ctx: ActionContext,
    channelName: Annotated[str, ShortText("Channel Name", "Small letters, digits and hyphens.")],
    isPrivate: Annotated[bool, Checkbox("Is Private?", "Only those who are invited see it.")] = False,
) -> dict[str, Any]:
    """Create a channel."""
    return await post(ctx, "conversations.create", {"name": channelName, "is_private": isPrivate})


@piece.action(name="slack-find-user-by-email", display_name="Find User by Email")
async def find_user_by_email(ctx: ActionContext, email: str) -> dict[str, Any]:
    """Find a member of the workspace by their e-mail address. The step fails where there is none."""
    return await get(ctx, "users.lookupByEmail", {"email": email})

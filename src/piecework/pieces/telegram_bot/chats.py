"""Chats and their members."""

from datetime import datetime
from typing import Annotated, Any

from piecework.pieces.telegram_bot.piece import Chat, call, piece
from piecework.sdk import ActionContext, Checkbox, DateTime, HttpFailed, Number, ShortText, given


@piece.action(name="get_chat_member", display_name="Get Chat Member")
async def get_chat_member(
    ctx: ActionContext, chat_id: Chat, user_id: Annotated[str, ShortText("User Id", "The trigger shows it as `message.from.id`.")]
) -> Any:
    """Look up somebody's role in a chat. For somebody unknown the output is Telegram's error."""
    try:
        return (await call(ctx, "getChatMember", {"chat_id": chat_id, "user_id": user_id}))["body"]
    except HttpFailed as error:
        if error.status != 400:
            raise
        return error.detail["response"].get("body")


@piece.action(name="create_invite_link", display_name="Create Invite Link")
async def create_invite_link(
    ctx: ActionContext,
    chat_id: Chat,
    name: Annotated[str | None, ShortText("Name", "At most 32 characters.")] = None,
    expire_date: Annotated[datetime | None, DateTime("Expire Date", as_datetime=True)] = None,
    member_limit: Annotated[int | None, Number("Member Limit", "How many may join by it.", minimum=1, maximum=99999, whole=True)] = None,
    creates_join_request: Annotated[bool, Checkbox("Creates Join Request", "Administrators approve who joins.")] = False,
) -> Any:
    """Create a link by which people join a chat. The bot must be an administrator of it."""
    optional = given(name=name, expire_date=int(expire_date.timestamp()) if expire_date else None, member_limit=member_limit)
    body = {"chat_id": chat_id, **optional, "creates_join_request": creates_join_request}
    return (await call(ctx, "createChatInviteLink", body))["body"]

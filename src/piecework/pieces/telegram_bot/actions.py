"""Messages of text."""

from typing import Annotated, Any

from piecework.pieces.telegram_bot.piece import Chat, Format, Markup, Thread, call, parse_mode, piece
from piecework.sdk import ActionContext, Checkbox, LongText, Number, PieceError, ShortText, given

Silent = Annotated[bool, Checkbox("Disable Notification", "Arrives without a sound.")]
Protected = Annotated[bool, Checkbox("Protect Content", "Can be neither forwarded nor saved.")]
NoPreview = Annotated[bool, Checkbox("Disable Web Page Preview", "Show no preview of links.")]
MessageId = Annotated[int, Number("Message Id", whole=True)]


@piece.action(name="send_text_message", display_name="Send Text Message")
async def send_text_message(
    ctx: ActionContext,
    chat_id: Chat,
    message: Annotated[str, LongText("Message", "At most 4096 characters.")],
    message_thread_id: Thread = None,
    format: Format = "MarkdownV2",
    web_page_preview: NoPreview = False,
    disable_notification: Silent = False,
    protect_content: Protected = False,
    reply_to_message_id: Annotated[int | None, Number("Reply to Message Id", whole=True)] = None,
    reply_markup: Markup = None,
) -> dict[str, Any]:
    """Write to a chat. The output is Telegram's whole answer; the message is in `body.result`."""
    optional = given(
        message_thread_id=message_thread_id,
        parse_mode=parse_mode(format),
        reply_markup=reply_markup,
        reply_to_message_id=reply_to_message_id,
    )
    flags = {"disable_web_page_preview": web_page_preview, "disable_notification": disable_notification, "protect_content": protect_content}
    return await call(ctx, "sendMessage", {"chat_id": chat_id, "text": message, **optional, **flags})


@piece.action(name="edit_message_text", display_name="Edit Message Text")
async def edit_message_text(
    ctx: ActionContext,
    text: Annotated[str, LongText("New Text")],
    chat_id: Annotated[str | None, ShortText("Chat Id", "Of a message that the bot has sent.")] = None,
    message_id: Annotated[int | None, Number("Message Id", whole=True)] = None,
    inline_message_id: Annotated[str | None, ShortText("Inline Message Id", "Instead of chat and message.")] = None,
    format: Format = "MarkdownV2",
    disable_web_page_preview: NoPreview = False,
    reply_markup: Markup = None,
) -> dict[str, Any]:
    """Replace the text of a message that the bot has sent."""
    if not (chat_id and message_id) and not inline_message_id:
        raise PieceError("Say which message: by chat and message id, or by inline message id")
    where = given(chat_id=chat_id, message_id=message_id, inline_message_id=inline_message_id)
    optional = given(parse_mode=parse_mode(format), reply_markup=reply_markup)
    body = {**where, "text": text, **optional, "disable_web_page_preview": disable_web_page_preview}
    return await call(ctx, "editMessageText", body)


@piece.action(name="delete_message", display_name="Delete Message")
async def delete_message(ctx: ActionContext, chat_id: Chat, message_id: MessageId) -> dict[str, Any]:
    """Delete a message: one of the bot's, or any in a group that it administers."""
    return await call(ctx, "deleteMessage", {"chat_id": chat_id, "message_id": message_id})

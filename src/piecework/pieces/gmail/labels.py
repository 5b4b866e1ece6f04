"""Filing mail."""

from typing import Annotated, Any

from piecework.pieces.gmail.client import Label, post
from piecework.pieces.gmail.piece import piece
from piecework.sdk import ActionContext, PieceError, ShortText

MessageId = Annotated[str, ShortText("Message ID", "The `id` of the mail.")]


@piece.action(name="gmail_add_label_to_email", display_name="Add Label to Email")
async def add_label(ctx: ActionContext, message_id: MessageId, label: Label) -> dict[str, Any]:
    """Put a label on a mail."""
    return await post(ctx, f"messages/{message_id}/modify", {"addLabelIds": [label_id(label)]})


@piece.action(name="gmail_remove_label_from_email", display_name="Remove Label from Email")
async def remove_label(ctx: ActionContext, message_id: MessageId, label: Label) -> dict[str, Any]:
    """Take a label from a mail."""
    return await post(ctx, f"messages/{message_id}/modify", {"removeLabelIds": [label_id(label)]})


@piece.action(name="gmail_archive_email", display_name="Archive Email")
async def archive(ctx: ActionContext, message_id: MessageId) -> dict[str, Any]:
    """Take a mail out of the inbox."""
    return await post(ctx, f"messages/{message_id}/modify", {"removeLabelIds": ["INBOX"]})


def label_id(label: Any) -> str:
    """The id of what the dropdown gives, ``{"id", "name"}``. Raises PieceError for other values."""
    if isinstance(label, dict) and "id" in label:
        return str(label["id"])
    raise PieceError(f"{label!r} is no label; choose one")

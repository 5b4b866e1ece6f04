"""Finding and reading mail."""

from typing import Annotated, Any

from piecework.pieces.gmail.client import Category, Label, Sender, Subject, To, get, labelled, mail, query
from piecework.pieces.gmail.piece import piece
from piecework.sdk import ActionContext, Checkbox, Number, PieceError, ShortText


@piece.action(name="gmail_get_mail", display_name="Get Email")
async def get_mail(ctx: ActionContext, message_id: Annotated[str, ShortText("Message ID", "The `id` of the mail.")]) -> dict[str, Any]:
    """Read a mail. Its attachments become files that later steps can use."""
    return await mail(ctx, message_id)


@piece.action(name="gmail_search_mail", display_name="Find Email")
async def search_mail(
    ctx: ActionContext,
    to: To = None,
    subject: Subject = None,
    content: Annotated[str | None, ShortText("Email Content", "Only mail with these words.")] = None,
    has_attachment: Annotated[bool, Checkbox("Has Attachment")] = False,
    attachment_name: Annotated[str | None, ShortText("Attachment Name")] = None,
    label: Label = None,
    category: Category = None,
    include_spam_trash: Annotated[bool, Checkbox("Include Spam & Trash")] = False,
    max_results: Annotated[int, Number("Max Results", minimum=1, maximum=500, whole=True)] = 10,
    from_: Sender = None,
) -> dict[str, Any]:
    """Find mail. The newest come first, with their texts and attachments."""
    words = [*query(sender=from_, to=to, subject=subject, filename=attachment_name), *labelled(label)]
    if content and content.strip():
        words.append('"' + content.strip().replace('"', " ") + '"')
    if has_attachment:
        words.append("has:attachment")
    if category:
        words.append(f"category:{category}")
    if not words:
        raise PieceError("Say what to look for, in at least one field")
    found = await get(
        ctx, "messages", q=" ".join(words), maxResults=max_results, includeSpamTrash="true" if include_spam_trash else "false"
    )
    messages = [await mail(ctx, entry["id"]) for entry in found.get("messages") or ()]
    return {"found": bool(messages), "results": {"messages": messages, "count": len(messages)}}

"""Sending mail."""

import base64
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import formataddr
from mimetypes import guess_type
from typing import Annotated, Any, Literal

from piecework.pieces.gmail.client import get, post
from piecework.pieces.gmail.piece import piece
from piecework.sdk import (
    ActionContext,
    Array,
    Checkbox,
    File,
    LoadedFile,
    LongText,
    PieceError,
    ShortText,
    StaticDropdown,
    load_file,
)

BodyType = Annotated[
    Literal["plain_text", "html"],
    StaticDropdown(
        "Body Type", options={"plain text": "plain_text", "html": "html"}, default="plain_text", disabled=False, only_these=True
    ),
]
Attachments = Annotated[
    list[dict[str, Any]] | None,
    Array("Attachments", of={"file": File("File", required=True), "name": ShortText("Attachment Name", "Instead of the file's own.")}),
]


@piece.action(name="send_email", display_name="Send Email")
async def send_email(
    ctx: ActionContext,
    receiver: Annotated[list[str], Array("Receiver Email (To)")],
    subject: str,
    body_type: BodyType,
    body: Annotated[str, LongText("Body")],
    cc: Annotated[list[str] | None, Array("CC Email")] = None,
    bcc: Annotated[list[str] | None, Array("BCC Email")] = None,
    reply_to: Annotated[list[str] | None, Array("Reply-To Email", "Where answers go, if not to the sender.")] = None,
    sender_name: Annotated[str | None, ShortText("Sender Name")] = None,
    attachments: Attachments = None,
    in_reply_to: Annotated[str | None, ShortText("In reply to", "The Message-ID of the mail that this one answers.")] = None,
    draft: Annotated[bool, Checkbox("Create draft", "Keep it as a draft instead of sending it.")] = False,
    from_: Annotated[str | None, ShortText("Sender Email", "Another address of the account.")] = None,
) -> dict[str, Any]:
    """Send a mail from the account, or keep it as a draft."""
    message = EmailMessage()
    _address(message, {"To": receiver, "Cc": cc, "Bcc": bcc, "Reply-To": reply_to})
    message["Subject"] = subject
    if sender_name:
        from_ = formataddr((sender_name, from_ or (await get(ctx, "profile"))["emailAddress"]))
    if from_:
        message["From"] = from_
    message.set_content(body, subtype="html" if body_type == "html" else "plain")
    for entry in attachments or ():
        await _attach(ctx, message, entry["file"], entry.get("name"))
    sent: dict[str, Any] = {}
    if in_reply_to:
        message["In-Reply-To"] = message["References"] = in_reply_to
        found = (await get(ctx, "messages", q=f"rfc822msgid:{in_reply_to}")).get("messages")
        sent = {"threadId": found[0]["threadId"]} if found else {}
    sent["raw"] = base64.urlsafe_b64encode(message.as_bytes()).decode()
    return {"data": await post(ctx, "drafts", {"message": sent}) if draft else await post(ctx, "messages/send", sent)}


def _address(message: EmailMessage, people: Mapping[str, list[str] | None]) -> None:
    for header, addresses in people.items():
        kept = [address.strip() for address in addresses or () if address and address.strip()]
        if kept:
            message[header] = ", ".join(kept)
    if "To" not in message:
        raise PieceError("The mail has no receiver")


async def _attach(ctx: ActionContext, message: EmailMessage, given: Any, name: str | None) -> None:
    file = given if isinstance(given, LoadedFile) else await load_file(given, ctx.files)
    main, _, sub = (guess_type(name or file.filename)[0] or "application/octet-stream").partition("/")
    message.add_attachment(file.data, maintype=main, subtype=sub, filename=name or file.filename)

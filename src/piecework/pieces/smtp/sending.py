"""An e-mail: headers, text and attachments (RFC 5322, RFC 2045)."""

import mimetypes
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Annotated, Any, Literal, cast

from piecework.pieces.smtp.connecting import connected
from piecework.pieces.smtp.piece import piece
from piecework.sdk import (
    ActionContext,
    Array,
    CustomAuthValue,
    File,
    LoadedFile,
    LongText,
    Object,
    PieceError,
    ShortText,
    StaticDropdown,
)

BodyType = Literal["plain_text", "html"]
ATTACHMENT = {
    "file": File("File", "The file to attach.", required=True),
    "name": ShortText("Attachment Name", "The name to give it; its own when empty.", required=False),
}
OWN_HEADERS = frozenset(
    {"from", "to", "cc", "bcc", "subject", "date", "message-id", "mime-version", "content-type", "content-transfer-encoding"}
)


@piece.action(name="send-email", display_name="Send Email")
async def send_email(
    ctx: ActionContext[CustomAuthValue],
    *,
    from_: Annotated[str, ShortText("From Email", "The sender's address.")],
    senderName: Annotated[str | None, ShortText("Sender Name", "Shown beside the address.")] = None,
    to: Annotated[list[Any], Array("To", "The addresses of the recipients.")],
    cc: Annotated[list[Any] | None, Array("CC", "Who gets a copy that everyone sees.")] = None,
    replyTo: Annotated[str | None, ShortText("Reply To", "Where answers go, if not to the sender.")] = None,
    bcc: Annotated[list[Any] | None, Array("BCC", "Who gets a copy that nobody sees.")] = None,
    subject: Annotated[str, ShortText("Subject")],
    body_type: Annotated[
        BodyType,
        StaticDropdown(
            "Body Type", "How the body is written.", options={"plain text": "plain_text", "html": "html"}, required=True, only_these=True
        ),
    ] = "plain_text",
    body: Annotated[str, LongText("Body")],
    customHeaders: Annotated[dict[str, Any] | None, Object("Custom Headers", "Further headers by name.")] = None,
    attachments: Annotated[list[Any] | None, Array("Attachments", "Files to send along.", of=ATTACHMENT)] = None,
) -> dict[str, Any]:
    """Send an e-mail. The output says who was accepted and who was refused."""
    sender = address("from", from_, senderName)
    recipients = {name: [address(name, one) for one in listed] for name, listed in (("to", to), ("cc", cc), ("bcc", bcc)) if listed}
    message = EmailMessage()
    message["From"] = sender
    for name in ("to", "cc"):
        if name in recipients:
            message[name.title()] = recipients[name]
    if replyTo:
        message["Reply-To"] = address("replyTo", replyTo)
    message["Subject"] = one_line("subject", subject)
    finish(message, ctx.now(), sender, customHeaders or {})
    message.set_content(body, subtype="html" if body_type == "html" else "plain")
    for one in attachments or []:
        attach(message, one)
    everyone = [one.addr_spec for listed in recipients.values() for one in listed]
    return await deliver(ctx, sender, everyone, message)


async def deliver(ctx: ActionContext[CustomAuthValue], sender: Address, everyone: list[str], message: EmailMessage) -> dict[str, Any]:
    """Hand the message to the server, and what became of it."""
    async with connected(ctx.network, ctx.auth) as client:
        refused, response = await client.sendmail(sender.addr_spec, everyone, message.as_bytes())
    return {
        "accepted": [one for one in everyone if one not in refused],
        "rejected": list(refused),
        "envelope": {"from": sender.addr_spec, "to": everyone},
        "messageId": str(message["Message-ID"]),
        "response": response,
    }


def address(name: str, value: Any, display_name: str | None = None) -> Address:
    """``Ada <ada@example.com>`` or a bare address. Raises PieceError that names the property for anything else."""
    shown, found = parseaddr(str(value).strip())
    try:
        parsed = Address(display_name=one_line("senderName", display_name or shown), addr_spec=found)
    except (ValueError, IndexError):
        parsed = None
    if parsed is None or not parsed.username or not parsed.domain:
        raise PieceError(f"{name}: {value!r} is not an e-mail address")
    return parsed


def one_line(name: str, text: str) -> str:
    """Refuses line breaks, which would begin another header."""
    if "\r" in text or "\n" in text:
        raise PieceError(f"{name}: must be one line")
    return text


def finish(message: EmailMessage, now: datetime, sender: Address, headers: dict[str, Any]) -> None:
    """The date, an id that no other message has, and the author's own headers."""
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=sender.domain or "piecework")
    for name, value in headers.items():
        add_header(message, name, value)


def add_header(message: EmailMessage, name: str, value: Any) -> None:
    if name.lower() in OWN_HEADERS:
        raise PieceError(f"customHeaders.{name}: is set by the step itself")
    try:
        message[name] = one_line(f"customHeaders.{name}", str(value))
    except ValueError:
        raise PieceError(f"customHeaders.{name}: is not a header") from None


def attach(message: EmailMessage, attachment: Any) -> None:
    item = cast("dict[str, Any]", attachment)
    file: LoadedFile = item["file"]
    file_name = str(item.get("name") or file.filename)
    kind = mimetypes.guess_type(file_name)[0] or mimetypes.guess_type(file.filename)[0] or "application/octet-stream"
    main, _, sub = kind.partition("/")
    message.add_attachment(file.data, maintype=main, subtype=sub, filename=file_name)

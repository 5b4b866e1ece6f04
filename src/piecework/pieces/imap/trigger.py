"""New e-mail."""

import email
import imaplib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default as modern
from email.utils import getaddresses
from typing import Annotated, Any, cast

from piecework.pieces.imap.connecting import done, in_session, select
from piecework.pieces.imap.fields import Mailbox
from piecework.pieces.imap.piece import piece
from piecework.sdk import ByTime, CustomAuthValue, Markdown, TriggerContext

MOST = 100
"""E-mails that one poll gives; the oldest come first, the rest with the next poll."""

SAMPLES = 5
SETTLED = timedelta(seconds=2)
"""A server's clock counts in seconds: an e-mail waits until no other of the same second can still arrive."""

_UID = re.compile(rb"UID (\d+)")


@dataclass(frozen=True, slots=True)
class Letter:
    uid: int
    received: datetime
    source: bytes


@piece.poll(
    name="new_email",
    display_name="New Email",
    dedupe=ByTime(lambda item: datetime.fromtimestamp(item["epochMilliSeconds"] / 1000, UTC)),
)
async def new_email(
    ctx: TriggerContext[CustomAuthValue],
    mailbox: Mailbox,
    filterInstructions: Annotated[None, Markdown(None, "A router step after this can choose by subject, sender and so on.")] = None,
) -> list[dict[str, Any]]:
    """Starts for each new e-mail in a folder."""
    until = ctx.now() - SETTLED

    def work(client: imaplib.IMAP4) -> list[Letter]:
        select(client, mailbox, readonly=True)
        return letters(client, ctx.since, until)

    found = await in_session(ctx.network, ctx.auth, work)
    return [await output(ctx, letter) for letter in reversed(found)]


def letters(client: imaplib.IMAP4, since: datetime | None, until: datetime) -> list[Letter]:
    """What arrived in between, oldest first; without ``since`` the newest few."""
    # SINCE knows whole days only, in the server's time zone (RFC 9051 §6.4.4)
    criteria = ["SINCE", (since - timedelta(days=1)).strftime("%d-%b-%Y")] if since else ["ALL"]
    uids = done(client.uid("SEARCH", *criteria), "The mailbox cannot be searched")[0].split()
    if since is None:
        uids = uids[-2 * SAMPLES :]
    times = arrivals(client, uids)
    wanted = sorted((moment, uid) for uid, moment in times.items() if moment <= until and (since is None or moment > since))
    chosen = wanted[:MOST] if since else wanted[-SAMPLES:]
    return [Letter(uid, moment, source(client, uid)) for moment, uid in chosen]


def arrivals(client: imaplib.IMAP4, uids: list[bytes]) -> dict[int, datetime]:
    """When each e-mail arrived."""
    if not uids:
        return {}
    found: dict[int, datetime] = {}
    for line in done(client.uid("FETCH", b",".join(uids).decode(), "(UID INTERNALDATE)"), "The e-mails cannot be read"):
        uid, date = _UID.search(line or b""), re.search(rb'INTERNALDATE "([^"]+)"', line or b"")
        if uid and date:
            found[int(uid[1])] = datetime.strptime(date[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
    return found


def source(client: imaplib.IMAP4, uid: int) -> bytes:
    """The whole e-mail, without marking it as read."""
    data = done(client.uid("FETCH", str(uid), "(BODY.PEEK[])"), "The e-mail cannot be read")
    return next((part[1] for part in data if isinstance(part, tuple)), b"")


async def output(ctx: TriggerContext[CustomAuthValue], letter: Letter) -> dict[str, Any]:
    """The e-mail as the flow gets it; attachments are files."""
    message = email.message_from_bytes(letter.source, policy=modern)
    attachments = [
        await ctx.files.write(part.get_filename() or "attachment", cast("bytes", part.get_payload(decode=True) or b""))
        for part in message.iter_attachments()
    ]
    data: dict[str, Any] = {
        "uid": letter.uid,
        "messageId": message["Message-ID"],
        "subject": message["Subject"] and str(message["Subject"]),
        "date": _date(message, letter.received),
        "text": _body(message, "plain"),
        "html": _body(message, "html") or False,
    }
    for name in ("from", "to", "cc", "reply-to"):
        listed = getaddresses([str(value) for value in message.get_all(name, [])])
        if listed:
            data["replyTo" if name == "reply-to" else name] = {
                "value": [{"address": address, "name": shown} for shown, address in listed],
                "text": str(message[name]),
            }
    return {"data": data, "epochMilliSeconds": int(letter.received.timestamp() * 1000), "attachments": attachments}


def _body(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body((kind,))  # type: ignore[arg-type]
    if part is None:
        return None
    payload = cast("bytes", part.get_payload(decode=True) or b"")
    try:
        return payload.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return payload.decode("utf-8", "replace")


def _date(message: EmailMessage, received: datetime) -> str:
    written = getattr(message["Date"], "datetime", None) or received
    return written.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"

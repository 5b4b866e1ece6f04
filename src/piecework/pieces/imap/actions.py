"""What is done with one e-mail."""

import imaplib
from typing import Annotated, Any

from piecework.pieces.imap.connecting import done, in_session, quoted, select
from piecework.pieces.imap.fields import Mailbox, SourceMailbox, TargetMailbox, Uid
from piecework.pieces.imap.piece import piece
from piecework.sdk import ActionContext, Checkbox, CustomAuthValue, PieceError

Context = ActionContext[CustomAuthValue]


@piece.action(name="mark_email_read", display_name="Mark Email as Read/Unread")
async def mark_email_read(
    ctx: Context,
    mailbox: Mailbox,
    uid: Uid,
    markAsRead: Annotated[bool, Checkbox("Mark as Read", "Off marks it as unread.", required=False)] = True,
) -> dict[str, Any]:
    """Mark an e-mail as read or unread."""

    def work(client: imaplib.IMAP4) -> None:
        opened(client, mailbox, uid)
        done(client.uid("STORE", str(uid), "+FLAGS" if markAsRead else "-FLAGS", r"(\Seen)"), "The e-mail cannot be marked")

    await in_session(ctx.network, ctx.auth, work)
    return {"success": True, "uid": uid}


@piece.action(name="copy_email", display_name="Copy Email")
async def copy_email(ctx: Context, sourceMailbox: SourceMailbox, uid: Uid, targetMailbox: TargetMailbox) -> dict[str, Any]:
    """Copy an e-mail into another folder."""

    def work(client: imaplib.IMAP4) -> None:
        opened(client, sourceMailbox, uid)
        copied(client, uid, targetMailbox)

    await in_session(ctx.network, ctx.auth, work)
    return {"success": True, "uid": uid, "targetMailbox": targetMailbox}


@piece.action(name="move_email", display_name="Move Email")
async def move_email(ctx: Context, sourceMailbox: SourceMailbox, uid: Uid, targetMailbox: TargetMailbox) -> dict[str, Any]:
    """Move an e-mail into another folder."""

    def work(client: imaplib.IMAP4) -> None:
        opened(client, sourceMailbox, uid)
        copied(client, uid, targetMailbox)
        deleted(client, uid)

    await in_session(ctx.network, ctx.auth, work)
    return {"success": True, "uid": uid, "targetMailbox": targetMailbox}


@piece.action(name="delete_email", display_name="Delete Email")
async def delete_email(ctx: Context, mailbox: Mailbox, uid: Uid) -> dict[str, Any]:
    """Delete an e-mail for good."""

    def work(client: imaplib.IMAP4) -> None:
        opened(client, mailbox, uid)
        deleted(client, uid)

    await in_session(ctx.network, ctx.auth, work)
    return {"success": True, "uid": uid}


def opened(client: imaplib.IMAP4, mailbox: str, uid: int) -> None:
    """Open the mailbox and see that the e-mail is there: most commands say nothing of one that is not."""
    select(client, mailbox)
    if not done(client.uid("SEARCH", "UID", str(uid)), "The e-mail cannot be looked up")[0]:
        raise PieceError(f"uid: there is no e-mail {uid} in {mailbox}")


def copied(client: imaplib.IMAP4, uid: int, target: str) -> None:
    done(client.uid("COPY", str(uid), quoted(target)), f"The e-mail cannot be put into {target}")


def deleted(client: imaplib.IMAP4, uid: int) -> None:
    done(client.uid("STORE", str(uid), "+FLAGS", r"(\Deleted)"), "The e-mail cannot be deleted")
    # UID EXPUNGE removes only this one (RFC 4315); a server without it removes all that are marked, which is not ours to do
    if b"UIDPLUS" in done(client.capability(), "The server does not say what it can")[0].split():
        done(client.uid("EXPUNGE", str(uid)), "The e-mail cannot be deleted")

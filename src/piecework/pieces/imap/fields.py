"""Fields that several steps have."""

from typing import Annotated, Any

from piecework.pieces.imap.connecting import in_session, mailboxes
from piecework.sdk import ActionContext, CustomAuthValue, Dropdown, DropdownState, Number


async def folders(ctx: ActionContext[CustomAuthValue], auth: Any) -> DropdownState:
    """The mailboxes of the account."""
    if not auth:
        return DropdownState(disabled=True, placeholder="Choose a connection first")
    return DropdownState({name: name for name in await in_session(ctx.network, ctx.auth, mailboxes)})


Mailbox = Annotated[str, Dropdown("Mailbox", "The folder, such as INBOX.", options=folders)]
SourceMailbox = Annotated[str, Dropdown("Source Folder", "The folder that the e-mail is in.", options=folders)]
TargetMailbox = Annotated[str, Dropdown("Target Folder", "The folder that it shall be in.", options=folders)]
Uid = Annotated[int, Number("Message UID", "The uid that the trigger gives; it is good for its folder only.", whole=True, minimum=1)]

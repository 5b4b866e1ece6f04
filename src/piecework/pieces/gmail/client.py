"""Calls of the Gmail API (developers.google.com/gmail/api/reference/rest), mail as steps see it, and the choice of a label."""

import base64
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Annotated, Any

from piecework.pieces.gmail.piece import API
from piecework.sdk import ActionContext, Dropdown, Option, ShortText, StaticDropdown, TriggerContext

Context = ActionContext | TriggerContext
CATEGORIES = {"Primary": "primary", "Social": "social", "Promotions": "promotions", "Updates": "updates", "Forums": "forums"}


async def get(ctx: Context, path: str, **params: Any) -> dict[str, Any]:
    """Read something."""
    return await ctx.http.get(f"{API}/{path}", headers=ctx.auth.headers, params=params or None, into=dict[str, Any])


async def post(ctx: Context, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Change something."""
    return await ctx.http.post(f"{API}/{path}", headers=ctx.auth.headers, json=body, into=dict[str, Any])


async def labels(ctx: Context) -> list[Option]:
    """The labels of the account."""
    found = (await get(ctx, "labels")).get("labels") or ()
    return [Option(label["name"], {"id": label["id"], "name": label["name"]}) for label in found]


Sender = Annotated[str | None, ShortText("From", "Only mail of this sender.")]
To = Annotated[str | None, ShortText("To", "Only mail to this address.")]
Subject = Annotated[str | None, ShortText("Email subject", "Only mail with these words in its subject.")]
Label = Annotated[Any, Dropdown("Label", "One of the account's labels.", options=labels)]
Category = Annotated[str | None, StaticDropdown("Category", options=CATEGORIES, disabled=False)]


def query(sender: str | None, **criteria: str | None) -> list[str]:
    """The words of Gmail's search for these criteria: ``from:(ada)``."""
    criteria = {"from": sender, **criteria}
    return [f"{name}:({value.strip()})" for name, value in criteria.items() if value and value.strip()]


def labelled(label: Any) -> list[str]:
    """The same for a label, as the dropdown gives it."""
    return [f'label:"{label["name"]}"'] if isinstance(label, dict) and label.get("name") else []


async def mail(ctx: Context, message_id: str) -> dict[str, Any]:
    """A message with its texts, and its attachments as files that later steps can read."""
    found = await get(ctx, f"messages/{message_id}", format="raw")
    return await opened(ctx, found)


async def opened(ctx: Context, found: dict[str, Any]) -> dict[str, Any]:
    """What ``mail`` gives, of the answer with the raw message."""
    message = message_from_bytes(base64.urlsafe_b64decode(found["raw"] + "=="), policy=policy.default)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    return {
        "id": found["id"],
        "threadId": found.get("threadId"),
        "labelIds": found.get("labelIds") or [],
        "messageId": message.get("Message-ID"),
        "subject": message.get("Subject"),
        "date": _date(message),
        **{name: _people(message, name) for name in ("from", "to", "cc")},
        "text": plain.get_content() if plain else None,
        "html": html.get_content() if html else None,
        "attachments": [await _attachment(ctx, part) for part in message.iter_attachments()],
    }


def _date(message: EmailMessage) -> str | None:
    text = message.get("Date")
    try:
        return parsedate_to_datetime(str(text)).isoformat() if text else None
    except ValueError:
        return None


def _people(message: EmailMessage, header: str) -> dict[str, Any] | None:
    field = message.get(header)
    if field is None:
        return None
    addresses: tuple[Address, ...] = getattr(field, "addresses", ())
    return {"text": str(field), "value": [{"address": person.addr_spec, "name": person.display_name} for person in addresses]}


async def _attachment(ctx: Context, part: Any) -> dict[str, Any]:
    data: bytes = part.get_payload(decode=True) or b""
    name = part.get_filename() or "attachment"
    return {"fileName": name, "mimeType": part.get_content_type(), "size": len(data), "data": await ctx.files.write(name, data)}

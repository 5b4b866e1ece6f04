"""New mail."""

from datetime import UTC, datetime
from typing import Any

from piecework.pieces.gmail.client import Category, Label, Sender, Subject, To, get, labelled, opened, query
from piecework.pieces.gmail.piece import piece
from piecework.sdk import ByTime, TriggerContext, given

SAMPLES = 5
PAGE = 100


def arrived(item: dict[str, Any]) -> datetime:
    """When a mail came in, to the millisecond."""
    return datetime.fromtimestamp(int(item["message"]["internalDate"]) / 1000, UTC)


@piece.poll(name="gmail_new_email_received", display_name="New Email", dedupe=ByTime(arrived))
async def new_email(
    ctx: TriggerContext, subject: Subject = None, to: To = None, label: Label = None, category: Category = None, from_: Sender = None
) -> list[dict[str, Any]]:
    """A mail came in."""
    words = [*query(sender=from_, to=to, subject=subject), *labelled(label), *([f"category:{category}"] if category else [])]
    if ctx.since is not None:
        words.append(f"after:{int(ctx.since.timestamp())}")
    found: list[dict[str, Any]] = []
    token: str | None = None
    while True:
        asked = given(q=" ".join(words) or None, maxResults=SAMPLES if ctx.since is None else PAGE, pageToken=token)
        page = await get(ctx, "messages", **asked)
        found += page.get("messages") or []
        token = page.get("nextPageToken")
        if token is None or ctx.since is None:
            break
    return [item for entry in found if (item := await _item(ctx, entry["id"])) is not None]


async def _item(ctx: TriggerContext, message_id: str) -> dict[str, Any] | None:
    """A mail as the trigger gives it; None for one that is known already, whose attachments need not be kept again."""
    raw = await get(ctx, f"messages/{message_id}", format="raw")
    if ctx.since is not None and arrived({"message": raw}) <= ctx.since:
        return None
    return {"message": {**await opened(ctx, raw), "internalDate": raw["internalDate"]}, "thread": {"id": raw.get("threadId")}}

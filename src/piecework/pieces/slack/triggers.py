"""What begins a flow. Slack is asked at intervals, so that no public address and no app of one's own is needed; the outputs are as in its events."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from piecework.pieces.slack.client import PAGE, Channel, get, pages
from piecework.pieces.slack.piece import piece
from piecework.sdk import ByTime, Checkbox, TriggerContext


def posted(message: dict[str, Any]) -> datetime:
    """When a message was posted: its ``ts``, to the microsecond, which also identifies it."""
    seconds, _, micros = str(message["ts"]).partition(".")
    return datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(micros or 0))


@piece.poll(name="new-message-in-channel", display_name="New Message Posted to Channel", dedupe=ByTime(posted))
async def new_message_in_channel(
    ctx: TriggerContext,
    channel: Channel,
    ignoreBots: Annotated[bool, Checkbox("Ignore Bot Messages ?", "Also those of this app.")] = False,
) -> list[dict[str, Any]]:
    """A message was posted to a channel. Replies in threads and notes such as "has joined" are none."""
    if ctx.since is None:
        found = (await get(ctx, "conversations.history", {"channel": channel, "limit": PAGE})).get("messages") or []
    else:
        params = {"channel": channel, "oldest": f"{ctx.since.timestamp():.6f}"}
        found = [message async for page in pages(ctx, "conversations.history", "messages", params) for message in page]
    return [{**message, "channel": channel} for message in found if _is_message(message) and not (ignoreBots and message.get("bot_id"))]


def _is_message(message: dict[str, Any]) -> bool:
    return message.get("subtype") in (None, "bot_message", "file_share", "me_message")


@piece.poll(
    name="channel_created",
    display_name="New Channel",
    dedupe=ByTime(lambda event: datetime.fromtimestamp(event["channel"]["created"], UTC)),
)
async def channel_created(ctx: TriggerContext) -> list[dict[str, Any]]:
    """A channel was created."""
    found = [
        channel
        async for page in pages(ctx, "conversations.list", "channels", {"types": "public_channel,private_channel"})
        for channel in page
    ]
    found.sort(key=lambda channel: channel["created"], reverse=True)
    fields = ("id", "name", "created", "creator", "is_private")
    return [{"type": "channel_created", "channel": {name: channel.get(name) for name in fields}} for channel in found]

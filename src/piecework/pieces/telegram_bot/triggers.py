"""What people write to the bot. A bot has one webhook (core.telegram.org/bots/api#setwebhook), so one published flow."""

import hmac
import secrets
from collections.abc import Mapping
from typing import Annotated, Any

from piecework.pieces.telegram_bot.piece import call, piece
from piecework.sdk import Markdown, StaticMultiSelect, TriggerContext, WebhookAuthFailed

SECRET = "telegram_secret"  # noqa: S105 - the name of one
UPDATES = (
    "message", "edited_message", "channel_post", "edited_channel_post", "callback_query", "inline_query", "chosen_inline_result", "poll",
    "poll_answer", "my_chat_member", "chat_member", "chat_join_request",
)  # fmt: skip
TITLES = {name.replace("_", " ").title(): name for name in UPDATES}
SAMPLE = {
    "update_id": 351114420,
    "message": {
        "message_id": 21,
        "date": 1686050152,
        "text": "Hello",
        "chat": {"id": 123456789, "type": "private", "first_name": "Ada"},
        "from": {"id": 123456789, "is_bot": False, "first_name": "Ada"},
    },
}


async def register(ctx: TriggerContext, props: Mapping[str, Any]) -> None:
    """Make the flow's URL the bot's webhook."""
    secret = secrets.token_hex(32)
    await ctx.store.put(SECRET, secret)
    updates = props.get("update_types") or []
    await call(
        ctx, "setWebhook", {"url": ctx.webhook_url, "allowed_updates": updates, "drop_pending_updates": True, "secret_token": secret}
    )


async def remove(ctx: TriggerContext, props: Mapping[str, Any]) -> None:
    """Leave the bot without a webhook."""
    await call(ctx, "deleteWebhook", {})
    await ctx.store.delete(SECRET)


async def recent(ctx: TriggerContext, props: Mapping[str, Any]) -> list[Any]:
    """The last updates, which Telegram gives only while the bot has no webhook; else an example."""
    info = await call(ctx, "getWebhookInfo", {})
    if info["body"]["result"].get("url"):
        return [SAMPLE]
    return (await call(ctx, "getUpdates", {"offset": -5}))["body"]["result"]


@piece.webhook_trigger(
    name="new_telegram_message", display_name="New Update", sample_data=SAMPLE, on_enable=register, on_disable=remove, test=recent
)
async def new_update(
    ctx: TriggerContext,
    update_types: Annotated[
        list[str] | None,
        StaticMultiSelect(
            "Update Types",
            "Empty: what Telegram sends by itself, which is most of them.",
            options=TITLES,
        ),
    ] = None,
    trigger_notes: Annotated[None, Markdown(None, "Telegram lets a bot have **one** webhook: publish one flow for each bot.")] = None,
) -> list[Any]:
    """The bot received a message, a press of a button or the like."""
    payload = ctx.payload or {}
    secret = await ctx.store.get(SECRET)
    if secret is not None and not hmac.compare_digest(secret, str(payload["headers"].get("x-telegram-bot-api-secret-token", ""))):
        raise WebhookAuthFailed("The call is not Telegram's")
    return [payload["body"]]

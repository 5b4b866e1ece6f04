"""Telegram Bot: messages to and from chats."""

from typing import Annotated, Any

from piecework.sdk import ActionContext, AuthCheck, Json, Piece, PieceCategory, SecretTextAuth, ShortText, StaticDropdown, TriggerContext

API = "https://api.telegram.org"


async def try_token(check: AuthCheck) -> str | None:
    """Tried before a connection is saved."""
    answer = await check.http.request("POST", method_url(check.auth, "getMe"))
    return None if answer.status == 200 else "Telegram does not know this bot token"


def method_url(auth: Any, method: str) -> str:
    """Where a method is called (core.telegram.org/bots/api#making-requests)."""
    return f"{API}/bot{auth.secret_text}/{method}"


piece = Piece(
    "telegram-bot",
    display_name="Telegram Bot",
    version="0.7.0",
    versions=">=0.3.0,<1.0.0",
    description="Write to chats as a bot, and begin flows with what people write to it.",
    categories=[PieceCategory.COMMUNICATION],
    auth=SecretTextAuth(
        "Bot Token", "Write `/newbot` to [@BotFather](https://t.me/botfather); he gives the token. Then write to the bot, so that it may answer.",
        validate=try_token,
    ),
    tested_against="recordings",
)  # fmt: skip

Chat = Annotated[
    str, ShortText("Chat Id", "A number, or `@name` of a public channel. The trigger *New Update* shows it as `message.chat.id`.")
]
Thread = Annotated[str | None, ShortText("Message Thread Id", "The topic of a forum.")]
Format = Annotated[
    str | None,
    StaticDropdown(
        "Format", "How the text marks bold words, links and so on.",
        options={"MarkdownV2": "MarkdownV2", "HTML": "HTML", "Plain text": "none"}, disabled=False,
    ),
]  # fmt: skip
Markup = Annotated[Any, Json("Reply Markup", "Buttons and the like: https://core.telegram.org/bots/api#inlinekeyboardmarkup.")]


def parse_mode(format_: str | None) -> str | None:
    """Telegram's word for a format."""
    return None if format_ in (None, "", "none") else format_


async def call(ctx: ActionContext | TriggerContext, method: str, body: dict[str, Any]) -> dict[str, Any]:
    """Call a method; the answer as ``{"status", "headers", "body"}``. Raises HttpFailed, whose body has Telegram's ``description``."""
    return await ctx.http.exchange("POST", method_url(ctx.auth, method), json=body)

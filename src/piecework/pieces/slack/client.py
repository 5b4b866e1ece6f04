"""Calls of Slack's Web API (docs.slack.dev/apis/web-api), and the choices of channels and users.

Slack answers 200 to nearly everything; ``ok`` in the body says whether it did what was asked.
"""

import re
from collections.abc import AsyncIterator
from typing import Annotated, Any

from piecework.pieces.slack.piece import API, bot_headers
from piecework.sdk import ActionContext, CustomAuthValue, Dropdown, Option, PieceError, TriggerContext, given

PAGE = 200
MOST_CHOICES = 2000
"""A dropdown with more would help nobody; an id can still be written as an expression."""

HINTS = {
    "not_in_channel": "invite the app to the channel first (/invite @app)",
    "channel_not_found": "the app may have to be invited to the channel first",
    "missing_scope": "the connection lacks a permission; add the scope to the app and connect again",
    "invalid_auth": "the connection is no longer valid; connect again",
    "token_revoked": "the connection is no longer valid; connect again",
    "no_text": "the message has neither text nor blocks",
}

Context = ActionContext | TriggerContext
_LINK = re.compile(r"/p(\d+)(\d{6})(?:\?.*)?$")
_STAMP = re.compile(r"\d+\.\d{6}")


def user_headers(auth: Any) -> dict[str, str]:
    """The header with the token of the person who connected. Raises PieceError where the connection has none."""
    token = auth.get("userToken") if isinstance(auth, CustomAuthValue) else (auth.data.get("authed_user") or {}).get("access_token")
    if not token:
        raise PieceError("The connection has no user token: connect again, or do it as the bot")
    return {"Authorization": f"Bearer {token}"}


async def post(ctx: Context, method: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> dict[str, Any]:
    """Call a method that changes something, as the bot unless ``headers`` say otherwise."""
    answer = await ctx.http.post(f"{API}/{method}", headers=headers or bot_headers(ctx.auth), json=body, into=dict[str, Any])
    return succeeded(method, answer)


async def get(ctx: Context, method: str, params: dict[str, Any]) -> dict[str, Any]:
    """Call a method that reads."""
    answer = await ctx.http.get(f"{API}/{method}", headers=bot_headers(ctx.auth), params=params, into=dict[str, Any])
    return succeeded(method, answer)


def succeeded(method: str, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, unless it says that the call failed: then PieceError."""
    if answer.get("ok"):
        return answer
    error = str(answer.get("error"))
    hint = HINTS.get(error)
    needed = f" (needed: {answer['needed']})" if "needed" in answer else ""
    raise PieceError(f"Slack refused {method}: {error}{needed}{f'; {hint}' if hint else ''}")


async def pages(ctx: Context, method: str, key: str, params: dict[str, Any]) -> AsyncIterator[list[dict[str, Any]]]:
    """All pages of a list, by cursor."""
    cursor: str | None = None
    while True:
        answer = await get(ctx, method, {**params, "limit": PAGE} | given(cursor=cursor))
        yield answer.get(key) or []
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or None
        if cursor is None:
            return


async def channels(ctx: Context) -> list[Option]:
    """The channels that the app can see."""
    found: list[Option] = []
    async for page in pages(ctx, "conversations.list", "channels", {"types": "public_channel,private_channel", "exclude_archived": "true"}):
        found += [Option(str(channel["name"]), channel["id"]) for channel in page]
        if len(found) >= MOST_CHOICES:
            break
    return found


async def users(ctx: Context) -> list[Option]:
    """The members of the workspace, without those that have left."""
    found: list[Option] = []
    async for page in pages(ctx, "users.list", "members", {}):
        found += [Option(str(user.get("real_name") or user["name"]), user["id"]) for user in page if not user.get("deleted")]
        if len(found) >= MOST_CHOICES:
            break
    return found


Channel = Annotated[str, Dropdown("Channel", "The app must be a member of a private channel: invite it with `/invite`.", options=channels)]
User = Annotated[str, Dropdown("User", "Who gets the message.", options=users)]


def timestamp(text: str) -> str:
    """A message's ``ts``, from itself or from the message's link. Raises PieceError for other texts."""
    link = _LINK.search(text.strip())
    if link:
        return f"{link[1]}.{link[2]}"
    if _STAMP.fullmatch(text.strip()):
        return text.strip()
    raise PieceError(f"{text!r} is neither a message's timestamp (1710304378.475129) nor a link to a message")

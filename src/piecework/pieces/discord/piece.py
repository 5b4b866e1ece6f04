"""Discord: messages, channels and members of servers, as a bot."""

from typing import Any

from piecework.sdk import AuthCheck, Piece, PieceCategory, SecretTextAuth, custom_api_call

API = "https://discord.com/api/v10"


def headers(auth: Any) -> dict[str, str]:
    """The header that carries a bot's token (discord.com/developers/docs/reference#authentication)."""
    return {"Authorization": f"Bot {auth.secret_text}"}


async def try_token(check: AuthCheck) -> str | None:
    """Tried before a connection is saved."""
    answer = await check.http.request("GET", f"{API}/users/@me", headers=headers(check.auth))
    return None if answer.status == 200 else "Discord does not accept this bot token"


piece = Piece(
    "discord",
    display_name="Discord",
    version="0.5.3",
    versions=">=0.2.0,<1.0.0",
    description="Write to channels, manage members and roles, and begin flows with new messages.",
    categories=[PieceCategory.COMMUNICATION],
    auth=SecretTextAuth(
        "Bot Token",
        "Make an application at https://discord.com/developers/applications, add a bot, copy its token and invite it to your server. To read "
        "messages it needs the *Message Content* intent, to see who joins *Server Members*.",
        validate=try_token,
    ),
    tested_against="recordings",
)

custom_api_call(piece, lambda auth: API, headers)

"""Slack: post and read messages."""

from typing import Any

from piecework.sdk import AuthCheck, CustomAuth, CustomAuthValue, OAuth2, Piece, PieceCategory, SecretText, custom_api_call

API = "https://slack.com/api"
USER_SCOPES = "search:read,users.profile:write,reactions:read,reactions:write,channels:history,groups:history,chat:write,users:read"


def bot_headers(auth: Any) -> dict[str, str]:
    """The header with the bot's token."""
    token = auth["botToken"] if isinstance(auth, CustomAuthValue) else auth.access_token
    return {"Authorization": f"Bearer {token}"}


async def try_token(check: AuthCheck) -> str | None:
    """Tried before a connection is saved."""
    answer = await check.http.post(f"{API}/auth.test", headers=bot_headers(check.auth), into=dict[str, Any])
    return None if answer.get("ok") else f"Slack does not accept the token: {answer.get('error')}"


piece = Piece(
    "slack",
    display_name="Slack",
    version="0.17.9",
    versions=">=0.5.0,<1.0.0",
    description="Post, change and read messages, and begin flows with new ones.",
    categories=[PieceCategory.COMMUNICATION],
    auth=[
        OAuth2(
            "Slack account",
            authorize_url=f"https://slack.com/oauth/v2/authorize?user_scope={USER_SCOPES}",
            token_url=f"{API}/oauth.v2.access",
            scopes=[
                "channels:read", "channels:manage", "channels:history", "channels:join", "chat:write", "chat:write.customize",
                "groups:read", "groups:write", "groups:history", "mpim:read", "mpim:write", "mpim:history", "im:read", "im:write",
                "im:history", "reactions:read", "reactions:write", "users:read", "users:read.email", "files:read", "files:write",
            ],
        ),
        CustomAuth(
            "Tokens of a Slack app",
            "Make an app at https://api.slack.com/apps, add the bot's scopes under **OAuth & Permissions**, install it to the workspace and "
            "copy its tokens.",
            fields={
                "botToken": SecretText("Bot Token", "Begins with `xoxb-`.", required=True),
                "userToken": SecretText("User Token", "Begins with `xoxp-`. Only for what is done in your own name."),
            },
            validate=try_token,
        ),
    ],
    tested_against="recordings",
)  # fmt: skip

custom_api_call(piece, lambda auth: API, bot_headers)

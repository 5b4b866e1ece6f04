"""Trello: cards of boards."""

from typing import Any

from piecework.sdk import AuthCheck, BasicAuth, Piece, PieceCategory

API = "https://api.trello.com/1"


def headers(auth: Any) -> dict[str, str]:
    """Key and token in a header: in the address, as in Trello's examples, they would end up in logs
    (developer.atlassian.com/cloud/trello/guides/rest-api/authorization)."""
    return {"Authorization": f'OAuth oauth_consumer_key="{auth.username}", oauth_token="{auth.password}"', "Accept": "application/json"}


async def try_token(check: AuthCheck) -> str | None:
    """Tried before a connection is saved."""
    if any(letter in f"{check.auth.username}{check.auth.password}" for letter in '"\r\n'):
        return "An API key and a token have no quotes and no line breaks"
    answer = await check.http.request("GET", f"{API}/members/me", headers=headers(check.auth))
    return None if answer.status == 200 else "Trello does not accept this API key and token"


piece = Piece(
    "trello",
    display_name="Trello",
    version="0.4.7",
    versions=">=0.3.0,<1.0.0",
    description="Create and change cards, and start flows when they are new or move.",
    categories=[PieceCategory.PRODUCTIVITY],
    auth=BasicAuth(
        "Trello",
        "Make a Power-Up at https://trello.com/power-ups/admin; its page *API key* shows the key, and beside it a link to a token.",
        username=("API Key", "Of your Power-Up."),
        password=("Token", "For your account."),
        validate=try_token,
    ),
    tested_against="recordings",
)

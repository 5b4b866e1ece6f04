"""Airtable: records of tables."""

from typing import Any

from piecework.sdk import AuthCheck, Piece, PieceCategory, SecretTextAuth, custom_api_call

API = "https://api.airtable.com/v0"


def headers(auth: Any) -> dict[str, str]:
    """The header that carries the token (airtable.com/developers/web/api/authentication)."""
    return {"Authorization": f"Bearer {auth.secret_text}"}


async def try_token(check: AuthCheck) -> str | None:
    """Tried before a connection is saved."""
    answer = await check.http.request("GET", f"{API}/meta/bases", headers=headers(check.auth))
    if answer.status == 403:
        return "The token lacks the scope schema.bases:read"
    return None if answer.status == 200 else "Airtable does not accept this token"


piece = Piece(
    "airtable",
    display_name="Airtable",
    version="0.7.0",
    versions=">=0.4.0,<1.0.0",
    description="Find, create, change and delete records, and begin flows with new ones.",
    categories=[PieceCategory.PRODUCTIVITY],
    auth=SecretTextAuth(
        "Personal Access Token",
        "Made at https://airtable.com/create/tokens, with the scopes `data.records:read`, `data.records:write` and `schema.bases:read`, for the "
        "bases that the flows work with.",
        validate=try_token,
    ),
    tested_against="recordings",
)

custom_api_call(piece, lambda auth: API, headers)

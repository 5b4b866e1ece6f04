"""Notion: pages and items of databases."""

from typing import Any

from piecework.sdk import (
    AuthCheck,
    AuthorizationMethod,
    CustomAuth,
    CustomAuthValue,
    OAuth2,
    Piece,
    PieceCategory,
    SecretText,
    custom_api_call,
)

API = "https://api.notion.com/v1"


def headers(auth: Any) -> dict[str, str]:
    """The headers of each call. The version is that whose pages and databases the wire's steps give (developers.notion.com/reference/versioning)."""
    token = auth["accessToken"] if isinstance(auth, CustomAuthValue) else auth.access_token
    return {"Authorization": f"Bearer {token}", "Notion-Version": "2022-02-22"}


async def try_token(check: AuthCheck) -> str | None:
    """Tried before a connection is saved."""
    answer = await check.http.request("GET", f"{API}/users/me", headers=headers(check.auth))
    return None if answer.status == 200 else "Notion does not accept this token"


piece = Piece(
    "notion",
    display_name="Notion",
    version="0.6.0",
    versions=">=0.4.0,<1.0.0",
    description="Create pages and items of databases, and begin flows with new items.",
    categories=[PieceCategory.PRODUCTIVITY],
    auth=[
        OAuth2(
            "Notion account",
            authorize_url="https://api.notion.com/v1/oauth/authorize",
            token_url="https://api.notion.com/v1/oauth/token",  # noqa: S106 - an address
            authorization_method=AuthorizationMethod.HEADER,
            extra={"owner": "user"},
        ),
        CustomAuth(
            "Integration token",
            "Make an internal integration at https://www.notion.so/my-integrations, and add it to the pages and databases that it may use "
            "(**…**, *Connections*).",
            fields={"accessToken": SecretText("Access Token", required=True)},
            validate=try_token,
        ),
    ],
    tested_against="recordings",
)

custom_api_call(piece, lambda auth: API, headers)

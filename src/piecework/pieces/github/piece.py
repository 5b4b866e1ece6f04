"""GitHub: issues, branches and events of repositories."""

from typing import Any

from piecework.sdk import AuthCheck, OAuth2, OAuth2Token, Piece, PieceCategory, SecretTextAuth, custom_api_call

API = "https://api.github.com"


def headers(auth: Any) -> dict[str, str]:
    """The headers of each call (docs.github.com/en/rest)."""
    token = auth.access_token if isinstance(auth, OAuth2Token) else auth.secret_text
    return {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


async def try_token(check: AuthCheck) -> str | None:
    """Tried before a connection is saved."""
    answer = await check.http.request("GET", f"{API}/user", headers=headers(check.auth))
    return None if answer.status == 200 else "GitHub does not accept this token"


piece = Piece(
    "github",
    display_name="GitHub",
    version="0.6.0",
    versions=">=0.4.0,<1.0.0",
    description="File and change issues, make branches, and begin flows with what happens in a repository.",
    categories=[PieceCategory.DEVELOPER_TOOLS],
    auth=[
        OAuth2(
            "GitHub account",
            authorize_url="https://github.com/login/oauth/authorize",
            token_url="https://github.com/login/oauth/access_token",  # noqa: S106 - an address
            scopes=["admin:repo_hook", "admin:org", "repo"],
        ),
        SecretTextAuth(
            "Personal access token",
            "Made at https://github.com/settings/tokens. It may read and write what the steps work with, and *Webhooks* for triggers.",
            validate=try_token,
        ),
    ],
    tested_against="recordings",
)

custom_api_call(piece, lambda auth: API, headers)

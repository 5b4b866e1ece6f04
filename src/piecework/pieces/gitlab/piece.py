"""GitLab: issues of projects, at gitlab.com or on a server of one's own."""

from typing import Any

from piecework.sdk import AuthCheck, CustomAuth, CustomAuthValue, OAuth2, Piece, PieceCategory, SecretText, ShortText, custom_api_call

CLOUD = "https://gitlab.com"


def api(auth: Any) -> str:
    """Where the API of a connection is."""
    server = auth.get("baseUrl") if isinstance(auth, CustomAuthValue) else None
    return f"{(server or CLOUD).rstrip('/')}/api/v4"


def headers(auth: Any) -> dict[str, str]:
    """The header that carries the token (docs.gitlab.com/api/rest/authentication)."""
    token = auth["accessToken"] if isinstance(auth, CustomAuthValue) else auth.access_token
    return {"Authorization": f"Bearer {token}"}


async def try_token(check: AuthCheck) -> str | None:
    """Tried before a connection is saved."""
    answer = await check.http.request("GET", f"{api(check.auth)}/user", headers=headers(check.auth))
    return None if answer.status == 200 else f"{api(check.auth)} does not accept this token"


piece = Piece(
    "gitlab",
    display_name="GitLab",
    version="0.2.0",
    versions=">=0.0.1,<1.0.0",
    description="File, change and comment issues, and begin flows with what happens to them.",
    categories=[PieceCategory.DEVELOPER_TOOLS],
    auth=[
        OAuth2(
            "Account of gitlab.com",
            authorize_url=f"{CLOUD}/oauth/authorize",
            token_url=f"{CLOUD}/oauth/token",
            scopes=["api", "read_user"],
        ),
        CustomAuth(
            "Access token",
            "A personal, group or project access token with the scope `api`: *Preferences*, *Access tokens*.",
            fields={
                "accessToken": SecretText("Access Token", required=True),
                "baseUrl": ShortText("Server", f"Such as `https://gitlab.example.com`. Empty: {CLOUD}."),
            },
            validate=try_token,
        ),
    ],
    tested_against="recordings",
)

custom_api_call(piece, api, headers)

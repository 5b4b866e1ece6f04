"""Jira Cloud: issues of projects."""

import base64
from typing import Any
from urllib.parse import urlsplit

from piecework.sdk import AuthCheck, CustomAuth, Piece, PieceCategory, PieceError, SecretText, ShortText, custom_api_call


def api(auth: Any) -> str:
    """The address of the REST API of a connection. Raises PieceError for an instance that has no https address."""
    parts = urlsplit(str(auth["instanceUrl"]).strip())
    if parts.scheme != "https" or not parts.netloc:
        raise PieceError("instanceUrl: must be an address such as https://example.atlassian.net")
    return f"https://{parts.netloc}/rest/api/3"


def headers(auth: Any) -> dict[str, str]:
    """The headers of each call (developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis)."""
    pair = base64.b64encode(f"{auth['email']}:{auth['apiToken']}".encode()).decode()
    return {"Authorization": f"Basic {pair}", "Accept": "application/json"}


async def try_token(check: AuthCheck) -> str | None:
    """Tried before a connection is saved."""
    answer = await check.http.request("GET", f"{api(check.auth)}/myself", headers=headers(check.auth))
    return None if answer.status == 200 else "Jira does not accept this e-mail address and token"


piece = Piece(
    "jira-cloud",
    display_name="Jira Cloud",
    version="0.1.12",
    versions=">=0.1.12,<1.0.0",
    description="File, find and move issues, and start flows on new ones.",
    categories=[PieceCategory.PRODUCTIVITY],
    auth=CustomAuth(
        "Jira",
        "Tokens are made at https://id.atlassian.com/manage-profile/security/api-tokens.",
        fields={
            "instanceUrl": ShortText("Instance URL", "Such as `https://example.atlassian.net`.", required=True),
            "email": ShortText("Email", "The address with which you log in to Jira.", required=True),
            "apiToken": SecretText("API Token", "It may do what you may do.", required=True),
        },
        validate=try_token,
    ),
    tested_against="recordings",
)

custom_api_call(piece, lambda auth: api(auth) if auth else "", headers)

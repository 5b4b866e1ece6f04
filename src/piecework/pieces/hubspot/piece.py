"""HubSpot: contacts and companies."""

from typing import Any

from piecework.sdk import AuthCheck, CustomAuth, OAuth2, OAuth2Token, Piece, PieceCategory, SecretText, custom_api_call

API = "https://api.hubapi.com"
SCOPES = [
    f"crm.{area}.{kind}.{right}"
    for area, rights in (("objects", ("read", "write")), ("schemas", ("read",)))
    for kind in ("contacts", "companies")
    for right in rights
]


def headers(auth: Any) -> dict[str, str]:
    """The headers of each call (developers.hubspot.com/docs/guides/apps/authentication)."""
    token = auth.access_token if isinstance(auth, OAuth2Token) else auth["access_token"]
    return {"Authorization": f"Bearer {token}", "Accept": "application/json"}


async def try_token(check: AuthCheck) -> str | None:
    """Tried before a connection is saved."""
    answer = await check.http.request("GET", f"{API}/account-info/v3/details", headers=headers(check.auth))
    return None if answer.status == 200 else "HubSpot does not accept this token"


piece = Piece(
    "hubspot",
    display_name="HubSpot",
    version="0.7.19",
    versions=">=0.7.19,<1.0.0",
    description="Keep contacts and companies, and start flows on new ones.",
    categories=[PieceCategory.SALES_AND_CRM],
    auth=[
        OAuth2(
            "HubSpot account",
            authorize_url="https://app.hubspot.com/oauth/authorize",
            token_url=f"{API}/oauth/v1/token",
            scopes=[*SCOPES, "crm.objects.owners.read"],
        ),
        CustomAuth(
            "Private App Access Token",
            "Make a private app (**Development > Legacy Apps**), give it the scopes for contacts and companies, and copy its token.",
            fields={"access_token": SecretText("Private App Access Token", "From the app's tab *Auth*.", required=True)},
            validate=try_token,
        ),
    ],
    tested_against="recordings",
)

custom_api_call(piece, lambda auth: API, headers)

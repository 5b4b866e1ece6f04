"""Anthropic Claude: ask, count, extract."""

from typing import Any

from piecework.sdk import AuthCheck, Piece, PieceCategory, SecretTextAuth, custom_api_call

API = "https://api.anthropic.com/v1"


def headers(auth: Any) -> dict[str, str]:
    """The headers of each call (docs.anthropic.com/en/api/versioning)."""
    return {"x-api-key": auth.secret_text, "anthropic-version": "2023-06-01"}


async def try_key(check: AuthCheck) -> str | None:
    """Tried before a connection is saved."""
    answer = await check.http.request("GET", f"{API}/models", headers=headers(check.auth))
    return None if answer.status == 200 else "Anthropic does not accept this API key"


piece = Piece(
    "claude",
    display_name="Anthropic Claude",
    version="0.2.0",
    versions=">=0.0.10,<1.0.0",
    description="Ask Claude, and get structured data out of texts and pictures.",
    categories=[PieceCategory.ARTIFICIAL_INTELLIGENCE],
    auth=SecretTextAuth("API Key", "Made at https://console.anthropic.com/settings/keys.", validate=try_key),
    tested_against="recordings",
)

custom_api_call(piece, lambda auth: API, headers)

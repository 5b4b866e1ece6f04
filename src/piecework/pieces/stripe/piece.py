"""Stripe: customers, invoices and payments."""

from typing import Any

from piecework.sdk import AuthCheck, Piece, PieceCategory, SecretTextAuth, custom_api_call

API = "https://api.stripe.com/v1"


def headers(auth: Any) -> dict[str, str]:
    """The header that carries the key (docs.stripe.com/api/authentication)."""
    return {"Authorization": f"Bearer {auth.secret_text}"}


async def try_key(check: AuthCheck) -> str | None:
    """Tried before a connection is saved. A restricted key (403) is a key too."""
    answer = await check.http.request("GET", f"{API}/customers", headers=headers(check.auth), params={"limit": 1})
    return None if answer.status in (200, 403) else "Stripe does not accept this key"


piece = Piece(
    "stripe",
    display_name="Stripe",
    version="0.7.0",
    versions=">=0.5.0,<1.0.0",
    description="Create customers, invoices and payments, and begin flows with what happens in the account.",
    categories=[PieceCategory.COMMERCE, PieceCategory.PAYMENT_PROCESSING],
    auth=SecretTextAuth(
        "Secret API Key", "From https://dashboard.stripe.com/apikeys. A key that begins with `sk_test_` moves no money.", validate=try_key
    ),
    tested_against="recordings",
)

custom_api_call(piece, lambda auth: API, headers)

"""Customers, invoices and payments."""

from typing import Annotated, Any
from urllib.parse import quote

from piecework.pieces.stripe.client import get, post, quoted, smallest_unit
from piecework.pieces.stripe.piece import piece
from piecework.sdk import ActionContext, Checkbox, LongText, Number, PieceError, ShortText, StaticDropdown

CURRENCIES = {
    "US Dollar": "usd", "Euro": "eur", "Pound Sterling": "gbp", "Australian Dollar": "aud", "Canadian Dollar": "cad",
    "Swiss Franc": "chf", "Chinese Yuan": "cny", "Japanese Yen": "jpy", "Indian Rupee": "inr", "Singapore Dollar": "sgd",
}  # fmt: skip
CustomerId = Annotated[str, ShortText("Customer ID", "Begins with `cus_`.")]


@piece.action(name="create_customer", display_name="Create Customer")
async def create_customer(
    ctx: ActionContext,
    email: str,
    name: str,
    description: Annotated[str | None, LongText("Description", "Not shown to the customer.")] = None,
    phone: str | None = None,
    line1: Annotated[str | None, ShortText("Address Line 1")] = None,
    postal_code: str | None = None,
    city: str | None = None,
    state: str | None = None,
    country: Annotated[str | None, ShortText("Country", "Two letters, such as DE.")] = None,
) -> dict[str, Any]:
    """Create a customer."""
    address = {"line1": line1, "postal_code": postal_code, "city": city, "state": state, "country": country}
    return await post(ctx, "/customers", {"email": email, "name": name, "description": description, "phone": phone, "address": address})


@piece.action(name="retrieve_customer", display_name="Retrieve Customer", pure=True)
async def retrieve_customer(ctx: ActionContext, id: CustomerId) -> dict[str, Any]:
    """Read a customer."""
    return await get(ctx, f"/customers/{quote(id, safe='')}")


@piece.action(name="search_customer", display_name="Search Customer", pure=True)
async def search_customer(ctx: ActionContext, email: str) -> dict[str, Any]:
    """Find customers by their e-mail address. New ones are found after about a minute."""
    return await get(ctx, "/customers/search", query=f"email:{quoted(email)}")


@piece.action(name="create_invoice", display_name="Create Invoice")
async def create_invoice(
    ctx: ActionContext,
    customer_id: CustomerId,
    currency: Annotated[str, ShortText("Currency", "Such as EUR.")],
    description: Annotated[str | None, LongText("Description")] = None,
) -> dict[str, Any]:
    """Create a draft of an invoice."""
    return await post(ctx, "/invoices", {"customer": customer_id, "currency": currency.lower(), "description": description})


@piece.action(name="create_payment_intent", display_name="Create Payment")
async def create_payment(
    ctx: ActionContext,
    amount: Annotated[float, Number("Amount", "In the currency's unit: 10.50 is ten dollars and fifty cents.", minimum=0)],
    currency: Annotated[str, StaticDropdown("Currency", options=CURRENCIES)],
    customer: Annotated[str | None, ShortText("Customer ID", "Whose payment it is.")] = None,
    payment_method: Annotated[str | None, ShortText("Payment Method ID", "Begins with `pm_`.")] = None,
    confirm: Annotated[bool, Checkbox("Charge Now", "Off: the payment waits until the customer confirms it.")] = False,
    return_url: Annotated[str | None, ShortText("Return URL", "Where the customer comes back to after a bank's check.")] = None,
    description: Annotated[str | None, LongText("Description")] = None,
    receipt_email: Annotated[str | None, ShortText("Receipt Email")] = None,
) -> dict[str, Any]:
    """Begin a payment, and charge it at once if wanted. A run that crashes does not charge twice."""
    if confirm and not (payment_method and return_url):
        raise PieceError("To charge now, give a payment method and a return URL")
    body = {
        "amount": smallest_unit(amount, currency), "currency": currency, "customer": customer, "payment_method": payment_method,
        "confirm": confirm or None, "return_url": return_url, "description": description, "receipt_email": receipt_email,
    }  # fmt: skip
    return await post(ctx, "/payment_intents", body)

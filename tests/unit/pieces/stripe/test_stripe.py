"""Stripe, against exchanges written from its API reference (docs.stripe.com/api)."""

import hashlib
import hmac
from typing import Any

import pytest
from tests.unit.pieces.recorded import Enabled, Exchange, act, exchange

from piecework.pieces.stripe import piece
from piecework.sdk import PieceError, WebhookAuthFailed
from piecework.sdk.testing import NOON

API = "https://api.stripe.com/v1"
ONCE = {"Authorization": "Bearer key", "Idempotency-Key": "run1:step_1"}


def form(path: str, **data: str) -> Exchange:
    return exchange("POST", f"{API}{path}", {"id": "x_1"}, headers=ONCE, data=data)


@pytest.mark.parametrize(
    ("action", "given", "asked"),
    [
        (
            "create_customer", {"email": "ada@example.com", "name": "Ada", "city": "London"},
            form("/customers", **{"email": "ada@example.com", "name": "Ada", "address[city]": "London"}),
        ),
        ("create_invoice", {"customer_id": "cus_1", "currency": "EUR"}, form("/invoices", customer="cus_1", currency="eur")),
        ("create_payment_intent", {"amount": 10.1, "currency": "eur"}, form("/payment_intents", amount="1010", currency="eur")),
        (
            "create_payment_intent", {"amount": 500, "currency": "jpy", "payment_method": "pm_1", "confirm": True, "return_url": "https://a.test"},
            form("/payment_intents", amount="500", currency="jpy", payment_method="pm_1", confirm="true", return_url="https://a.test"),
        ),
    ],
)  # fmt: skip
def test_what_is_created_is_created_once(action: str, given: dict[str, Any], asked: Exchange) -> None:
    assert act(piece, action, given, asked) == {"id": "x_1"}


def test_charging_needs_a_method() -> None:
    with pytest.raises(PieceError, match="payment method and a return URL"):
        act(piece, "create_payment_intent", {"amount": 1, "currency": "eur", "confirm": True})


def test_reading() -> None:
    assert act(piece, "retrieve_customer", {"id": "cus_1"}, exchange("GET", f"{API}/customers/cus_1", {"id": "cus_1"})) == {"id": "cus_1"}
    found = {"object": "search_result", "data": [{"id": "cus_1"}]}
    asked = exchange("GET", f"{API}/customers/search", found, params={"query": "email:'o\\'hara@example.com'"})
    assert act(piece, "search_customer", {"email": "o'hara@example.com"}, asked) == found


def enabled() -> Enabled:
    trigger = Enabled(piece, "new_payment", {})
    data = {"url": "https://flows.test/api/v1/webhooks/flow1", "enabled_events[0]": "payment_intent.succeeded"}
    trigger.enable(exchange("POST", f"{API}/webhook_endpoints", {"id": "we_1", "secret": "whsec_1"}, data=data))
    return trigger


def signature(stamp: int, raw: str, secret: str = "whsec_1") -> dict[str, str]:
    return {"stripe-signature": f"t={stamp},v1={hmac.new(secret.encode(), f'{stamp}.{raw}'.encode(), hashlib.sha256).hexdigest()},v0=x"}


def test_events() -> None:
    trigger, now = enabled(), int(NOON.timestamp())
    event = {"type": "payment_intent.succeeded", "data": {"object": {"id": "pi_1"}}}
    assert trigger.call(event, headers=signature(now - 60, "{}"), raw="{}") == [{"id": "pi_1"}]
    assert trigger.call({**event, "type": "other"}, headers=signature(now, "{}"), raw="{}") == []
    for headers in ({}, signature(now, "{}", "whsec_2"), signature(now, "{ }"), signature(now - 301, "{}")):
        with pytest.raises(WebhookAuthFailed):
            trigger.call(event, headers=headers, raw="{}")
    trigger.disable(exchange("DELETE", f"{API}/webhook_endpoints/we_1", {"id": "we_1", "deleted": True}))
    assert trigger.store.values == {}


def test_a_test_shows_the_last_events() -> None:
    recent = {"data": [{"type": "payment_intent.succeeded", "data": {"object": {"id": "pi_1"}}}]}
    asked = exchange("GET", f"{API}/events", recent, params={"type": "payment_intent.succeeded", "limit": 5})
    assert Enabled(piece, "new_payment", {}).test(asked) == [{"id": "pi_1"}]

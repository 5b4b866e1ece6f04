"""Events: a webhook endpoint is registered, and its calls are known by their signatures (docs.stripe.com/webhooks#verify-manually)."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from piecework.pieces.stripe.client import form, get
from piecework.pieces.stripe.piece import API, headers, piece
from piecework.sdk import HttpFailed, TriggerContext, WebhookAuthFailed

ENDPOINT = "stripe_endpoint"
"""In the flow's store: ``{"id", "secret"}`` of the webhook endpoint."""

TOLERANCE = 300
"""Seconds that a call may be old, so that one that was overheard cannot be made again later."""

EVENTS = {
    "customer.created": ("new_customer", "New Customer", "A customer was created."),
    "payment_intent.succeeded": ("new_payment", "New Payment", "A payment succeeded."),
    "payment_intent.payment_failed": ("payment_failed", "Payment Failed", "A payment failed."),
    "invoice.created": ("new_invoice", "New Invoice", "An invoice was created."),
    "invoice.payment_failed": ("invoice_payment_failed", "Invoice Payment Failed", "An invoice could not be charged."),
    "customer.subscription.created": ("new_subscription", "New Subscription", "A subscription was begun."),
    "charge.dispute.created": ("new_dispute", "New Dispute", "A customer disputed a charge at their bank."),
    "checkout.session.completed": ("checkout_session_completed", "Checkout Session Completed", "A customer finished a checkout."),
}


async def register(ctx: TriggerContext, event: str) -> None:
    """Register the flow's URL for an event."""
    body = dict(form({"url": ctx.webhook_url, "enabled_events": [event]}))
    made = await ctx.http.post(f"{API}/webhook_endpoints", headers=headers(ctx.auth), data=body, into=dict[str, Any])
    await ctx.store.put(ENDPOINT, {"id": made["id"], "secret": made["secret"]})


async def remove(ctx: TriggerContext, props: Mapping[str, Any]) -> None:
    """Remove the endpoint. One that somebody else has removed is no error."""
    endpoint = await ctx.store.get(ENDPOINT)
    if endpoint is None:
        return
    try:
        await ctx.http.delete(f"{API}/webhook_endpoints/{endpoint['id']}", headers=headers(ctx.auth))
    except HttpFailed as error:
        if error.status != 404:
            raise
    await ctx.store.delete(ENDPOINT)


def check(header: str, raw: str, secret: str, now: float) -> None:
    """Raise WebhookAuthFailed unless the header signs the body, not too long ago."""
    parts = [part.partition("=") for part in header.split(",")]
    stamp = next((value for name, _, value in parts if name.strip() == "t"), "")
    expected = hmac.new(secret.encode(), f"{stamp}.{raw}".encode(), hashlib.sha256).hexdigest()
    if not any(name.strip() == "v1" and hmac.compare_digest(expected, value) for name, _, value in parts):
        raise WebhookAuthFailed("The call is not signed with the endpoint's secret")
    if abs(now - int(stamp)) > TOLERANCE:
        raise WebhookAuthFailed("The call was signed too long ago")


async def received(ctx: TriggerContext, event: str) -> list[Any]:
    """What the event of a call is about."""
    payload = ctx.payload or {}
    endpoint = await ctx.store.get(ENDPOINT)
    if endpoint is not None:
        check(str(payload["headers"].get("stripe-signature", "")), str(payload["rawBody"]), endpoint["secret"], ctx.now().timestamp())
    body = payload["body"]
    if endpoint is not None and body.get("id"):
        ctx.idempotency_key = f"stripe:{body['id']}"  # Stripe delivers an event again when it has heard no answer
    return [body["data"]["object"]] if body.get("type", event) == event else []


def add(event: str, name: str, title: str, text: str) -> None:
    """Add the trigger of an event."""

    async def on_enable(ctx: TriggerContext, props: Mapping[str, Any]) -> None:
        await register(ctx, event)

    async def recent(ctx: TriggerContext, props: Mapping[str, Any]) -> list[Any]:
        found = await get(ctx, "/events", type=event, limit=5)
        return [entry["data"]["object"] for entry in found["data"]]

    async def happened(ctx: TriggerContext) -> list[Any]:
        return await received(ctx, event)

    happened.__doc__ = text
    piece.webhook_trigger(name=name, display_name=title, on_enable=on_enable, on_disable=remove, test=recent)(happened)


for _event, _described in EVENTS.items():
    add(_event, *_described)

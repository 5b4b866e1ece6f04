"""Calls of Stripe's API (docs.stripe.com/api): forms in, JSON out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from piecework.pieces.stripe.piece import API, headers
from piecework.sdk import ActionContext, TriggerContext

NO_CENTS = frozenset(
    {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"}
)  # fmt: skip
"""Currencies without a smaller unit (docs.stripe.com/currencies#zero-decimal)."""


def smallest_unit(amount: float, currency: str) -> int:
    """An amount in the unit in which Stripe counts: cents for most currencies."""
    return round(amount * (1 if currency.lower() in NO_CENTS else 100))


async def post(ctx: ActionContext, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Create or change something. A run that crashes does it once: the key makes Stripe answer the second call with what the first did
    (docs.stripe.com/api/idempotent_requests).
    """
    sent = {**headers(ctx.auth), "Idempotency-Key": ctx.idempotency_key}
    return await ctx.http.post(f"{API}{path}", headers=sent, data=dict(form(body)), into=dict[str, Any])


async def get(ctx: ActionContext | TriggerContext, path: str, **params: Any) -> dict[str, Any]:
    """Read something."""
    return await ctx.http.get(f"{API}{path}", headers=headers(ctx.auth), params=params or None, into=dict[str, Any])


def form(values: Mapping[str, Any] | Sequence[Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Nested values as fields of a form, ``address[city]`` and ``items[0]``, without those that are None or empty."""
    pairs = values.items() if isinstance(values, Mapping) else enumerate(values)
    for key, value in pairs:
        name = f"{prefix}[{key}]" if prefix else str(key)
        if isinstance(value, Mapping | list):
            yield from form(cast("Mapping[str, Any] | list[Any]", value), name)
        elif isinstance(value, bool):
            yield name, "true" if value else "false"
        elif value not in (None, ""):
            yield name, str(value)


def quoted(value: str) -> str:
    """A text in Stripe's search language."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"

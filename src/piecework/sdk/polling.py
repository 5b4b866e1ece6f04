"""Polling: what makes "give me the newest items" a trigger that fires once per new item.

The cursor lives in the flow's store. On enable the present items are remembered and fire nothing; each poll gives the items that are new
since then, oldest first; a test gives the newest five and moves nothing.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from piecework.sdk.context import TriggerContext
from piecework.sdk.triggers import Hook, Hooks
from piecework.spec.piece import StoreScope

CURSOR_KEY = "_polling_cursor"
REMEMBERED_IDS = 5000
SAMPLES = 5


@dataclass(frozen=True, slots=True)
class ById:
    """Items are told apart by ``key(item)``: for sources that list newest first and have no dependable time."""

    key: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class ByTime:
    """Items are newer when ``key(item)``, an aware datetime, is later than the latest seen."""

    key: Callable[[Any], datetime]


Dedupe = ById | ByTime


def polling_hooks(items: Hook, dedupe: Dedupe, to_json: Callable[[Any], Any] | None = None) -> Hooks:
    """The hooks of a polling trigger around a function that lists the newest items, newest first.

    ``to_json`` makes plain values of a list of items, where they are more than that.
    """
    plain = to_json or _as_they_are

    async def listed(ctx: TriggerContext, props: Mapping[str, Any], since: datetime | None = None) -> list[Any]:
        ctx.since = since
        result = items(ctx, props)
        return list(await result if inspect.isawaitable(result) else result)

    async def on_enable(ctx: TriggerContext, props: Mapping[str, Any]) -> None:
        found = await listed(ctx, props)
        await ctx.store.put(CURSOR_KEY, _advanced(dedupe, found, None, ctx.now()), StoreScope.FLOW)

    async def on_disable(ctx: TriggerContext, props: Mapping[str, Any]) -> None:
        await ctx.store.delete(CURSOR_KEY, StoreScope.FLOW)

    async def payloads(ctx: TriggerContext, props: Mapping[str, Any]) -> list[Any]:
        cursor = await ctx.store.get(CURSOR_KEY, StoreScope.FLOW)
        found = await listed(ctx, props, datetime.fromisoformat(cursor) if cursor and isinstance(dedupe, ByTime) else None)
        fresh = _fresh(dedupe, found, cursor)
        if fresh or cursor is None:
            await ctx.store.put(CURSOR_KEY, _advanced(dedupe, found, cursor, ctx.now()), StoreScope.FLOW)
        return plain(fresh)

    async def test(ctx: TriggerContext, props: Mapping[str, Any]) -> list[Any]:
        return plain((await listed(ctx, props))[:SAMPLES])

    return Hooks(payloads, on_enable, on_disable, test)


def _as_they_are(items: list[Any]) -> list[Any]:
    return items


def _fresh(dedupe: Dedupe, found: Iterable[Any], cursor: Any) -> list[Any]:
    """The items after the cursor, oldest first."""
    if isinstance(dedupe, ById):
        seen: set[str] = set(cursor or ())
        return [item for item in found if dedupe.key(item) not in seen][::-1]
    since = datetime.fromisoformat(cursor) if cursor else None
    return sorted((item for item in found if since is None or dedupe.key(item) > since), key=dedupe.key)


def _advanced(dedupe: Dedupe, found: list[Any], cursor: Any, now: datetime) -> Any:
    if isinstance(dedupe, ById):
        ids = dict.fromkeys([dedupe.key(item) for item in found] + list(cursor or ()))
        return list(ids)[:REMEMBERED_IDS]
    latest = max((dedupe.key(item) for item in found), default=None)
    before = datetime.fromisoformat(cursor) if cursor else None
    moments = [moment for moment in (latest, before) if moment is not None]
    return max(moments).isoformat() if moments else now.isoformat()

"""Polling: what makes "give me the newest items" a trigger that fires once per new item.

The cursor lives in the flow's store. On enable the present items are remembered and fire nothing; each poll gives the items that are new
since then, oldest first; a test gives the newest five and moves nothing.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, cast

from piecework.sdk.context import TriggerContext
from piecework.sdk.triggers import Hook, Hooks
from piecework.spec import jsons
from piecework.spec.piece import StoreScope

CURSOR_KEY = "_polling_cursor"
REMEMBERED_IDS = 5000
"""Ids that are remembered beyond those of the last answer: a source that shows an item again does so soon."""
LONGEST_ID = 64
"""Characters of an id that are kept; longer ones are kept as a digest."""
SAMPLES = 5


@dataclass(frozen=True, slots=True)
class ById:
    """Items are told apart by ``key(item)``: for sources that list newest first and have no dependable time."""

    key: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class ByTime:
    """Items are newer when ``key(item)``, an aware datetime, is later than the latest seen.

    Items of one moment are told apart by ``id(item)``; without it by a field ``id``, and where there is none by their number: of those that a
    source shows at the newest moment as many are new as there are more than before.
    """

    key: Callable[[Any], datetime]
    id: Callable[[Any], str] | None = None


Dedupe = ById | ByTime


@dataclass(frozen=True, slots=True)
class Progress:
    """What a poll gives, oldest first, and the cursor after it."""

    fresh: list[Any]
    cursor: Any


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
        await ctx.store.put(CURSOR_KEY, advance(dedupe, found, None).cursor, StoreScope.FLOW)

    async def on_disable(ctx: TriggerContext, props: Mapping[str, Any]) -> None:
        await ctx.store.delete(CURSOR_KEY, StoreScope.FLOW)

    async def payloads(ctx: TriggerContext, props: Mapping[str, Any]) -> list[Any]:
        cursor = await ctx.store.get(CURSOR_KEY, StoreScope.FLOW)
        progress = advance(dedupe, await listed(ctx, props, newest_known(cursor)), cursor)
        if progress.cursor != cursor:
            await ctx.store.put(CURSOR_KEY, progress.cursor, StoreScope.FLOW)
        return plain(progress.fresh)

    async def test(ctx: TriggerContext, props: Mapping[str, Any]) -> list[Any]:
        return plain((await listed(ctx, props))[:SAMPLES])

    return Hooks(payloads, on_enable, on_disable, test)


def _as_they_are(items: list[Any]) -> list[Any]:
    return items


def advance(dedupe: Dedupe, found: Sequence[Any], cursor: Any) -> Progress:
    """What of ``found`` (newest first) is new after ``cursor``. None as the cursor: nothing is known yet, so that everything is new.

    Cursors are JSON: ``[id, …]`` of ``ById``, ``{"at", "ids"}`` of ``ByTime``: the newest moment, null if nothing was ever there, and its items.
    """
    return _by_id(dedupe, found, cursor) if isinstance(dedupe, ById) else _by_time(dedupe, found, cursor)


def newest_known(cursor: Any) -> datetime | None:
    """The time of the newest item that a cursor of ``ByTime`` knows."""
    moment = cast("dict[str, Any]", cursor).get("at") if isinstance(cursor, dict) else cursor
    return datetime.fromisoformat(moment) if isinstance(moment, str) else None


def _by_id(dedupe: ById, found: Sequence[Any], cursor: Any) -> Progress:
    before: list[str] = list(cursor or ())
    items = {_kept(str(dedupe.key(item))): item for item in reversed(found)}
    seen = set(before)
    fresh = [item for kept, item in items.items() if kept not in seen and str(dedupe.key(item)) not in seen]
    present = list(reversed(items))
    older = [kept for kept in before if kept not in items][: max(REMEMBERED_IDS - len(present), 0)]
    return Progress(fresh, present + older)


def _kept(item_id: str) -> str:
    return item_id if len(item_id) <= LONGEST_ID else sha256(item_id.encode()).hexdigest()


def _by_time(dedupe: ByTime, found: Sequence[Any], cursor: Any) -> Progress:
    newest = newest_known(cursor)
    moments = [(dedupe.key(item), item) for item in reversed(found)]
    later = [(moment, item) for moment, item in moments if newest is None or moment > newest]
    again = [item for moment, item in moments if moment == newest]
    known: list[str] | None = cast("dict[str, Any]", cursor)["ids"] if isinstance(cursor, dict) else None
    if known is None and newest is not None:  # a cursor that an earlier release wrote knows its moment, not its items
        known = [_identity(dedupe, item)[0] for item in again]
    missed = _not_known(dedupe, again, known or [])
    fresh = missed + _each_once(dedupe, [item for _, item in sorted(later, key=lambda pair: pair[0])])
    at = max((moment for moment, _ in later), default=newest)
    if at == newest:
        ids = [*(known or []), *(_identity(dedupe, item)[0] for item in missed)]
    else:
        ids = list(dict.fromkeys(_identity(dedupe, item)[0] for moment, item in later if moment == at))
    return Progress(fresh, {"at": None if at is None else at.isoformat(), "ids": ids})


def _not_known(dedupe: ByTime, items: list[Any], known: list[str]) -> list[Any]:
    """Those of the items of one moment that were not there before."""
    seen = set(known)
    new = [item for item in _each_once(dedupe, items) if _identity(dedupe, item)[0] not in seen]
    if all(_identity(dedupe, item)[1] for item in new):
        return new
    return new[: max(len(items) - len(known), 0)]


def _each_once(dedupe: ByTime, items: list[Any]) -> list[Any]:
    """Without what a source that lists page by page has shown twice; items without an id are all different."""
    seen: set[str] = set()
    once: list[Any] = []
    for item in items:
        identity, is_id = _identity(dedupe, item)
        if not is_id or identity not in seen:
            once.append(item)
            seen.add(identity)
    return once


def _identity(dedupe: ByTime, item: Any) -> tuple[str, bool]:
    """What an item is remembered by, and whether that is an id: else it is a digest, which changes with the item."""
    if dedupe.id is not None:
        return _kept(str(dedupe.id(item))), True
    own = cast("Mapping[str, Any]", item).get("id") if isinstance(item, Mapping) else getattr(item, "id", None)
    if isinstance(own, str | int):
        return _kept(str(own)), True
    return sha256(jsons.dumps_lenient(item)).hexdigest()[:16], False

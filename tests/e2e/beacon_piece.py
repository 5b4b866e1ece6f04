"""A piece for the tests of triggers, installed as a package of its own: events of an app, hooks that note what was registered, a start hook,
a poll that fails. What the project's store says makes its sender refuse, or not answer."""

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from typing import Annotated, Any

from piecework.sdk import AppEvent, ById, IntervalSchedule, Piece, PieceError, Response, ShortText, StoreScope, TriggerContext

piece = Piece("beacon", display_name="Beacon", version="1.0.0", description="Tells what happens.")

REGISTERED = "registered"


def signed(call: Mapping[str, Any], secret: str) -> bool:
    expected = hmac.new(secret.encode(), str(call["rawBody"]).encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, str(call["headers"].get("x-beacon-signature", "")))


@piece.app_events(verify=signed)
def read_event(call: Mapping[str, Any]) -> AppEvent | Response | None:
    body = call["body"]
    if "challenge" in body:
        return Response(200, {"challenge": body["challenge"]}, {"x-answered": "yes"})
    return AppEvent(body["event"], body["team"]) if "event" in body else None


async def listen(ctx: TriggerContext, props: Mapping[str, Any]) -> None:
    ctx.listen(["lit", "out"], props["team"])


@piece.webhook_trigger(app=True, on_enable=listen, display_name="Lit or out")
def lit(ctx: TriggerContext, team: Annotated[str, ShortText("Team")]) -> list[Any]:
    """A beacon was lit, or went out."""
    return [(ctx.payload or {})["body"]]


async def register(ctx: TriggerContext, props: Mapping[str, Any]) -> None:
    if props["name"] == "refused":
        raise PieceError("there is no such beacon")
    if await ctx.store.get("asleep", StoreScope.PROJECT):
        await asyncio.Event().wait()
    if await ctx.store.get("refusing", StoreScope.PROJECT):
        raise PieceError("the warden refuses")
    await ctx.store.put(REGISTERED, ctx.webhook_url, StoreScope.PROJECT)


async def unregister(ctx: TriggerContext, props: Mapping[str, Any]) -> None:
    await ctx.store.delete(REGISTERED, StoreScope.PROJECT)


async def started(ctx: TriggerContext, props: Mapping[str, Any]) -> None:
    await ctx.store.put("started", ctx.payload, StoreScope.PROJECT)
    if props["name"] == "wet":
        raise PieceError("it does not burn")


@piece.webhook_trigger(on_enable=register, on_disable=unregister, on_start=started, display_name="Seen")
def seen(ctx: TriggerContext, name: Annotated[str, ShortText("Name")]) -> list[Any]:
    """A beacon was seen."""
    return [(ctx.payload or {})["body"]]


@piece.poll(dedupe=ById(lambda fire: str(fire["id"])), every=IntervalSchedule(1), display_name="Burns")
async def burns(ctx: TriggerContext) -> list[dict[str, Any]]:
    """A beacon burns, unless the project's store says that it is wet."""
    if await ctx.store.get("wet", StoreScope.PROJECT):
        raise PieceError("the wood is wet")
    return []

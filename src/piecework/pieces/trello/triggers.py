"""What happens to cards: a webhook is registered for a board or a list (developer.atlassian.com/cloud/trello/guides/rest-api/webhooks)."""

from collections.abc import Mapping
from typing import Any

from piecework.pieces.trello.client import AnyList, Board, List, card_address
from piecework.pieces.trello.piece import API, headers, piece
from piecework.sdk import Handshake, HandshakeStrategy, HttpFailed, TriggerContext

WEBHOOK = "webhook_id"
SAMPLES = 5


async def register(ctx: TriggerContext, model: str) -> None:
    """Register the flow's URL for what happens to a board or a list."""
    body = {"callbackURL": ctx.webhook_url, "idModel": model}
    made = await ctx.http.post(f"{API}/webhooks", headers=headers(ctx.auth), json=body, into=dict[str, Any])
    await ctx.store.put(WEBHOOK, made["id"])


async def remove(ctx: TriggerContext, props: Mapping[str, Any]) -> None:
    """Remove the webhook. One that somebody else has removed is no error."""
    webhook = await ctx.store.get(WEBHOOK)
    if webhook is None:
        return
    try:
        await ctx.http.delete(f"{API}/webhooks/{webhook}", headers=headers(ctx.auth))
    except HttpFailed as error:
        if error.status != 404:
            raise
    await ctx.store.delete(WEBHOOK)


async def recent(ctx: TriggerContext, owner: str) -> list[Any]:
    """The cards of ``boards/…`` or ``lists/…`` with which something happened last."""
    found = await ctx.http.get(f"{API}/{owner}/cards", headers=headers(ctx.auth), into=list[dict[str, Any]])
    return sorted(found, key=lambda card: str(card.get("dateLastActivity")), reverse=True)[:SAMPLES]


def happening(ctx: TriggerContext) -> tuple[str, dict[str, Any]]:
    """What a call tells: its kind, and the cards and lists in it by their part in it. A call of another form tells nothing."""
    body = (ctx.payload or {}).get("body")
    action: Any = body.get("action") if isinstance(body, dict) else None
    display: Any = action.get("display") if isinstance(action, dict) else None
    if not isinstance(display, dict):
        return "", {}
    return str(display.get("translationKey")), {
        name: value for name, value in (display.get("entities") or {}).items() if isinstance(value, dict)
    }


async def card_of(ctx: TriggerContext, entities: dict[str, Any]) -> Any:
    """The card as it is now."""
    return await ctx.http.get(card_address(str(entities["card"]["id"])), headers=headers(ctx.auth))


async def enable_new(ctx: TriggerContext, props: Mapping[str, Any]) -> None:
    """Watch the list, or the whole board."""
    await register(ctx, props.get("list_id_opt") or props["board_id"])


async def recent_new(ctx: TriggerContext, props: Mapping[str, Any]) -> list[Any]:
    """Cards of the list or the board."""
    return await recent(ctx, f"lists/{props['list_id_opt']}" if props.get("list_id_opt") else f"boards/{props['board_id']}")


@piece.webhook_trigger(
    display_name="New Card", on_enable=enable_new, on_disable=remove, test=recent_new, handshake=Handshake(HandshakeStrategy.HEAD_REQUEST)
)
async def new_card(ctx: TriggerContext, board_id: Board, list_id_opt: AnyList = None) -> list[Any]:
    """Starts for each card that is created on a board, or in one of its lists."""
    kind, entities = happening(ctx)
    if kind != "action_create_card" or (list_id_opt and entities.get("list", {}).get("id") != list_id_opt):
        return []
    return [await card_of(ctx, entities)]


async def enable_moved(ctx: TriggerContext, props: Mapping[str, Any]) -> None:
    """Watch the list."""
    await register(ctx, props["list_id"])


async def recent_moved(ctx: TriggerContext, props: Mapping[str, Any]) -> list[Any]:
    """Cards of the list."""
    return await recent(ctx, f"lists/{props['list_id']}")


@piece.webhook_trigger(
    name="card_moved_to_list",
    display_name="Card Moved to List",
    on_enable=enable_moved,
    on_disable=remove,
    test=recent_moved,
    handshake=Handshake(HandshakeStrategy.HEAD_REQUEST),
)
async def card_moved(ctx: TriggerContext, board_id: Board, list_id: List) -> list[Any]:
    """Starts for each card that is moved to a list from another one."""
    kind, entities = happening(ctx)
    after, before = entities.get("listAfter", {}).get("id"), entities.get("listBefore", {}).get("id")
    if kind != "action_move_card_from_list_to_list" or after != list_id or before == list_id:
        return []
    return [await card_of(ctx, entities)]

"""Messages to queues and exchanges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from piecework.pieces.rabbitmq.connecting import connected
from piecework.pieces.rabbitmq.piece import piece
from piecework.sdk import ActionContext, CustomAuthValue, Json, ShortText, json_text

if TYPE_CHECKING:
    from aio_pika import Message

Context = ActionContext[CustomAuthValue]
EXAMPLE = {"key": "value", "nested": {"key": "value"}, "array": ["value1", "value2"]}
Data = Annotated[Any, Json("Data", "The message.", required=True, default=EXAMPLE)]


def message(ctx: Context, data: Any) -> Message:
    """The data as JSON. The message survives a restart of the server, and has the same id when the step runs again after a crash."""
    from aio_pika import DeliveryMode, Message

    return Message(
        json_text(data).encode(), content_type="application/json", delivery_mode=DeliveryMode.PERSISTENT, message_id=ctx.idempotency_key
    )


@piece.action(name="sendMessageToExchange", display_name="Send Message to Exchange")
async def send_to_exchange(
    ctx: Context,
    exchange: Annotated[str, ShortText("Exchange", "The name of an exchange that is there.")],
    routingKey: Annotated[str, ShortText("Routing Key (Optional)", "By which the exchange finds the queues.")] = "",
    *,
    data: Data,
) -> bool:
    """Send a message to an exchange, which hands it on to as many queues as want it, even to none. Done when the server has confirmed it."""
    async with connected(ctx.network, ctx.auth) as channel:
        target = await channel.get_exchange(exchange, ensure=True)
        await target.publish(message(ctx, data), routingKey, mandatory=False)
    return True


@piece.action(name="sendMessageToQueue", display_name="Send Message to Queue")
async def send_to_queue(ctx: Context, queue: Annotated[str, ShortText("Queue", "The name of a queue that is there.")], data: Data) -> bool:
    """Put a message into a queue. Done when the server has confirmed it."""
    async with connected(ctx.network, ctx.auth) as channel:
        await channel.get_queue(queue, ensure=True)
        await channel.default_exchange.publish(message(ctx, data), queue)
    return True

"""Messages that start flows.

A message is acknowledged at the poll after the one that gave it: then its run is on the disk. Until then it stays in the queue, so that a crash
loses nothing; what was given is known by its id and content, so that nothing is given twice.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import UTC
from typing import TYPE_CHECKING, Annotated, Any

from piecework.pieces.rabbitmq.connecting import connected
from piecework.pieces.rabbitmq.piece import piece
from piecework.sdk import CustomAuthValue, Number, ShortText, TriggerContext

if TYPE_CHECKING:
    from aio_pika.abc import AbstractIncomingMessage

Context = TriggerContext[CustomAuthValue]
GIVEN = "_rabbitmq_given"
"""In the flow's store: ``{identity: how many}`` of the messages that the last poll gave."""
SAMPLES = 5
MOST = 1000
QUEUE = Annotated[str, ShortText("Queue", "The name of a queue that is there.")]


def identity(message: AbstractIncomingMessage) -> str:
    """What tells a message from others. Two that are alike in everything are told apart by their number."""
    parts = (message.message_id, message.timestamp, message.correlation_id, message.routing_key)
    return hashlib.sha256(repr(parts).encode() + b"\n" + message.body).hexdigest()[:32]


def output(ctx: Context, message: AbstractIncomingMessage) -> dict[str, Any]:
    """The wire's ``id`` and ``data``, and what came with them."""
    import orjson

    text = message.body.decode("utf-8", "replace")
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError:
        data = text
    sent = message.timestamp
    return {
        "id": ctx.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": data,
        "messageId": message.message_id,
        "routingKey": message.routing_key,
        "sentAt": sent.astimezone(UTC).isoformat() if sent else None,
    }


async def check_queue(ctx: Context, props: Mapping[str, Any]) -> None:
    """Raises PieceError where there is no such queue."""
    async with connected(ctx.network, ctx.auth) as channel:
        await channel.get_queue(props["queue"], ensure=True)


async def forget(ctx: Context, props: Mapping[str, Any]) -> None:
    """Acknowledge what was given already: nobody else will."""
    given: Counter[str] = Counter(await ctx.store.get(GIVEN) or {})
    if given.total():
        await taken(ctx, props["queue"], given, 0)
    await ctx.store.delete(GIVEN)


async def samples(ctx: Context, props: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The first messages; they stay in the queue."""
    return [output(ctx, message) for message in await taken(ctx, props["queue"], Counter(), SAMPLES)]


async def taken(ctx: Context, queue: str, given: Counter[str], most: int) -> list[AbstractIncomingMessage]:
    """The first messages of the queue that are not ``given`` yet, which stay in it. The given ones are acknowledged."""
    found: list[AbstractIncomingMessage] = []
    async with connected(ctx.network, ctx.auth) as channel:
        source = await channel.get_queue(queue, ensure=True)
        while len(found) < most or given.total():
            message = await source.get(fail=False)
            if message is None:
                break
            key = identity(message)
            if given[key] > 0:
                given[key] -= 1
                await message.ack()
            elif len(found) < most:
                found.append(message)
            else:
                break
    return found


@piece.queue_trigger(
    name="messageReceived", display_name="Message Received", on_enable=check_queue, on_disable=forget, test=samples, sample_data={}
)
async def message_received(
    ctx: Context,
    queue: QUEUE,
    maxMessagesPerPoll: Annotated[
        int, Number("Max Messages Per Poll", "What is more waits for the next poll.", minimum=1, maximum=MOST, whole=True, required=True)
    ] = 50,
) -> list[dict[str, Any]]:
    """Starts for each message of a queue, in their order. A message leaves the queue at the poll after; give the flow a queue of its own."""
    found = await taken(ctx, queue, Counter(await ctx.store.get(GIVEN) or {}), maxMessagesPerPoll)
    await ctx.store.put(GIVEN, dict(Counter(map(identity, found))))
    return [output(ctx, message) for message in found]

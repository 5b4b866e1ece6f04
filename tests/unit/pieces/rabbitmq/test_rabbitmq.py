"""Against a real RabbitMQ."""

from collections.abc import AsyncIterator
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel

from piecework.pieces.rabbitmq import piece
from piecework.sdk import AuthCheck, CustomAuthValue, PieceError
from piecework.sdk.testing import TEST_SERVER, FakeContext, FakeTriggerContext, MemoryStore, ScriptedHttp, run_action


def auth(port: int, **changes: Any) -> CustomAuthValue:
    return CustomAuthValue({"host": "127.0.0.1", "port": port, "username": "guest", "password": "guest"} | changes)


async def run(port: int, action: str, **given: Any) -> Any:
    return await run_action(piece, action, given, FakeContext(auth=auth(port)))


@pytest.fixture
async def channel(rabbitmq_port: int) -> AsyncIterator[AbstractChannel]:
    connection = await aio_pika.connect(port=rabbitmq_port)
    async with connection, connection.channel() as channel:
        queue = await channel.declare_queue("orders", durable=True)
        await queue.purge()
        yield channel


async def waiting(channel: AbstractChannel, queue: str = "orders") -> int:
    return (await channel.declare_queue(queue, passive=True)).declaration_result.message_count or 0


async def test_a_message_to_a_queue(channel: AbstractChannel, rabbitmq_port: int) -> None:
    assert await run(rabbitmq_port, "sendMessageToQueue", queue="orders", data={"id": 1, "who": "Ünsal"}) is True
    queue = await channel.get_queue("orders")
    message = await queue.get(no_ack=True)
    assert (message.body, message.content_type) == ('{"id":1,"who":"Ünsal"}'.encode(), "application/json")
    assert (message.message_id, message.delivery_mode) == ("run1:step_1", aio_pika.DeliveryMode.PERSISTENT)
    with pytest.raises(PieceError, match="no queue 'missing'"):
        await run(rabbitmq_port, "sendMessageToQueue", queue="missing", data={})


async def test_a_message_to_an_exchange(channel: AbstractChannel, rabbitmq_port: int) -> None:
    exchange = await channel.declare_exchange("events", aio_pika.ExchangeType.TOPIC, auto_delete=True)
    await (await channel.get_queue("orders")).bind(exchange, "order.*")
    for key in ("order.new", "other"):
        assert await run(rabbitmq_port, "sendMessageToExchange", exchange="events", routingKey=key, data=[key]) is True
    assert await waiting(channel) == 1
    with pytest.raises(PieceError, match="no exchange 'missing'"):
        await run(rabbitmq_port, "sendMessageToExchange", exchange="missing", data={})


class Listener:
    """The trigger with its store; a poll that ``crashes`` does not keep what it has written."""

    def __init__(self, port: int, **given: Any) -> None:
        self.trigger = piece.triggers["messageReceived"]
        self.props = self.trigger.process({"queue": "orders", **given}, {})
        self.port, self.store = port, MemoryStore()

    async def poll(self, crashes: bool = False) -> list[Any]:
        store = MemoryStore(self.store.values) if crashes else self.store
        found = await self.trigger.outputs(FakeTriggerContext(auth=auth(self.port), store=store), self.props)
        return [item["data"] for item in found]


async def send(channel: AbstractChannel, *bodies: bytes, **properties: Any) -> None:
    for body in bodies:
        await channel.default_exchange.publish(aio_pika.Message(body, **properties), "orders")


async def test_each_message_is_given_once_and_leaves_the_queue_when_its_run_is_safe(channel: AbstractChannel, rabbitmq_port: int) -> None:
    listener = Listener(rabbitmq_port, maxMessagesPerPoll=2)
    await send(channel, b"1", b"1", b'{"a":', message_id="same")
    assert await listener.poll(crashes=True) == [1, 1]
    assert await listener.poll() == [1, 1]
    assert await listener.poll() == ['{"a":']
    await send(channel, b"1", message_id="same")
    assert await listener.poll() == [1]
    assert await listener.poll() == []
    assert await waiting(channel) == 0


async def test_a_test_takes_nothing(channel: AbstractChannel, rabbitmq_port: int) -> None:
    listener = Listener(rabbitmq_port)
    await send(channel, b'"a"', b'"b"')
    context = FakeTriggerContext(auth=auth(rabbitmq_port), store=listener.store)
    assert [item["data"] for item in await listener.trigger.test(context, listener.props)] == ["a", "b"]
    assert await listener.poll() == ["a", "b"]


async def test_hooks(channel: AbstractChannel, rabbitmq_port: int) -> None:
    listener = Listener(rabbitmq_port)
    context = FakeTriggerContext(auth=auth(rabbitmq_port), store=listener.store)
    await listener.trigger.on_enable(context, listener.props)
    with pytest.raises(PieceError, match="no queue"):
        await listener.trigger.on_enable(context, {**listener.props, "queue": "missing"})
    await send(channel, b"1")
    assert await listener.poll() == [1]
    await send(channel, b"2")
    await listener.trigger.on_disable(context, listener.props)
    assert await waiting(channel) == 1
    assert await Listener(rabbitmq_port).poll() == [2]


async def test_connections_are_tried(rabbitmq_port: int) -> None:
    async def tried(**changes: Any) -> str | None:
        return await piece.auths[0].check(AuthCheck(auth(rabbitmq_port, **changes), ScriptedHttp(), TEST_SERVER))

    assert await tried() is None
    assert await tried(vhost="/") is None
    assert "Cannot connect" in (await tried(password="wr0ng") or "")
    assert "Cannot connect" in (await tried(vhost="missing") or "")
    assert "Cannot connect" in (await tried(tls=True) or "")
    assert "host: " in (await tried(host="/tmp/socket") or "")

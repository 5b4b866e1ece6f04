"""Against a real Mosquitto."""

import asyncio
import gc
from typing import Any

import aiomqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from tests.unit.pieces.servers import Broker

from piecework.pieces.mqtt import piece, triggers
from piecework.pieces.mqtt.payloads import decoded, encoded
from piecework.sdk import AuthCheck, CustomAuthValue, IntervalSchedule, LoadedFile, PieceError
from piecework.sdk.testing import TEST_SERVER, FakeContext, FakeTriggerContext, MemoryFiles, MemoryStore, ScriptedHttp, run_action

FILE = "https://files.test/given"
BASE = {"protocol": "mqtt", "host": "127.0.0.1", "authMethod": "username_password", "username": "tester", "password": "s3cret"}


def auth(broker: Broker, **changes: Any) -> CustomAuthValue:
    return CustomAuthValue({**BASE, "port": broker.plain, "mqttVersion": "5", **changes})


def client(broker: Broker, **more: Any) -> aiomqtt.Client:
    return aiomqtt.Client(
        "127.0.0.1", broker.plain, username="tester", password="s3cret", protocol=aiomqtt.ProtocolVersion.V5, **more
    )  # fmt: skip


async def publish(broker: Broker, version: str = "5", **given: Any) -> Any:
    files = MemoryFiles({FILE: LoadedFile("a.bin", b"\x00\xff", "bin")})
    return await run_action(piece, "publish_message", given, FakeContext(auth=auth(broker, mqttVersion=version), files=files))


@pytest.mark.parametrize(
    ("form", "value", "arrives"),
    [
        ("json", {"t": 21.5}, b'{"t":21.5}'),
        ("text", "Ünsal", "Ünsal".encode()),
        ("base64", "AP8=", b"\x00\xff"),
        ("hex", "0x00 ff", b"\x00\xff"),
        ("file", FILE, b"\x00\xff"),
    ],
)
async def test_a_message_arrives(mosquitto: Broker, form: str, value: Any, arrives: bytes) -> None:
    async with client(mosquitto) as listener:
        await listener.subscribe("a/#")
        done = await publish(
            mosquitto, topic="a/b", payloadFormat=form, payload={form: value}, qos="2", userProperties={"n": 1}, responseTopic="r"
        )
        message = await anext(listener.messages)
    assert (str(message.topic), message.payload) == ("a/b", arrives)
    assert message.properties is not None
    assert message.properties.UserProperty == [("n", "1")]
    assert message.properties.ResponseTopic == "r"
    assert done == {
        "topic": "a/b", "qos": 2, "retain": False, "payload_format": form, "payload_size_bytes": len(arrives),
        "published_at": "2026-01-15T12:00:00.000Z",
    }  # fmt: skip


@pytest.mark.parametrize("version", ["3", "4"])
async def test_older_versions(mosquitto: Broker, version: str) -> None:
    async with client(mosquitto) as listener:
        await listener.subscribe("old")
        await publish(mosquitto, version, topic="old", payload={"json": [1]}, qos="1")
        assert (await anext(listener.messages)).payload == b"[1]"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"topic": "a/+"}, "topic: "),
        ({"payloadFormat": "hex", "payload": {"hex": "0g"}}, "payload.hex: "),
        ({"payloadFormat": "base64", "payload": {"base64": "*"}}, "payload.base64: "),
    ],
)
async def test_what_cannot_be_published(mosquitto: Broker, given: dict[str, Any], field: str) -> None:
    with pytest.raises(PieceError, match=field):
        await publish(mosquitto, **{"topic": "a", "payload": {"json": 1}, **given})


class Listener:
    """The trigger with its store; a poll that ``crashes`` does not keep what it has written."""

    def __init__(self, broker: Broker, topic: str, version: str = "5", **given: Any) -> None:
        self.trigger = piece.triggers["new_message"]
        self.props = self.trigger.process({"topic": topic, "listenSeconds": 1, **given}, {})
        self.auth, self.store = auth(broker, mqttVersion=version), MemoryStore()

    def context(self, store: MemoryStore | None = None) -> FakeTriggerContext:
        return FakeTriggerContext(auth=self.auth, store=store or self.store)

    async def enable(self) -> None:
        await self.trigger.on_enable(self.context(), self.props)

    async def poll(self, crashes: bool = False) -> list[Any]:
        found = await self.trigger.outputs(self.context(MemoryStore(self.store.values) if crashes else None), self.props)
        return [item["payload"] for item in found]


@pytest.mark.parametrize("version", ["4", "5"])
async def test_what_comes_between_two_polls_is_given_once(mosquitto: Broker, version: str) -> None:
    listener = Listener(mosquitto, f"v{version}/+", version)
    await listener.enable()
    for payload in (b"a", b"a", b"\x00"):
        async with client(mosquitto) as sender:
            await sender.publish(f"v{version}/x", payload, qos=2)
    assert await listener.poll(crashes=True) == ["a", "a", "AA=="]
    assert await listener.poll() == ["a", "a", "AA=="]
    async with client(mosquitto) as sender:
        await sender.publish(f"v{version}/x", b"a", qos=1)
    assert await listener.poll() == ["a"]
    assert await listener.poll() == []
    await listener.trigger.on_disable(listener.context(), listener.props)
    assert listener.store.values == {}
    with pytest.raises(PieceError, match="no session"):
        await listener.poll()


async def test_more_than_a_broker_sends_at_once(mosquitto: Broker) -> None:
    listener = Listener(mosquitto, "many", maxMessagesPerCheck=50, listenSeconds=20)
    await listener.enable()
    async with client(mosquitto) as sender:
        for number in range(70):
            await sender.publish("many", str(number), qos=1)
    first = await listener.poll()
    assert first == [str(number) for number in range(50)]
    assert await listener.poll() == [str(number) for number in range(50, 70)]


async def test_the_output_and_retained_messages(mosquitto: Broker) -> None:
    properties = Properties(PacketTypes.PUBLISH)
    properties.CorrelationData, properties.ContentType, properties.UserProperty = b"c-1", "application/json", [("k", "v")]
    async with client(mosquitto) as sender:
        await sender.publish("kept", b'{"on":true}', qos=1, retain=True, properties=properties)
    ignoring, taking = Listener(mosquitto, "kept"), Listener(mosquitto, "kept", ignoreRetained=False)
    taking.auth = auth(mosquitto, clientIdPrefix="other")
    await ignoring.enable()
    await taking.enable()
    assert await ignoring.poll() == []
    [found] = await taking.trigger.outputs(taking.context(), taking.props)
    assert set(found) == set(triggers.EXAMPLE)
    assert (found["payload"], found["payload_format"], found["retain"]) == ({"on": True}, "json", True)
    assert (found["correlation_data"], found["content_type"], found["user_properties"]) == ("c-1", "application/json", {"k": "v"})
    assert await taking.poll() == []


async def test_a_test_waits_for_a_message(mosquitto: Broker) -> None:
    listener = Listener(mosquitto, "tests/#")
    testing = asyncio.create_task(listener.trigger.test(listener.context(), listener.props))
    async with client(mosquitto) as sender:
        while not testing.done():
            await sender.publish("tests/1", b"now", qos=1)
            await asyncio.sleep(0.05)
    assert (await testing)[0]["payload"] == "now"
    assert listener.store.values == {}


def test_the_schedule_is_the_forms(mosquitto: Broker) -> None:
    assert Listener(mosquitto, "a", checkIntervalMinutes=5).trigger.schedule({"checkIntervalMinutes": 5}) == IntervalSchedule(300)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # paho leaves a socket behind that TLS refused
async def test_connections_are_tried(mosquitto: Broker) -> None:
    async def tried(**changes: Any) -> str | None:
        return await piece.auths[0].check(AuthCheck(auth(mosquitto, **changes), ScriptedHttp(), TEST_SERVER))

    tls = {"protocol": "mqtts", "port": mosquitto.tls}
    trusted = {**tls, "caCertificate": mosquitto.certificate}
    assert await tried() is None
    assert await tried(protocol="ws", port=mosquitto.web) is None
    assert await tried(**trusted, servername="broker.test") is None
    assert await tried(**tls, rejectUnauthorized=False) is None
    assert "certificate" in (await tried(**tls) or "")
    assert "certificate" in (await tried(**trusted) or "")
    assert "Cannot connect" in (await tried(password="wr0ng") or "")
    assert "Cannot connect" in (await tried(authMethod="enhanced", enhancedAuthMethod="x") or "")
    assert "username: " in (await tried(username="") or "")
    assert "protocol: " in (await tried(authMethod="client_certificate", clientCertificate="x", clientKey="x") or "")
    assert "certificate: " in (await tried(**tls, authMethod="client_certificate", clientCertificate="x", clientKey="x") or "")
    gc.collect()


def test_forms_of_messages() -> None:
    assert decoded(b"[1]", "auto") == ([1], "json")
    assert decoded(b"1", "auto") == ("1", "text")
    assert decoded(b"1", "json") == (1, "json")
    assert decoded(b"{", "json") == ("{", "text")
    assert decoded(b"\xff", "hex") == ("ff", "hex")
    assert encoded("base64", "_-8") == b"\xff\xef"

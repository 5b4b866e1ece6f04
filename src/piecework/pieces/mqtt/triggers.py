"""Messages that start flows.

The broker keeps a session for the flow and in it what was published between two polls. A message is acknowledged at the poll after the one that
gave it: then its run is on the disk, so that a crash loses nothing; what was given is known by its content and number, so that nothing is
given twice. A broker sends only so many messages that are not acknowledged (Mosquitto: 20). Where it holds more back, those of this poll are
acknowledged at once: a crash in that moment can lose them, a full queue at the broker surely would.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from piecework.pieces.mqtt.connecting import SESSION_SECONDS, connected, is_five, new_client_id
from piecework.pieces.mqtt.payloads import decoded, readable
from piecework.pieces.mqtt.piece import piece
from piecework.sdk import (
    Checkbox,
    CustomAuthValue,
    IntervalSchedule,
    Markdown,
    Number,
    PieceError,
    Schedule,
    ShortText,
    StaticDropdown,
    TriggerContext,
    json_text,
)

if TYPE_CHECKING:
    from aiomqtt import Message

Context = TriggerContext[CustomAuthValue]
SESSION, GIVEN = "mqtt_session", "mqtt_given"
"""In the flow's store: ``{"clientId", "topic"}``, and ``{identity: how many}`` of what the last poll gave."""
FEWEST_HELD_BACK = 10
"""How many messages without acknowledgement the most careful of the usual brokers sends."""
IDLE_SECONDS = 0.5
"""A broker that has something more to send does so sooner."""
TEST_SECONDS, SAMPLES = 10, 5
MOST = 1000
EXAMPLE = {
    "topic": "factory/line1/temperature",
    "payload": {"temperature": 21.5, "unit": "C"},
    "payload_format": "json",
    "payload_size_bytes": 33,
    "qos": 1,
    "retain": False,
    "duplicate": False,
    "received_at": "2026-01-31T08:30:00.000Z",
    "content_type": "application/json",
    "response_topic": None,
    "correlation_data": None,
    "message_expiry_interval": None,
    "user_properties": {},
}
HELP = """Between two checks the broker keeps the messages for the flow. Publish them with **QoS 1 or 2**: others it does not keep. How many it
keeps is its own choice (Mosquitto: `max_queued_messages`, 1000)."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What of the broker is wanted, and how long to wait for it."""

    topic: str
    seconds: float
    most: int
    ignore_retained: bool
    no_local: bool
    retain_as_published: bool

    def wants(self, message: Message) -> bool:
        return not (message.retain and self.ignore_retained and not self.retain_as_published)


def watch(props: Mapping[str, Any]) -> Watch:
    """Raises PieceError for what is no topic filter."""
    topic = str(props["topic"]).strip()
    if not topic or "\0" in topic:
        raise PieceError("topic: must be a topic filter, such as factory/+/temperature")
    return Watch(
        topic, max(1.0, float(props.get("listenSeconds") or 5)), int(props.get("maxMessagesPerCheck") or 100),
        props.get("ignoreRetained") is not False, bool(props.get("noLocal")), bool(props.get("retainAsPublished")),
    )  # fmt: skip


async def subscribe(client: Any, wanted: Watch, five: bool, *, retained: bool = False) -> None:
    """Subscribe with QoS 1: a message of QoS 2 cannot wait for its acknowledgement beyond one connection. Raises PieceError when refused."""
    from paho.mqtt.subscribeoptions import SubscribeOptions

    handling = 0 if retained else 2 if wanted.ignore_retained else 1
    options = SubscribeOptions(1, wanted.no_local, wanted.retain_as_published, handling)
    answers = await (client.subscribe(wanted.topic, options=options) if five else client.subscribe(wanted.topic, qos=1))
    if any(int(getattr(answer, "value", answer)) >= 128 for answer in answers):
        raise PieceError(f"topic: the broker refuses a subscription to {wanted.topic!r}")


async def listened(client: Any, wanted: Watch, given: Counter[str]) -> list[Message]:
    """New messages that are not acknowledged, unless the broker held others back for them. Those that are ``given`` already are acknowledged."""
    found: list[Message] = []
    acknowledged = 0
    try:
        async with asyncio.timeout(wanted.seconds):
            while len(found) < wanted.most:
                message = await _next(client, patient=not found)
                if message is None:
                    if len(found) - acknowledged < FEWEST_HELD_BACK:
                        break
                    for waiting in found[acknowledged:]:
                        client.acknowledge(waiting)
                    acknowledged = len(found)
                elif given[key := identity(message)] > 0:
                    given[key] -= 1
                    client.acknowledge(message)
                elif wanted.wants(message):
                    found.append(message)
                else:
                    client.acknowledge(message)
    except TimeoutError:
        pass
    return found


async def _next(client: Any, *, patient: bool) -> Message | None:
    """The next message; None if the broker has no more to send now."""
    try:
        async with asyncio.timeout(None if patient else IDLE_SECONDS):
            return await anext(client.messages)
    except TimeoutError:
        return None


def identity(message: Message) -> str:
    """What tells a message from others. Two that are alike in everything are told apart by their number."""
    properties = message.properties.json() if message.properties else {}
    properties.pop("SubscriptionIdentifier", None)
    text = f"{message.topic}\n{message.qos}\n{json_text(properties)}\n"
    return hashlib.sha256(text.encode() + bytes(message.payload or b"")).hexdigest()[:32]


def output(ctx: Context, message: Message, form: str) -> dict[str, Any]:
    """A message as the flow gets it."""
    data, properties = bytes(message.payload or b""), message.properties
    payload, payload_format = decoded(data, form)
    correlation = getattr(properties, "CorrelationData", None)
    return {
        "topic": str(message.topic),
        "payload": payload,
        "payload_format": payload_format,
        "payload_size_bytes": len(data),
        "qos": message.qos,
        "retain": bool(message.retain),
        "duplicate": False,
        "received_at": ctx.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "content_type": getattr(properties, "ContentType", None),
        "response_topic": getattr(properties, "ResponseTopic", None),
        "correlation_data": None if correlation is None else readable(correlation) or base64.b64encode(correlation).decode(),
        "message_expiry_interval": getattr(properties, "MessageExpiryInterval", None),
        "user_properties": dict(getattr(properties, "UserProperty", [])),
    }


async def begin(ctx: Context, props: Mapping[str, Any]) -> None:
    """Have the broker keep a session that subscribes."""
    before = await ctx.store.get(SESSION)
    if before:
        await end(ctx, props)
    session = {"clientId": new_client_id(ctx.auth, ctx.random), "topic": watch(props).topic}
    async with connected(ctx.network, ctx.auth, session["clientId"], session=SESSION_SECONDS) as client:
        await subscribe(client, watch(props), is_five(ctx.auth))
    await ctx.store.put(SESSION, session)


async def end(ctx: Context, props: Mapping[str, Any]) -> None:
    """End the session with what is in it."""
    session = await ctx.store.get(SESSION)
    if session:
        async with connected(ctx.network, ctx.auth, session["clientId"]):
            pass
    await ctx.store.delete(SESSION)
    await ctx.store.delete(GIVEN)


async def samples(ctx: Context, props: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Messages that are published within some seconds, and the one that the broker keeps, in a session of its own."""
    wanted = replace(watch(props), seconds=TEST_SECONDS, most=SAMPLES, ignore_retained=False)
    async with connected(ctx.network, ctx.auth, new_client_id(ctx.auth, ctx.random), session=0) as client:
        await subscribe(client, wanted, is_five(ctx.auth), retained=True)
        return [output(ctx, message, props["payloadDecoding"]) for message in await listened(client, wanted, Counter())]


def every(props: Mapping[str, Any]) -> Schedule:
    """When to check."""
    return IntervalSchedule(max(1, round(props.get("checkIntervalMinutes") or 1)) * 60)


@piece.queue_trigger(display_name="New Message", on_enable=begin, on_disable=end, test=samples, schedule=every, sample_data=EXAMPLE)
async def new_message(
    ctx: Context,
    *,
    instructions: Annotated[None, Markdown(None, HELP)] = None,
    topic: Annotated[str, ShortText("Topic Filter", "`+` stands for one level and `#` for all that follow: `factory/+/temperature`.")],
    qos: Annotated[
        Literal["1", "2"],
        StaticDropdown(
            "QoS",
            "Either way each message starts one run.",
            options={"1 - At least once": "1", "2 - Exactly once": "2"},
            disabled=False,
            required=True,
        ),
    ] = "1",
    payloadDecoding: Annotated[
        str,
        StaticDropdown(
            "Payload Format",
            "Auto: JSON or text where it is that, else Base64.",
            options={"Auto": "auto", "JSON": "json", "Plain Text": "text", "Base64": "base64", "Hex": "hex"},
            disabled=False,
            required=True,
        ),
    ] = "auto",
    ignoreRetained: Annotated[bool, Checkbox("Ignore Retained Messages", "Those that were there before.", required=False)] = True,
    checkIntervalMinutes: Annotated[float, Number("Check Every (minutes)", "1 or more.", required=False)] = 1,
    maxMessagesPerCheck: Annotated[
        int, Number("Max Messages Per Check", "What is more waits for the next check.", minimum=1, maximum=MOST, required=False)
    ] = 100,
    listenSeconds: Annotated[
        float, Number("Listen Duration (seconds)", "How long a check waits for a message.", maximum=60, required=False)
    ] = 5,
    noLocal: Annotated[bool, Checkbox("No Local (MQTT 5)", "Not what this connection has published itself.")] = False,
    retainAsPublished: Annotated[bool, Checkbox("Retain As Published (MQTT 5)", "Keep the mark of retained messages.")] = False,
) -> list[dict[str, Any]]:
    """Starts for each message on a topic, also for those that come between two checks."""
    session = await ctx.store.get(SESSION)
    if not session:
        raise PieceError("There is no session at the broker; switch the flow off and on again")
    props = {
        "topic": topic, "ignoreRetained": ignoreRetained, "maxMessagesPerCheck": maxMessagesPerCheck, "listenSeconds": listenSeconds,
        "noLocal": noLocal, "retainAsPublished": retainAsPublished,
    }  # fmt: skip
    given, wanted = Counter[str](await ctx.store.get(GIVEN) or {}), watch(props)
    async with connected(ctx.network, ctx.auth, session["clientId"], session=SESSION_SECONDS) as client:
        if not client.session_present:
            await subscribe(client, wanted, is_five(ctx.auth))
        found = await listened(client, wanted, given)
    await ctx.store.put(GIVEN, dict(Counter(map(identity, found))))
    return [output(ctx, message, payloadDecoding) for message in found]

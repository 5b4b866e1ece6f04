"""Messages to topics."""

from typing import Annotated, Any

from piecework.pieces.mqtt.connecting import connected, is_five, new_client_id
from piecework.pieces.mqtt.payloads import CONTENT_TYPES, encoded
from piecework.pieces.mqtt.piece import piece
from piecework.sdk import (
    ActionContext,
    Checkbox,
    CustomAuthValue,
    DynamicProperties,
    File,
    Json,
    LongText,
    Number,
    Object,
    PieceError,
    Property,
    ShortText,
    StaticDropdown,
    json_text,
    load_file,
)

FORMS = {"JSON": "json", "Plain Text": "text", "Base64": "base64", "Hex": "hex", "File": "file"}
EXAMPLE = {"temperature": 21.5, "unit": "C"}


def payload_fields(payloadFormat: str | None) -> dict[str, Property]:
    """The field for a message in one of the forms."""
    match payloadFormat:
        case "text":
            return {"text": LongText("Payload", required=True)}
        case "base64":
            return {"base64": LongText("Payload (Base64)", "Such as `SGVsbG8=`.", required=True)}
        case "hex":
            return {"hex": ShortText("Payload (Hex)", "Such as `48 65 6c 6c 6f`.", required=True)}
        case "file":
            return {"file": File("Payload", required=True)}
        case _:
            return {"json": Json("Payload (JSON)", required=True, default=EXAMPLE)}


@piece.action
async def publish_message(
    ctx: ActionContext[CustomAuthValue],
    topic: Annotated[str, ShortText("Topic", "Such as `factory/line1/command`; without wildcards.")],
    payloadFormat: Annotated[
        str, StaticDropdown("Payload Format", "How the message is given.", options=FORMS, disabled=False, required=True)
    ] = "json",
    *,
    payload: Annotated[dict[str, Any], DynamicProperties("Payload", form=payload_fields)],
    qos: Annotated[
        str,
        StaticDropdown(
            "QoS",
            "How hard the broker tries to deliver it.",
            options={"0 - At most once": "0", "1 - At least once": "1", "2 - Exactly once": "2"},
            disabled=False,
            required=True,
        ),
    ] = "0",
    retain: Annotated[bool, Checkbox("Retain", "The broker keeps it for those who subscribe later.")] = False,
    contentType: Annotated[str | None, ShortText("Content Type (MQTT 5)", "When empty, that of the format.")] = None,
    messageExpiryInterval: Annotated[
        int | None, Number("Message Expiry Interval (MQTT 5, seconds)", "After this it is not delivered any more.", minimum=1, whole=True)
    ] = None,
    responseTopic: Annotated[str | None, ShortText("Response Topic (MQTT 5)", "Where an answer is expected.")] = None,
    correlationData: Annotated[str | None, ShortText("Correlation Data (MQTT 5)", "What an answer has to repeat.")] = None,
    userProperties: Annotated[dict[str, Any] | None, Object("User Properties (MQTT 5)", "Sent along with it.")] = None,
) -> dict[str, Any]:
    """Publish a message on a topic. With a QoS of 1 or 2 it is done when the broker has confirmed it."""
    if not topic.strip() or set(topic) & {"+", "#", "\0"}:
        raise PieceError("topic: must be a topic without the wildcards + and #")
    value = payload.get(payloadFormat)
    data = encoded(payloadFormat, await load_file(value, ctx.files) if payloadFormat == "file" else value)
    level = int(qos) if str(qos) in ("1", "2") else 0
    properties = None
    if is_five(ctx.auth):
        form_type = CONTENT_TYPES.get(payloadFormat, "application/octet-stream")
        properties = _properties(
            ContentType=contentType or form_type, PayloadFormatIndicator=int(payloadFormat in CONTENT_TYPES),
            MessageExpiryInterval=messageExpiryInterval, ResponseTopic=responseTopic,
            CorrelationData=correlationData.encode() if correlationData else None, UserProperty=_pairs(userProperties),
        )  # fmt: skip
    async with connected(ctx.network, ctx.auth, new_client_id(ctx.auth, ctx.random)) as client:
        await client.publish(topic, data, level, bool(retain), properties)
    return {
        "topic": topic,
        "qos": level,
        "retain": bool(retain),
        "payload_format": payloadFormat,
        "payload_size_bytes": len(data),
        "published_at": ctx.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def _properties(**values: Any) -> Any:
    """The properties of a message (MQTT 5.0, 3.3.2.3) that are not empty."""
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    properties = Properties(PacketTypes.PUBLISH)
    for name, value in values.items():
        if value not in (None, "", []):
            setattr(properties, name, value)
    return properties


def _pairs(values: dict[str, Any] | None) -> list[tuple[str, str]]:
    return [(name, value if isinstance(value, str) else json_text(value)) for name, value in (values or {}).items()]

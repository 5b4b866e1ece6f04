"""A connection to the broker for as long as a step needs it (MQTT 5.0, 3.1.1 and 3.1)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from piecework.sdk import AuthCheck, CustomAuthValue, Network, PieceError

if TYPE_CHECKING:
    import ssl

    from aiomqtt import Client

SESSION_SECONDS = 7 * 24 * 3600
"""How long a broker keeps the session of a flow that does not ask (MQTT 5; others keep it as they like)."""
LONGEST_CONNECT_SECONDS = 60
LONGEST_OLD_ID = 23
"""Characters of a client's id that MQTT 3.1 allows."""


def is_five(auth: CustomAuthValue) -> bool:
    """Whether the connection speaks MQTT 5, which knows properties of messages."""
    return str(auth.get("mqttVersion") or "5") == "5"


def new_client_id(auth: CustomAuthValue, random: Any) -> str:
    """An id that no other connection has."""
    prefix = str(auth.get("clientIdPrefix") or "").strip() or "piecework"
    name = f"{prefix}_{random.getrandbits(48):012x}"
    return name[-LONGEST_OLD_ID:] if str(auth.get("mqttVersion")) == "3" else name


@cache
def _reader() -> type[Client]:
    """A client that leaves it to its user when a message is acknowledged, for which aiomqtt has no words."""
    from aiomqtt import Client, Message

    class Reader(Client):
        session_present = False

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._client.manual_ack_set(True)

        def _on_connect(self, client: Any, userdata: Any, flags: Any, reason_code: Any, properties: Any = None) -> None:
            self.session_present = bool(flags.session_present)
            super()._on_connect(client, userdata, flags, reason_code, properties)

        def acknowledge(self, message: Message) -> None:
            """Tell the broker that a message need not be sent again."""
            self._client.ack(message.mid, message.qos)

    return Reader


@asynccontextmanager
async def connected(network: Network, auth: CustomAuthValue, client_id: str, *, session: int | None = None) -> AsyncGenerator[Any]:
    """A client, closed afterwards. ``session``: seconds for which the broker keeps a session of this id, whose messages the caller acknowledges;
    None: there is none, and what was there ends. Raises PieceError for all that the broker or the way to it refuses.
    """
    from aiomqtt import MqttError

    _check(auth)
    host, port = str(auth["host"]).strip(), int(auth["port"])
    client = _client(network, auth, await network.address(host, port), client_id, session)
    inside = False
    try:
        async with client:
            inside = True
            yield client
    except (MqttError, OSError, ValueError) as error:
        raise PieceError(f"{'The broker says' if inside else f'Cannot connect to {host}:{port}'}: {error}") from None


def _client(network: Network, auth: CustomAuthValue, address: str, client_id: str, session: int | None) -> Client:
    from aiomqtt import Client, ProtocolVersion

    options: dict[str, Any] = {"properties": _properties(auth, session), "clean_start": session is None}
    if not is_five(auth):
        options = {"clean_session": session is None}
    if auth["protocol"] in ("ws", "wss"):
        headers = {"Host": f"{auth['host']}:{auth['port']}"}
        options |= {"transport": "websockets", "websocket_path": auth.get("path") or "/mqtt", "websocket_headers": headers}
    if auth["protocol"] in ("mqtts", "wss"):
        options |= {"tls_context": _tls(network, auth), "tls_insecure": None if auth.get("rejectUnauthorized", True) else True}
    if auth.get("authMethod") in ("username_password", "client_certificate_and_password", "token"):
        options |= {"username": str(auth.get("username") or ""), "password": str(auth.get("password") or "")}
    return (Client if session is None else _reader())(
        address,
        int(auth["port"]),
        identifier=client_id,
        protocol=ProtocolVersion(int(auth.get("mqttVersion") or 5)),
        timeout=min(float(auth.get("connectTimeoutSeconds") or 10), LONGEST_CONNECT_SECONDS),
        keepalive=int(auth.get("keepAliveSeconds") or 60),
        **options,
    )


def _properties(auth: CustomAuthValue, session: int | None) -> Any:
    """The properties of a connection (MQTT 5.0, 3.1.2.11)."""
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    properties: Any = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = session or 0
    if auth.get("authMethod") == "enhanced":
        properties.AuthenticationMethod = str(auth["enhancedAuthMethod"])
        properties.AuthenticationData = str(auth.get("enhancedAuthData") or "").encode()
    return properties


def _tls(network: Network, auth: CustomAuthValue) -> ssl.SSLContext:
    shown = str(auth.get("authMethod")).startswith("client_certificate")
    return network.tls(
        str(auth.get("servername") or auth["host"]),
        verify=bool(auth.get("rejectUnauthorized", True)),
        authorities=auth.get("caCertificate") or "",
        certificate=str(auth["clientCertificate"]) if shown else "",
        key=str(auth["clientKey"]) if shown else "",
        passphrase=auth.get("clientKeyPassphrase") or "",
    )


def _check(auth: CustomAuthValue) -> None:
    """Raises PieceError that names the field that the method of logging in lacks."""
    wanted = {
        "username_password": ("username", "password"),
        "client_certificate": ("clientCertificate", "clientKey"),
        "client_certificate_and_password": ("clientCertificate", "clientKey", "username", "password"),
        "token": ("password",),
        "enhanced": ("enhancedAuthMethod",),
    }
    method = str(auth.get("authMethod"))
    for name in wanted.get(method, ()):
        if not auth.get(name):
            raise PieceError(f"{name}: is needed for this authentication method")
    if method.startswith("client_certificate") and auth["protocol"] not in ("mqtts", "wss"):
        raise PieceError("protocol: a certificate can be shown over mqtts:// and wss:// only")
    if method == "enhanced" and not is_five(auth):
        raise PieceError("mqttVersion: enhanced authentication needs MQTT 5.0")


async def try_connection(check: AuthCheck) -> None:
    """Log in and do nothing."""
    import secrets

    async with connected(check.network, check.auth, new_client_id(check.auth, secrets.SystemRandom())):
        pass

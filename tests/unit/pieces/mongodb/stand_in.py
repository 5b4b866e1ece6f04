"""Plays a MongoDB: speaks its wire protocol (mongodb.com/docs: OP_MSG, and OP_QUERY for the first hello) and SCRAM (RFC 7677), and answers
commands as a test says. There is no server that could be installed for the tests."""

import asyncio
import base64
import hashlib
import hmac
import ssl
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import bson

OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013
Answer = Callable[[dict[str, Any]], dict[str, Any]]
SALT, ROUNDS, PASSWORD = b"0123456789abcdef", 4096, b"s3cret"


class StandIn:
    """A server whose commands and answers a test gives; ``asked`` keeps the commands, without those of the connection itself."""

    def __init__(self, answers: dict[str, Any], hello: dict[str, Any] | None = None) -> None:
        self.answers, self.asked, self.port = answers, [], 0
        self.asked: list[dict[str, Any]]
        self.hello = {"isWritablePrimary": True} if hello is None else hello
        self._login: dict[str, bytes] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                length, request, _, code = struct.unpack("<iiii", await reader.readexactly(16))
                data = await reader.readexactly(length - 16)
                command = _query(data) if code == OP_QUERY else _message(data)
                reply = bson.encode({"ok": 1.0, **self._answer(command)})
                body = struct.pack("<iqii", 0, 0, 0, 1) + reply if code == OP_QUERY else struct.pack("<iB", 0, 0) + reply
                writer.write(struct.pack("<iiii", 16 + len(body), 1, request, OP_REPLY if code == OP_QUERY else OP_MSG) + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, command: dict[str, Any]) -> dict[str, Any]:
        name = next(iter(command))
        if name.lower() in ("hello", "ismaster"):
            limits = {
                "maxWireVersion": 21,
                "minWireVersion": 0,
                "helloOk": True,
                "maxBsonObjectSize": 16 << 20,
                "maxMessageSizeBytes": 48 << 20,
            }
            return {**limits, "maxWriteBatchSize": 1000, "saslSupportedMechs": ["SCRAM-SHA-256"], **self.hello}
        if name == "saslStart":
            return self._first(command["payload"])
        if name == "saslContinue":
            return self._final(command["payload"])
        if name == "endSessions":
            return {}
        self.asked.append({key: value for key, value in command.items() if key not in ("lsid", "$db", "$readPreference", "txnNumber")})
        answer = self.answers[name]
        return answer.pop(0) if isinstance(answer, list) else answer

    def _first(self, payload: bytes) -> dict[str, Any]:
        bare = payload.removeprefix(b"n,,")
        nonce = dict(part.split(b"=", 1) for part in bare.split(b","))[b"r"] + b"more"
        first = b"r=%s,s=%s,i=%d" % (nonce, base64.b64encode(SALT), ROUNDS)
        self._login = {"bare": bare, "first": first}
        return {"conversationId": 1, "done": False, "payload": first}

    def _final(self, payload: bytes) -> dict[str, Any]:
        without, proof = payload.split(b",p=")
        salted = hashlib.pbkdf2_hmac("sha256", PASSWORD, SALT, ROUNDS)
        key = hmac.digest(salted, b"Client Key", "sha256")
        message = b",".join((self._login["bare"], self._login["first"], without))
        signature = hmac.digest(hashlib.sha256(key).digest(), message, "sha256")
        if bytes(a ^ b for a, b in zip(base64.b64decode(proof), signature, strict=True)) != key:
            return {"ok": 0.0, "code": 18, "codeName": "AuthenticationFailed", "errmsg": "Authentication failed."}
        verifier = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), message, "sha256")
        return {"conversationId": 1, "done": True, "payload": b"v=" + base64.b64encode(verifier)}


def _query(data: bytes) -> dict[str, Any]:
    start = data.index(b"\0", 4) + 9
    return bson.decode(data[start:])


def _message(data: bytes) -> dict[str, Any]:
    """The body, with the documents of further sections under their names."""
    command: dict[str, Any] = {}
    at = 4
    while at < len(data):
        kind, size = data[at], struct.unpack_from("<i", data, at + 1)[0]
        section = data[at + 1 : at + 1 + size]
        if kind == 0:
            command |= bson.decode(section)
        else:
            end = section.index(b"\0", 4)
            command[section[4:end].decode()] = bson.decode_all(section[end + 1 :])
        at += 1 + size
    return command


@asynccontextmanager
async def playing(stand_in: StandIn, tls: ssl.SSLContext | None = None) -> AsyncIterator[StandIn]:
    """The stand-in on a free port of this machine."""
    server = await asyncio.start_server(stand_in.serve, "127.0.0.1", 0, ssl=tls)
    stand_in.port = server.sockets[0].getsockname()[1]
    async with server:
        yield stand_in

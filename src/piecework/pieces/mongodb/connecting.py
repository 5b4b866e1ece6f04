"""A connection to the server that may write, for as long as a step needs it.

MongoDB's client would look for the members of a set by itself and connect to whatever these say. It is told to speak to one address only; the
members are asked here, and each address is checked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from piecework.sdk import AuthCheck, CustomAuthValue, Network, PieceError

if TYPE_CHECKING:
    from pymongo import AsyncMongoClient
    from pymongo.asynchronous.database import AsyncDatabase

SECONDS, LONGEST_SECONDS = 10, 60
PORT = 27017
Place = tuple[str, int]


@asynccontextmanager
async def connected(network: Network, auth: CustomAuthValue) -> AsyncGenerator[AsyncMongoClient[dict[str, Any]]]:
    """A client that is logged in at the primary (or the one server, or a router), closed afterwards. Raises PieceError for all that the server or the
    way to it refuses."""
    from bson.errors import BSONError
    from pymongo.errors import PyMongoError

    client: AsyncMongoClient[dict[str, Any]] | None = None
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            client = await _primary(network, auth, await _members(auth))
            yield client
    except (PyMongoError, BSONError, OverflowError) as error:
        raise PieceError(f"MongoDB says: {error}") from None
    except TimeoutError:
        raise PieceError(f"MongoDB took longer than {LONGEST_SECONDS} seconds") from None
    finally:
        if client is not None:
            await client.close()


async def _members(auth: CustomAuthValue) -> list[Place]:
    """The servers that the connection names. Raises PieceError for what is none."""
    hosts = str(auth["host"]).removeprefix("mongodb+srv://").removeprefix("mongodb://").strip("/ ")
    if auth.get("useAtlasUrl"):
        return await _srv(hosts)
    return [_place(text) for text in hosts.split(",") if text.strip()]


def _place(text: str) -> Place:
    host, colon, port = text.strip().rpartition(":")
    try:
        return (host, int(port)) if colon else (port, PORT)
    except ValueError:
        raise PieceError(f"host: {text!r} is not a host and port") from None


async def _srv(host: str) -> list[Place]:
    """The members that a DNS record lists (mongodb.com/docs: DNS seed list). They must be of the same domain as the record."""
    from dns.asyncresolver import resolve
    from dns.exception import DNSException

    domain = host.partition(".")[2].lower()
    try:
        answers: Any = await resolve(f"_mongodb._tcp.{host}", "SRV", lifetime=SECONDS)
    except DNSException as error:
        raise PieceError(f"host: the members of {host!r} cannot be found: {error}") from None
    found = [(str(answer.target).rstrip("."), int(answer.port)) for answer in answers]
    if not domain or any(not name.lower().endswith(f".{domain}") for name, _ in found):
        raise PieceError(f"host: {host!r} leads to servers of another domain")
    return found


async def _primary(network: Network, auth: CustomAuthValue, members: list[Place]) -> AsyncMongoClient[dict[str, Any]]:
    """Ask the members in turn who may write. Raises PyMongoError or PieceError of the last one when none answers."""
    from pymongo.errors import OperationFailure, PyMongoError

    last: Exception = PieceError("host: must name a server")
    tried: set[Place] = set()
    waiting = list(members)
    while waiting:
        place = waiting.pop(0)
        if place in tried:
            continue
        tried.add(place)
        client = await _client(network, auth, place)
        try:
            said = await client.admin.command("hello")
        except OperationFailure:
            await client.close()
            raise  # a password that is wrong here is wrong everywhere
        except PyMongoError as error:
            await client.close()
            last = error
            continue
        if said.get("isWritablePrimary") or said.get("msg") == "isdbgrid":
            return client
        await client.close()
        last = PieceError(f"{place[0]}:{place[1]} knows of no server that may write")
        if said.get("primary"):
            waiting.insert(0, _place(str(said["primary"])))
    raise last


async def _client(network: Network, auth: CustomAuthValue, place: Place) -> AsyncMongoClient[dict[str, Any]]:
    from pymongo import AsyncMongoClient

    host, port = place
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
        await network.address(host, port), port, directConnection=True, username=str(auth["username"]), password=str(auth["password"]),
        authSource=auth.get("authSource") or "admin", serverSelectionTimeoutMS=SECONDS * 1000, connectTimeoutMS=SECONDS * 1000,
        socketTimeoutMS=LONGEST_SECONDS * 1000, maxPoolSize=1, appname="Piecework", connect=False,
    )  # fmt: skip
    if auth.get("tls") or auth.get("useAtlasUrl"):
        # The client makes TLS contexts from files only, and for the address: this one asks for the certificate of the name.
        options: Any = client.options.pool_options
        options._PoolOptions__ssl_context = network.tls(host, authorities=auth.get("certificate") or "")
    return client


def database_of(client: AsyncMongoClient[dict[str, Any]], auth: CustomAuthValue, name: str | None) -> AsyncDatabase[dict[str, Any]]:
    """The database that the step or the connection names. Raises PieceError when neither does."""
    wanted = name or auth.get("database")
    if not wanted:
        raise PieceError("database: name one in the step or in the connection")
    return client[str(wanted)]


async def try_connection(check: AuthCheck) -> None:
    """Log in and do nothing."""
    async with connected(check.network, check.auth):
        pass

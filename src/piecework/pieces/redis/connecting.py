"""A connection to the server for as long as a step needs it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from piecework.sdk import AuthCheck, CustomAuthValue, Network, PieceError

if TYPE_CHECKING:
    from redis.asyncio import Redis

SECONDS = 30


@asynccontextmanager
async def connected(network: Network, auth: CustomAuthValue) -> AsyncGenerator[Redis]:
    """A client, closed afterwards. Raises PieceError for all that the server or the way to it refuses."""
    from redis import RedisError
    from redis.asyncio import Connection, ConnectionPool, Redis

    host, port = str(auth["host"]), int(auth.get("port", 6379))
    address = await network.address(host, port)
    context = network.tls(host) if auth.get("tls") else None

    class PinnedConnection(Connection):
        """One whose TLS context is the platform's."""

        def _connection_arguments(self) -> dict[str, Any]:
            arguments = super()._connection_arguments()
            return dict(arguments) | ({"ssl": context} if context else {})

    pool = ConnectionPool(
        connection_class=PinnedConnection, host=address, port=port, db=int(auth.get("database", 0)), username=auth.get("username") or None,
        password=auth.get("password") or None, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, max_connections=1,
    )  # fmt: skip
    client = Redis(connection_pool=pool)
    try:
        yield client
    except RedisError as error:
        raise PieceError(f"Redis says: {error}") from None
    except OSError as error:
        raise PieceError(f"Cannot connect to {host}:{port}: {error or 'no answer in time'}") from None
    finally:
        await client.aclose()
        await pool.aclose()


def plain(value: Any) -> Any:
    """An answer as JSON; bytes that are no text become their nearest text."""
    match value:
        case bytes():
            return value.decode("utf-8", "replace")
        case list() | tuple() | set():
            return [plain(item) for item in value]
        case dict():
            return {str(plain(name)): plain(item) for name, item in value.items()}
        case _:
            return value


async def try_connection(check: AuthCheck) -> None:
    """Log in and do nothing."""
    async with connected(check.network, check.auth) as client:
        await client.execute_command("PING")

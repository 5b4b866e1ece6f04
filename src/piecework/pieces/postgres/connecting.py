"""A connection to the database for as long as a step needs it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from piecework.sdk import AuthCheck, CustomAuthValue, Network, PieceError

if TYPE_CHECKING:
    import ssl

    import asyncpg

DEFAULT_TIMEOUT_MS = 30_000


@asynccontextmanager
async def connected(
    network: Network,
    auth: CustomAuthValue,
    *,
    timeout_ms: float = DEFAULT_TIMEOUT_MS,
    query_timeout_ms: float = DEFAULT_TIMEOUT_MS,
    application_name: str | None = None,
) -> AsyncGenerator[asyncpg.Connection]:
    """An open connection, closed afterwards. Raises PieceError for all that the server or the way to it refuses."""
    import asyncpg

    host, port = str(auth["host"]), _port(auth["port"])
    settings = {"statement_timeout": str(int(query_timeout_ms)), "application_name": application_name or "Piecework"}
    try:
        connection = await asyncpg.connect(
            host=await network.address(host, port),
            port=port,
            user=str(auth["user"]),
            password=str(auth["password"]),
            database=str(auth["database"]),
            ssl=_tls(network, auth) or False,
            timeout=max(1, round(timeout_ms / 1000)),
            command_timeout=query_timeout_ms / 1000,
            server_settings=settings,
            statement_cache_size=0,
        )
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise PieceError(f"The database refuses the connection: {error}") from None
    except (OSError, TimeoutError) as error:
        raise PieceError(f"Cannot connect to {host}:{port}: {error or 'no answer in time'}") from None
    try:
        yield connection
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise PieceError(f"The database says: {error}") from None
    except TimeoutError:
        raise PieceError("The query took longer than its time limit") from None
    except OSError as error:
        raise PieceError(f"The connection to the database broke: {error}") from None
    finally:
        await _close(connection)


def _tls(network: Network, auth: CustomAuthValue) -> ssl.SSLContext | None:
    if not auth.get("enable_ssl", True):
        return None
    verify, authorities = bool(auth.get("reject_unauthorized", True)), str(auth.get("certificate", ""))
    return network.tls(str(auth["host"]), verify=verify, authorities=authorities)


async def _close(connection: asyncpg.Connection) -> None:
    try:
        await connection.close(timeout=5)
    except (OSError, TimeoutError):
        connection.terminate()


def _port(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise PieceError(f"port: {value!r} is not a number") from None


async def try_connection(check: AuthCheck) -> None:
    """Log in and do nothing."""
    async with connected(check.network, check.auth, timeout_ms=10_000) as connection:
        await connection.execute("SELECT 1")

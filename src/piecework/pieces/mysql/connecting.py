"""A connection to the database for as long as a step needs it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from piecework.sdk import AuthCheck, CustomAuthValue, Network, PieceError, database_value, json_text

if TYPE_CHECKING:
    import aiomysql

CONNECT_SECONDS = 30
QUERY_SECONDS = 300
TIMEZONE = re.compile(r"[+-]\d{1,2}:\d{2}")


@asynccontextmanager
async def connected(network: Network, auth: CustomAuthValue, timezone: str | None = None) -> AsyncGenerator[aiomysql.Connection]:
    """An open connection that commits each statement, closed afterwards. Raises PieceError for all that the server or the way to it refuses."""
    from pymysql.err import MySQLError

    host, port = str(auth["host"]), _port(auth.get("port", 3306))
    try:
        connection = await _open(
            host=await network.address(host, port),
            port=port,
            user=str(auth["user"]),
            password=str(auth["password"]),
            db=str(auth["database"]),
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            local_infile=False,
            ssl=network.tls(host) if auth.get("tls") else None,
            init_command=_init(timezone),
        )
    except (MySQLError, OSError, TimeoutError) as error:
        raise PieceError(f"Cannot connect to the database: {_reason(error)}") from None
    try:
        async with asyncio.timeout(QUERY_SECONDS):
            yield connection
    except MySQLError as error:
        raise PieceError(f"The database says: {_reason(error)}") from None
    except TimeoutError:
        raise PieceError(f"The query took longer than {QUERY_SECONDS} seconds") from None
    finally:
        connection.close()


async def _open(**settings: Any) -> aiomysql.Connection:
    import aiomysql
    from pymysql.constants import CLIENT

    class Connection(aiomysql.Connection):
        """One that refuses to go on in the clear when TLS is asked for: the library's own would."""

        async def _get_server_information(self) -> None:
            await super()._get_server_information()
            if self._ssl_context and not self.server_capabilities & CLIENT.SSL:
                raise aiomysql.OperationalError("the server does not offer TLS")

        async def open(self) -> None:
            await self._connect()

    connection = Connection(**settings)
    await connection.open()
    return connection


async def execute(connection: aiomysql.Connection, query: str, values: Sequence[Any] = ()) -> list[dict[str, Any]] | dict[str, Any]:
    """The rows of a query, or what a change did. Each ``?`` outside of quotes and comments stands for the next value."""
    import aiomysql

    text, places = with_placeholders(query)
    if places != len(values):
        raise PieceError(f"args: the query has {places} arguments, {len(values)} are given")
    async with connection.cursor(aiomysql.DictCursor) as cursor:
        await cursor.execute(text, [_argument(value) for value in values] or None)
        if cursor.description is not None:
            return [{name: database_value(value) for name, value in row.items()} for row in await cursor.fetchall()]
        return {"affectedRows": cursor.rowcount, "insertId": cursor.lastrowid or 0}


_TOKEN = re.compile(r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`|--[ \t][^\n]*|\#[^\n]*|/\*.*?\*/|\?|%""", re.DOTALL)


def with_placeholders(query: str) -> tuple[str, int]:
    """The query as the client takes it (``%s`` for ``?``), and how many values it wants."""
    places = _TOKEN.findall(query).count("?")
    if not places:
        return query, 0
    return _TOKEN.sub(lambda found: "%s" if found[0] == "?" else found[0].replace("%", "%%"), query), places


def quoted(identifier: str) -> str:
    """A name as SQL takes it, whatever stands in it; ``shop.orders`` is a table of another database."""
    return ".".join(f"`{part.replace('`', '``')}`" for part in identifier.split("."))


def _argument(value: Any) -> Any:
    return json_text(value) if isinstance(value, dict | list) else value


def _init(timezone: str | None) -> str | None:
    if not timezone:
        return None
    if not TIMEZONE.fullmatch(timezone):
        raise PieceError(f"timezone: {timezone!r} is not an offset such as +02:00")
    return f"SET time_zone = '{timezone}'"


def _port(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise PieceError(f"port: {value!r} is not a number") from None


def _reason(error: BaseException) -> str:
    return str(error.args[-1]) if error.args else "no answer in time"


async def try_connection(check: AuthCheck) -> None:
    """Log in and do nothing."""
    async with connected(check.network, check.auth) as connection:
        await execute(connection, "SELECT 1")

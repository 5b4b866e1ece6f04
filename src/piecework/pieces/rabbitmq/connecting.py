"""A channel to the server for as long as a step needs it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from piecework.sdk import AuthCheck, CustomAuthValue, Network, PieceError

if TYPE_CHECKING:
    from aio_pika.abc import AbstractChannel

SECONDS = 30
LONGEST_SECONDS = 120


@asynccontextmanager
async def connected(network: Network, auth: CustomAuthValue) -> AsyncGenerator[AbstractChannel]:
    """A channel, closed afterwards with its connection. Raises PieceError for all that the server or the way to it refuses."""
    import aio_pika
    from aiormq.exceptions import AMQPError

    for name in ("aio_pika", "aiormq"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what fails is told by the step
    host, port = str(auth["host"]), int(auth["port"])
    address = await network.address(host, port)
    context = network.tls(host, authorities=auth.get("certificate") or "") if auth.get("tls") else None
    try:
        connection = await aio_pika.connect(
            host=address, port=port, login=str(auth["username"]), password=str(auth["password"]), virtualhost=auth.get("vhost") or "/",
            ssl=context is not None, ssl_context=context, timeout=SECONDS,
        )  # fmt: skip
    except (AMQPError, OSError, TimeoutError) as error:
        raise PieceError(f"Cannot connect to {host}:{port}: {error or 'no answer in time'}") from None
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            yield await connection.channel()
    except AMQPError as error:
        raise PieceError(f"RabbitMQ says: {error}") from None
    except (OSError, TimeoutError) as error:
        raise PieceError(f"The connection to {host}:{port} broke: {error or 'no answer in time'}") from None
    finally:
        await connection.close()


async def try_connection(check: AuthCheck) -> None:
    """Log in and do nothing."""
    async with connected(check.network, check.auth):
        pass

"""A session with the machine (RFC 4253)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from piecework.sdk import AuthCheck, CustomAuthValue, Network, PieceError

if TYPE_CHECKING:
    import asyncssh

SECONDS = 30


@asynccontextmanager
async def connected(network: Network, auth: CustomAuthValue) -> AsyncGenerator[asyncssh.SSHClientConnection]:
    """A session that is logged in, closed afterwards. Raises PieceError for all that the machine or the way to it refuses.

    Nothing of the server that Piecework runs on is used: no configuration, keys, known hosts or agent.
    """
    import asyncssh

    host, port = str(auth["host"]), int(auth.get("port", 22))
    address = await network.address(host, port)
    try:
        connection = await asyncssh.connect(
            address, port, username=str(auth["username"]), known_hosts=_trusted(auth.get("hostKey", "")), config=None, agent_path=None,
            connect_timeout=SECONDS, login_timeout=SECONDS, **_credentials(auth),
        )  # fmt: skip
    except (asyncssh.Error, OSError) as error:
        raise PieceError(f"Cannot log in to {host}:{port}: {error or 'no answer in time'}") from None
    try:
        yield connection
    except (asyncssh.Error, OSError) as error:
        raise PieceError(f"The machine says: {error}") from None
    finally:
        connection.close()
        await connection.wait_closed()


def _credentials(auth: CustomAuthValue) -> dict[str, Any]:
    import asyncssh

    secret = str(auth["password"])
    if auth.get("method") != "private-key":
        return {"password": secret, "client_keys": None}
    try:
        return {"client_keys": [asyncssh.import_private_key(secret)]}
    except asyncssh.KeyImportError as error:
        raise PieceError(f"password: not a private key: {error}") from None


def _trusted(host_key: str) -> Any:
    """What the machine's key must be; None takes any."""
    import asyncssh

    if not host_key.strip():
        return None
    try:
        return [asyncssh.import_public_key(line) for line in host_key.strip().splitlines()], [], []
    except asyncssh.KeyImportError as error:
        raise PieceError(f"hostKey: not a public key: {error}") from None


async def try_connection(check: AuthCheck) -> None:
    """Log in and do nothing."""
    async with connected(check.network, check.auth):
        pass

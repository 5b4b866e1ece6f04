"""A session with another machine over SSH (RFC 4253), for the pieces that need one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from piecework.sdk.errors import PieceError
from piecework.sdk.network import Network

if TYPE_CHECKING:
    import asyncssh

SECONDS = 30
"""For the connection and for logging in, each."""


@asynccontextmanager
async def ssh_session(
    network: Network, host: str, port: int, *, host_key: str = "", algorithms: Sequence[str] = (), **credentials: Any
) -> AsyncGenerator[asyncssh.SSHClientConnection]:
    """A session that is logged in, closed afterwards. Raises PieceError for all that the machine or the way to it refuses.

    ``host_key``: public keys, one a line, of which the machine must have one; empty takes any. ``algorithms`` of that key, the library's if
    empty. ``credentials``: ``username``, and ``password`` or ``client_keys`` (see ``private_key``).
    Nothing of the server that Piecework runs on is used: no configuration, keys, known hosts or agent.
    """
    import asyncssh

    address = await network.address(host, port)
    try:
        connection = await asyncssh.connect(
            address, port, known_hosts=_trusted(host_key), config=None, agent_path=None, connect_timeout=SECONDS, login_timeout=SECONDS,
            server_host_key_algs=algorithms, **{"client_keys": None, **credentials},
        )  # fmt: skip
    except (asyncssh.Error, OSError, ValueError) as error:
        raise PieceError(f"Cannot log in to {host}:{port}: {error or 'no answer in time'}") from None
    try:
        yield connection
    except (asyncssh.Error, OSError) as error:
        raise PieceError(f"The machine says: {error or 'no answer in time'}") from None
    finally:
        connection.close()
        await connection.wait_closed()


def private_key(field: str, text: str, passphrase: str | None = None) -> asyncssh.SSHKey:
    """The key in a text, as OpenSSH or OpenSSL writes it. Raises PieceError that names the field."""
    import asyncssh

    try:
        return asyncssh.import_private_key(text, passphrase)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        raise PieceError(f"{field}: not a private key that can be opened: {error}") from None


def _trusted(host_key: str) -> Any:
    import asyncssh

    if not host_key.strip():
        return None
    try:
        return [asyncssh.import_public_key(line) for line in host_key.strip().splitlines()], [], []
    except asyncssh.KeyImportError as error:
        raise PieceError(f"hostKey: not a public key: {error}") from None

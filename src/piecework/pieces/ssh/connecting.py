"""A session with the machine that a connection names."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from piecework.sdk import AuthCheck, CustomAuthValue, Network
from piecework.sdk.ssh import private_key, ssh_session

if TYPE_CHECKING:
    import asyncssh


def connected(network: Network, auth: CustomAuthValue) -> AbstractAsyncContextManager[asyncssh.SSHClientConnection]:
    """See ``ssh_session``."""
    secret = str(auth["password"])
    credentials: dict[str, Any] = (
        {"client_keys": [private_key("password", secret)]} if auth.get("method") == "private-key" else {"password": secret}
    )
    host, port = str(auth["host"]), int(auth.get("port", 22))
    return ssh_session(network, host, port, host_key=auth.get("hostKey", ""), username=str(auth["username"]), **credentials)


async def try_connection(check: AuthCheck) -> None:
    """Log in and do nothing."""
    async with connected(check.network, check.auth):
        pass

"""A session by the protocol that the connection names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from piecework.pieces.sftp.over_ftp import over_ftp
from piecework.pieces.sftp.over_ssh import over_ssh
from piecework.pieces.sftp.remote import Remote
from piecework.sdk import AuthCheck, CustomAuthValue, Network, PieceError

LONGEST_SECONDS = 600
"""Of one step with all that it transfers."""


@asynccontextmanager
async def connected(network: Network, auth: CustomAuthValue) -> AsyncGenerator[Remote]:
    """The machine's files, for as long as the step needs them. Raises PieceError for all that the machine or the way to it refuses."""
    protocol = auth.get("protocol") or "sftp"
    if protocol not in ("sftp", "ftp", "ftps"):
        raise PieceError(f"protocol: {protocol!r} is neither sftp, ftp nor ftps")
    opened = over_ssh(network, auth) if protocol == "sftp" else over_ftp(network, auth, tls=protocol == "ftps")
    try:
        async with asyncio.timeout(LONGEST_SECONDS), opened as remote:
            yield remote
    except TimeoutError:
        raise PieceError(f"The transfer took longer than {LONGEST_SECONDS} seconds") from None


async def try_connection(check: AuthCheck) -> str | None:
    """Log in and do nothing."""
    auth = check.auth
    if not (auth.get("password") or auth.get("privateKey") or auth.get("allow_anonymous_login")):
        return "Give a password or a private key"
    async with connected(check.network, auth):
        return None

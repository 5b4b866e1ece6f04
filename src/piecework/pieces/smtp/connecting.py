"""A session with the mail server (RFC 5321)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from piecework.sdk import AuthCheck, CustomAuthValue, Network, PieceError

if TYPE_CHECKING:
    import aiosmtplib

TIMEOUT = 60.0
TLS_FROM_THE_START = 465
"""The port of RFC 8314 §3.3; on others TLS begins with STARTTLS (RFC 3207)."""


@asynccontextmanager
async def connected(network: Network, auth: CustomAuthValue) -> AsyncGenerator[aiosmtplib.SMTP]:
    """A session that is logged in. Encrypted where the server can; where the connection requires it, else not at all.

    Raises PieceError for all that the server or the way to it refuses.
    """
    import aiosmtplib

    host, port, user, password = str(auth["host"]), _port(auth["port"]), auth.get("email"), auth.get("password")
    required, tls = bool(auth.get("TLS", False)), network.tls(host)
    client = aiosmtplib.SMTP(
        hostname=await network.address(host, port),
        port=port,
        timeout=TIMEOUT,
        use_tls=port == TLS_FROM_THE_START,
        start_tls=False,
        tls_context=tls,
        local_hostname="piecework",
    )
    try:
        await client.connect()
        try:
            await client.ehlo()
            if port != TLS_FROM_THE_START and (required or client.supports_extension("starttls")):
                await client.starttls(tls_context=tls)
                await client.ehlo()
            if user and password:
                await client.login(str(user), str(password))
            yield client
        finally:
            client.close()
    except aiosmtplib.SMTPResponseException as error:
        raise PieceError(f"The mail server refuses: {error.code} {error.message}") from None
    except aiosmtplib.SMTPRecipientsRefused as error:
        reasons = "; ".join(f"{one.recipient}: {one.code} {one.message}" for one in error.recipients)
        raise PieceError(f"The mail server refuses the recipients: {reasons}") from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise PieceError(f"The mail server {host}:{port} cannot be used: {error or 'no answer in time'}") from None


def _port(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise PieceError(f"port: {value!r} is not a number") from None


async def try_connection(check: AuthCheck) -> None:
    """Log in and send nothing."""
    async with connected(check.network, check.auth) as client:
        await client.noop()

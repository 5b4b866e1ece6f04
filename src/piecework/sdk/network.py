"""The door to servers that do not speak HTTP: ``ctx.network``.

A client library connects to the address that ``address`` gives, which the platform has checked, and not to the name: a name that changes its
address in between gains nothing. With TLS, ``tls`` gives a context that still asks for the certificate of the name (RFC 9525).
"""

from __future__ import annotations

import re
import ssl
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from piecework.sdk.errors import PieceError

if TYPE_CHECKING:
    from typing_extensions import Buffer

HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?|\[?[0-9A-Fa-f:.]+(%[A-Za-z0-9]+)?\]?")
"""A host name or an address. What else some clients take, such as the path of a local socket, is no host."""

MAX_PORT = 65535


class Network:
    """Leads to every host. The server's one keeps out of the private network where it is told to (``AP_NETWORK_MODE``)."""

    async def address(self, host: str, port: int) -> str:
        """Where to connect to reach ``host``. Raises PieceError for what is no host and port, cannot be resolved or may not be reached."""
        host = host.strip()
        if not HOST.fullmatch(host):
            raise PieceError(f"host: {host!r} is not a host name or an address")
        if not 0 < port <= MAX_PORT:
            raise PieceError(f"port: {port} is not between 1 and {MAX_PORT}")
        return await self.resolve(host.strip("[]"), port)

    async def resolve(self, host: str, port: int) -> str:
        """The checked address of a well-formed host."""
        return host

    def tls(
        self, host: str, *, verify: bool = True, authorities: str = "", certificate: str = "", key: str = "", passphrase: str = ""
    ) -> ssl.SSLContext:
        """A TLS context for a connection to ``host`` by its address.

        ``authorities``: certificates (PEM) of the authorities to trust instead of the system's. ``verify`` false takes any certificate.
        ``certificate`` and ``key`` (PEM, locked with ``passphrase`` if that is given): what the client shows of itself.
        Raises PieceError for authorities that are no certificates, and for a certificate and key that cannot be used.
        """
        context = NamedContext(ssl.PROTOCOL_TLS_CLIENT)
        context.host = host.strip().strip("[]")
        if not verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif authorities.strip():
            try:
                context.load_verify_locations(cadata=authorities)
            except (ssl.SSLError, ValueError) as error:
                raise PieceError(f"certificate: not a certificate in PEM: {error}") from None
        else:
            context.load_default_certs()
        if certificate.strip():
            _show(context, certificate, key, passphrase)
        return context


def _show(context: ssl.SSLContext, certificate: str, key: str, passphrase: str) -> None:
    """Python's TLS reads a client's certificate from files only: they are there for that moment, for nobody else to read."""
    with NamedTemporaryFile("w", suffix=".pem") as certificate_file, NamedTemporaryFile("w", suffix=".pem") as key_file:
        for file, text in ((certificate_file, certificate), (key_file, key)):
            file.write(text)
            file.flush()
        try:
            context.load_cert_chain(certificate_file.name, key_file.name, passphrase)
        except (ssl.SSLError, ValueError) as error:
            raise PieceError(f"certificate: not a certificate and its private key in PEM: {error}") from None


class NamedContext(ssl.SSLContext):
    """A client's context that always asks for the certificate of ``host``, whatever a library believes to be connected to."""

    host: str

    def wrap_socket(self, sock: Any, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        return super().wrap_socket(sock, *args, **kwargs | {"server_hostname": self.host})

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | Buffer | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        return super().wrap_bio(incoming, outgoing, server_side, self.host, session)


OPEN_NETWORK = Network()

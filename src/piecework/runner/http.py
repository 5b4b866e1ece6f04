"""HTTP for pieces: one pooled client, guarded against calls into the private network.

The guard sits where connections are made: it resolves the host, refuses addresses of private ranges and connects to the very address
that it checked, so that a name which changes its address in between gains nothing. Every redirect hop and every proxy passes through the
same door. Cookies are never kept: the client is shared by all projects. Logs carry method, host, path and status, never a query, header
or body.
"""

import asyncio
import ipaddress
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from enum import StrEnum
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Unpack, cast

import httpcore
import httpx
import orjson
import structlog

from piecework import __version__
from piecework.sdk import Http, HttpError, Network, PieceError, UploadedFile
from piecework.sdk.http import CallOptions

log = structlog.get_logger(__name__)

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]

DEFAULT_TIMEOUT = 300.0
MAX_RESPONSE_BYTES = 100 * 1024 * 1024
MAX_REDIRECTS = 20
MAX_PROXIES = 16
MAX_CONNECTIONS = 200
MAX_IDLE_CONNECTIONS = 50
IDLE_SECONDS = 15.0
USER_AGENT = f"Piecework/{__version__}"

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class NetworkMode(StrEnum):
    """``AP_NETWORK_MODE``: STRICT keeps pieces out of the private network."""

    UNRESTRICTED = "UNRESTRICTED"
    STRICT = "STRICT"


class AddressRefused(Exception):
    """The guard does not let pieces talk to this host."""


async def resolve_host(host: str, port: int) -> list[str]:
    """All addresses of a host, in the resolver's order. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class AddressGuard:
    """Decides which addresses pieces may reach. ``allow`` holds host names, addresses and networks (CIDR) that are always fine."""

    def __init__(self, mode: NetworkMode = NetworkMode.UNRESTRICTED, allow: Iterable[str] = (), resolve: Resolve = resolve_host) -> None:
        self.mode = mode
        self._resolve = resolve
        self._hosts: set[str] = set()
        self._networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
        for entry in (item.strip().lower() for item in allow):
            if not entry:
                continue
            try:
                self._networks.append(ipaddress.ip_network(entry, strict=False))
            except ValueError:
                self._hosts.add(entry)

    async def addresses(self, host: str, port: int) -> list[str]:
        """Where to connect to reach ``host``: itself if nothing is restricted, else its permitted addresses.

        Raises AddressRefused if one of its addresses is not permitted: a name that points both ways is not trusted at all.
        """
        if self.mode is NetworkMode.UNRESTRICTED or host.lower() in self._hosts:
            return [host]
        found = await self._resolve(host, port)
        for text in found:
            if not self.permits(text):
                raise AddressRefused(f"{host} is in a private network, which pieces may not reach")
        return found

    def permits(self, text: str) -> bool:
        """Whether an address is public or on the allow list."""
        address = effective_address(ipaddress.ip_address(text.split("%")[0]))
        if any(address.version == network.version and address in network for network in self._networks):
            return True
        return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def effective_address(address: IPAddress) -> IPAddress:
    """The IPv4 address that an IPv6 one stands for (mapped, 6to4, Teredo, NAT64), else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections, to checked addresses only."""

    def __init__(self, guard: AddressGuard) -> None:
        self._guard = guard
        self._inner = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            addresses = await self._guard.addresses(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"cannot resolve {host}") from error
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(self, path: str, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        raise AddressRefused("pieces may not use local sockets")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's transport on a pool whose connections the guard opens."""

    def __init__(self, guard: AddressGuard, context: ssl.SSLContext, proxy: str | None = None) -> None:
        super().__init__(verify=context)
        backend = GuardedBackend(guard)
        if proxy is None:
            self._pool = httpcore.AsyncConnectionPool(
                ssl_context=context,
                network_backend=backend,
                max_connections=MAX_CONNECTIONS,
                max_keepalive_connections=MAX_IDLE_CONNECTIONS,
                keepalive_expiry=IDLE_SECONDS,
            )
            return
        target = httpx.Proxy(proxy)
        self._pool = httpcore.AsyncHTTPProxy(
            proxy_url=httpcore.URL(
                scheme=target.url.raw_scheme, host=target.url.raw_host, port=target.url.port, target=target.url.raw_path
            ),
            proxy_auth=target.raw_auth,
            ssl_context=context,
            network_backend=backend,
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=MAX_IDLE_CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, read to its end (implements ``sdk.HttpResponse``)."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    encoding: str = "utf-8"

    @property
    def text(self) -> str:
        return self.content.decode(self.encoding, errors="replace")

    def json(self) -> Any:
        return orjson.loads(self.content)


class GuardedNetwork(Network):
    """Leads where the guard lets it."""

    def __init__(self, guard: AddressGuard) -> None:
        self._guard = guard

    async def resolve(self, host: str, port: int) -> str:
        try:
            addresses = await self._guard.addresses(host, port)
        except AddressRefused as error:
            raise PieceError(str(error)) from None
        except OSError:
            raise PieceError(f"The host {host} cannot be found") from None
        return addresses[0]


class PooledHttp(Http):
    """The HTTP service of all pieces of this process. Use as an async context manager, or call ``close``."""

    def __init__(
        self,
        guard: AddressGuard | None = None,
        *,
        default_timeout: float = DEFAULT_TIMEOUT,
        max_response_bytes: int = MAX_RESPONSE_BYTES,
    ) -> None:
        self._guard = guard or AddressGuard()
        self._network = GuardedNetwork(self._guard)
        self._default_timeout = default_timeout
        self._max_bytes = max_response_bytes
        self._context: ssl.SSLContext | None = None
        self._clients: dict[str | None, httpx.AsyncClient] = {}

    @property
    def network(self) -> Network:
        """Connections that are not HTTP, behind the same guard."""
        return self._network

    async def __aenter__(self) -> "PooledHttp":
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections. The client may be used again afterwards."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.aclose()

    async def request(self, method: str, url: str, **options: Unpack[CallOptions]) -> Answer:
        """See ``sdk.Http.request``. Raises HttpError with reason blocked, timeout, too_large, invalid_url, redirects or connection."""
        started = time.monotonic()
        timeout = options.get("timeout")
        limit = timeout if timeout and timeout > 0 else self._default_timeout
        try:
            client = await self._client(options.get("proxy"))
            request = client.build_request(
                method,
                with_params(url, options.get("params")),
                headers=options.get("headers"),
                json=options.get("json"),
                data=options.get("data"),
                content=options.get("content"),
                files=multipart(options.get("files")),
                timeout=limit,
            )
            async with asyncio.timeout(limit):
                answer = await self._send(client, request, options.get("follow_redirects", False), options.get("auth"))
        except Exception as error:
            failure = as_http_error(error, limit)
            log.info("http call failed", method=method, host=host_of(url), reason=failure.reason, seconds=_since(started))
            raise failure from error
        log.debug("http call", method=method, host=host_of(url), status=answer.status, seconds=_since(started))
        return answer

    async def _send(
        self, client: httpx.AsyncClient, request: httpx.Request, follow_redirects: bool, auth: tuple[str, str] | None
    ) -> Answer:
        async with AsyncExitStack() as stack:
            credentials = httpx.BasicAuth(*auth) if auth else None
            response = await client.send(request, stream=True, follow_redirects=follow_redirects, auth=credentials)
            stack.push_async_callback(response.aclose)
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self._max_bytes:
                    raise HttpError(f"The answer is larger than {self._max_bytes} bytes", reason="too_large")
            return Answer(response.status_code, joined_headers(response.headers), bytes(body), response.charset_encoding or "utf-8")

    async def _client(self, proxy: str | None) -> httpx.AsyncClient:
        client = self._clients.get(proxy)
        if client is None:
            if len(self._clients) > MAX_PROXIES:
                await self._drop_oldest_proxy()
            if self._context is None:
                self._context = ssl.create_default_context()
            client = httpx.AsyncClient(
                transport=GuardedTransport(self._guard, self._context, proxy),
                headers={"User-Agent": USER_AGENT},
                max_redirects=MAX_REDIRECTS,
                trust_env=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            )
            self._clients[proxy] = client
        return client

    async def _drop_oldest_proxy(self) -> None:
        oldest = next(proxy for proxy in self._clients if proxy is not None)
        await self._clients.pop(oldest).aclose()


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)


def with_params(url: str, params: Mapping[str, Any] | None) -> httpx.URL:
    """The URL with ``params`` added to the query that it has; lists repeat the name, None leaves it out."""
    parsed = httpx.URL(url)
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise httpx.InvalidURL(f"not an http(s) URL: {redacted(url)}")
    added = {name: value for name, value in (params or {}).items() if value is not None}
    return parsed.copy_merge_params(added) if added else parsed


def multipart(files: Sequence[UploadedFile] | None) -> list[tuple[str, tuple[str | None, bytes, str | None]]] | None:
    """httpx's form of a multipart body. A part without a file name is an ordinary field."""
    if files is None:
        return None
    return [(file.field, (file.filename or None, file.data, file.content_type or None)) for file in files]


def joined_headers(headers: httpx.Headers) -> dict[str, str]:
    """Lower-case names; a repeated header is joined by commas."""
    return {name.lower(): headers[name] for name in headers}


def redacted(url: str) -> str:
    """A URL without user, query and fragment."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        return "(not a URL)"
    return f"{parsed.scheme}://{parsed.netloc.decode()}{parsed.path}"


def host_of(url: str) -> str:
    """What a log may say of a URL: many a service puts its secret into the path."""
    try:
        return httpx.URL(url).host
    except (httpx.InvalidURL, TypeError):
        return "(not a URL)"


def as_http_error(error: Exception, limit: float) -> HttpError:
    """What a piece is told about a call without an answer. Never names the address behind a host."""
    match error:
        case HttpError():
            return error
        case AddressRefused():
            return HttpError(str(error), reason="blocked")
        case TimeoutError() | httpx.TimeoutException():
            return HttpError(f"No answer within {limit:g} seconds", reason="timeout")
        case httpx.InvalidURL() | httpx.UnsupportedProtocol() | UnicodeError():
            return HttpError(f"Not a URL that can be called: {error}", reason="invalid_url")
        case httpx.TooManyRedirects():
            return HttpError(f"More than {MAX_REDIRECTS} redirects", reason="redirects")
        case _:
            return HttpError(f"The call failed: {str(error) or type(error).__name__}", reason="connection")

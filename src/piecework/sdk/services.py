"""What a piece may ask of the platform, as protocols. The runner implements them; ``sdk.testing`` has in-memory twins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from piecework.spec.piece import StoreScope


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A file in memory. ``extension`` has no dot and is None where the name has none."""

    filename: str
    data: bytes
    extension: str | None = None


class Store(Protocol):
    """Small JSON values that outlive a run. ``get`` gives None for an unknown key."""

    async def get(self, key: str, scope: StoreScope = StoreScope.FLOW) -> Any: ...
    async def put(self, key: str, value: Any, scope: StoreScope = StoreScope.FLOW) -> None: ...
    async def delete(self, key: str, scope: StoreScope = StoreScope.FLOW) -> None: ...


class Files(Protocol):
    """Files that steps hand on as URLs. ``max_bytes``: the largest that may be read or kept, None without a limit."""

    @property
    def max_bytes(self) -> int | None: ...

    async def write(self, file_name: str, data: bytes) -> str:
        """Keep the bytes and give the URL under which later steps read them."""
        ...

    async def read(self, url: str) -> LoadedFile:
        """Fetch one of our own file URLs or any http(s) URL. Raises PieceError if it cannot be read or is too large."""
        ...


class Connections(Protocol):
    """Credentials of the project by external id. None if there is no such connection."""

    async def get(self, external_id: str) -> Any: ...


class HttpResponse(Protocol):
    """An answer. ``headers`` has lower-case names; ``json()`` raises ValueError if the body is not JSON."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def content(self) -> bytes: ...
    @property
    def text(self) -> str: ...
    def json(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """One file of a multipart form."""

    field: str
    filename: str
    data: bytes
    content_type: str = "application/octet-stream"


class HttpError(Exception):
    """The call got no answer: refused address, connection, time-out, answer too large. ``reason`` is a short machine word."""

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class Http(Protocol):
    """HTTP for pieces: pooled, guarded against calls into the private network, limited in time and size."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        data: Mapping[str, str] | None = None,
        content: bytes | str | None = None,
        files: Sequence[UploadedFile] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - seconds for the whole call, part of the contract
        follow_redirects: bool = False,
        auth: tuple[str, str] | None = None,
        proxy: str | None = None,
    ) -> HttpResponse:
        """One call. Any status is an answer; raises HttpError when there is none. ``json=None`` sends no body."""
        ...


@dataclass(frozen=True, slots=True)
class Server:
    """Where the platform is reached: ``api_url`` from the workers, ``public_url`` from outside. Both end with a slash."""

    api_url: str = ""
    public_url: str = ""

"""What a piece may ask of the platform, as protocols. The runner implements them; ``sdk.testing`` has in-memory twins."""

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
    """Files that steps hand on as URLs."""

    async def write(self, file_name: str, data: bytes) -> str:
        """Keep the bytes and give the URL under which later steps read them."""
        ...

    async def read(self, url: str) -> LoadedFile:
        """Fetch one of our own file URLs or any http(s) URL. Raises PieceError if it cannot be read or is too large."""
        ...


class Connections(Protocol):
    """Credentials of the project by external id. None if there is no such connection."""

    async def get(self, external_id: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Server:
    """Where the platform is reached: ``api_url`` from the workers, ``public_url`` from outside. Both end with a slash."""

    api_url: str = ""
    public_url: str = ""

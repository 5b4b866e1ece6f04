"""What a run without a server is given: files under URLs that only this run knows, connections and variables from a dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from piecework.runner.secrets import Secrets, secret_texts
from piecework.sdk import Http, HttpError, LoadedFile, PieceError

SCHEME = "memory://"


class MemoryFiles:
    """Implements ``sdk.Files``. What is not ours is fetched by ``http``."""

    max_bytes = None

    def __init__(self, http: Http) -> None:
        self._http = http
        self._files: dict[str, LoadedFile] = {}

    async def write(self, file_name: str, data: bytes) -> str:
        """See ``sdk.Files``."""
        url = f"{SCHEME}{uuid4().hex}/{file_name}"
        self._files[url] = _named(file_name, data)
        return url

    async def read(self, url: str) -> LoadedFile:
        """See ``sdk.Files``."""
        if url in self._files:
            return self._files[url]
        if not url.startswith(("http://", "https://")):
            raise PieceError(f"There is no file at {url}")
        try:
            answer = await self._http.request("GET", url, follow_redirects=True)
        except HttpError as error:
            raise PieceError(f"The file at {url} cannot be fetched: {error}") from error
        if answer.status != 200:
            raise PieceError(f"The file at {url} cannot be fetched: status {answer.status}")
        return _named(url.partition("?")[0].rstrip("/").rpartition("/")[2] or "file", answer.content)


class MemoryConnections:
    """Implements ``ConnectionSource`` on values by external id."""

    def __init__(self, values: Mapping[str, Any] | None, secrets: Secrets) -> None:
        self._values = values or {}
        self._secrets = secrets

    async def get(self, external_id: str, piece: str | None = None) -> Any:
        """See ``ConnectionSource``."""
        value = self._values.get(external_id)
        self._secrets.add(secret_texts(value), external_id)
        return value


class MemoryVariables:
    """Implements ``VariableSource`` on values by name."""

    def __init__(self, values: Mapping[str, str] | None, secrets: Secrets) -> None:
        self._values = values or {}
        self._secrets = secrets

    async def get(self, name: str) -> str | None:
        """See ``VariableSource``."""
        value = self._values.get(name)
        self._secrets.add(() if value is None else (value,))
        return value


def _named(file_name: str, data: bytes) -> LoadedFile:
    stem, dot, extension = file_name.rpartition(".")
    return LoadedFile(file_name, data, extension if dot and stem else None)

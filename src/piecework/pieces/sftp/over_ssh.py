"""Files over SSH (draft-ietf-secsh-filexfer-02, the version that all servers speak)."""

from __future__ import annotations

import stat
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from piecework.pieces.sftp.remote import too_large
from piecework.sdk import CustomAuthValue, Network
from piecework.sdk.ssh import private_key, ssh_session

if TYPE_CHECKING:
    import asyncssh

CHUNK = 256 * 1024


@asynccontextmanager
async def over_ssh(network: Network, auth: CustomAuthValue) -> AsyncGenerator[OverSsh]:
    """A session that is logged in, closed afterwards. Raises what ``ssh_session`` does."""
    host, port = str(auth["host"]), int(auth.get("port") or 22)
    async with (
        ssh_session(
            network, host, port, host_key=auth.get("hostKey") or "", algorithms=auth.get("algorithm") or (), username=str(auth["username"]),
            **_credentials(auth),
        ) as connection,
        connection.start_sftp_client() as client,
    ):  # fmt: skip
        yield OverSsh(client)


def _credentials(auth: CustomAuthValue) -> dict[str, Any]:
    password, key = auth.get("password") or None, auth.get("privateKey") or ""
    return {"client_keys": [private_key("privateKey", key, password)]} if key.strip() else {"password": password}


class OverSsh:
    """``Remote`` over SSH."""

    def __init__(self, client: asyncssh.SFTPClient) -> None:
        self._client = client

    async def write(self, path: str, data: bytes) -> None:
        """See ``Remote``."""
        folder = path.rpartition("/")[0]
        if folder and not await self._client.exists(path):
            await self._client.makedirs(folder, exist_ok=True)
        async with self._client.open(path, "wb") as file:
            await file.write(data)

    async def read(self, path: str, max_bytes: int | None) -> bytes:
        """See ``Remote``."""
        content = bytearray()
        async with self._client.open(path, "rb") as file:
            while chunk := await file.read(CHUNK):
                content += chunk
                if max_bytes is not None and len(content) > max_bytes:
                    raise too_large(path, max_bytes)
        return bytes(content)

    async def delete(self, path: str) -> None:
        """See ``Remote``."""
        await self._client.remove(path)

    async def make_folder(self, path: str, parents: bool) -> None:
        """See ``Remote``."""
        await (self._client.makedirs(path, exist_ok=True) if parents else self._client.mkdir(path))

    async def delete_folder(self, path: str, contents: bool) -> None:
        """See ``Remote``."""
        await (self._client.rmtree(path) if contents else self._client.rmdir(path))

    async def rename(self, old: str, new: str) -> None:
        """See ``Remote``."""
        await self._client.rename(old, new)

    async def listed(self, path: str) -> list[dict[str, Any]]:
        """See ``Remote``."""
        return [_entry(found) for found in await self._client.readdir(path) if str(found.filename) not in (".", "..")]


def _entry(found: asyncssh.SFTPName) -> dict[str, Any]:
    mode, attributes = found.attrs.permissions or 0, found.attrs
    letters = {stat.S_IFDIR: "d", stat.S_IFLNK: "l"}
    rights = stat.filemode(mode)[1:]
    return {
        "type": letters.get(stat.S_IFMT(mode), "-"),
        "name": str(found.filename),
        "size": attributes.size or 0,
        "modifyTime": (attributes.mtime or 0) * 1000,
        "accessTime": (attributes.atime or 0) * 1000,
        "rights": {name: rights[at : at + 3].replace("-", "") for name, at in (("user", 0), ("group", 3), ("other", 6))},
        "owner": attributes.uid,
        "group": attributes.gid,
    }

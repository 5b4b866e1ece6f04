"""Files over FTP (RFC 959, 2428, 3659), in the clear or with TLS (RFC 4217)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from piecework.pieces.sftp.remote import checked, too_large
from piecework.sdk import CustomAuthValue, Network, PieceError

if TYPE_CHECKING:
    import aioftp

SECONDS = 30
GOODBYE_SECONDS = 2
TYPES = {"dir": "d", "link": "l"}


@asynccontextmanager
async def over_ftp(network: Network, auth: CustomAuthValue, *, tls: bool) -> AsyncGenerator[OverFtp]:
    """A session that is logged in, closed afterwards. Raises PieceError for all that the server or the way to it refuses.

    The data connections go to the address that was checked, whatever address the server names for them.
    """
    import aioftp

    class Client(aioftp.Client):
        """One that forgets no data connection: the library leaves them open where the server refuses what they are for."""

        async def get_passive_connection(self, *args: Any, **kwargs: Any) -> Any:
            opened = await super().get_passive_connection(*args, **kwargs)
            to_close.append(opened[1])
            return opened

    to_close: list[asyncio.StreamWriter] = []
    host, port = str(auth["host"]), int(auth.get("port") or 21)
    client = Client(socket_timeout=SECONDS, connection_timeout=SECONDS, path_timeout=SECONDS)
    address = await network.address(host, port)
    user, password = str(auth["username"]), str(auth.get("password") or "")
    if auth.get("allow_anonymous_login") and not password:
        user, password = "anonymous", "anonymous@"
    try:
        await client.connect(address, port)
        if tls:
            await client.upgrade_to_tls(network.tls(host, verify=not auth.get("allow_unauthorized_certificates")))
        await client.login(checked(user), password and checked(password))
    except (aioftp.AIOFTPException, OSError, TimeoutError) as error:
        client.close()
        raise PieceError(f"Cannot log in to {host}:{port}: {_said(error)}") from None
    try:
        yield OverFtp(client)
        await client.quit()
    except (aioftp.AIOFTPException, OSError, TimeoutError) as error:
        raise PieceError(f"The server says: {_said(error)}") from None
    finally:
        await _close([*to_close, client.stream.writer])


async def _close(writers: Sequence[asyncio.StreamWriter]) -> None:
    """Close connections; one that does not say goodbye is cut off."""
    for writer in writers:
        writer.close()
    try:
        async with asyncio.timeout(GOODBYE_SECONDS):
            await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)
    except TimeoutError:
        for writer in writers:
            writer.transport.abort()


def _said(error: BaseException) -> str:
    """The server's own words, where there are any."""
    lines = getattr(error, "info", None)
    return " ".join(str(line).strip(" -") for line in lines) if lines else str(error) or "no answer in time"


class OverFtp:
    """``Remote`` over FTP."""

    def __init__(self, client: aioftp.Client) -> None:
        self._client = client

    async def write(self, path: str, data: bytes) -> None:
        """See ``Remote``."""
        folder = path.rpartition("/")[0]
        if folder and not await self._client.exists(folder):
            await self._client.make_directory(folder, parents=True)
        async with self._client.upload_stream(path) as stream:
            await stream.write(data)

    async def read(self, path: str, max_bytes: int | None) -> bytes:
        """See ``Remote``."""
        content = bytearray()
        async with self._client.download_stream(path) as stream:
            async for block in stream.iter_by_block():
                content += block
                if max_bytes is not None and len(content) > max_bytes:
                    raise too_large(path, max_bytes)
        return bytes(content)

    async def delete(self, path: str) -> None:
        """See ``Remote``."""
        await self._client.remove_file(path)

    async def make_folder(self, path: str, parents: bool) -> None:
        """See ``Remote``."""
        if not (parents and await self._client.exists(path)):
            await self._client.make_directory(path, parents=parents)

    async def delete_folder(self, path: str, contents: bool) -> None:
        """See ``Remote``."""
        await (self._client.remove(path) if contents else self._client.remove_directory(path))

    async def rename(self, old: str, new: str) -> None:
        """See ``Remote``."""
        await self._client.rename(old, new)

    async def listed(self, path: str) -> list[dict[str, Any]]:
        """See ``Remote``."""
        return [_entry(found.name, info) for found, info in await self._client.list(path)]


def _entry(name: str, info: Any) -> dict[str, Any]:
    """FTP says nothing of owners, and of rights only where the server answers with a listing for people."""
    modified = _moment(str(info.get("modify", "")))
    rights = str(info.get("unix.mode", ""))
    return {
        "type": TYPES.get(str(info.get("type")), "-"),
        "name": name,
        "size": int(info.get("size", 0)),
        "modifyTime": modified,
        "accessTime": modified,
        "rights": {"user": rights, "group": "", "other": ""},
        "owner": "",
        "group": "",
    }


def _moment(text: str) -> str | None:
    """``20260115120000`` (RFC 3659 §2.3, UTC) as ISO 8601."""
    try:
        moment = datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

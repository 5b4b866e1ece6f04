"""Installing pieces: from the registry by exact version, or from an archive that somebody uploaded.

Fetch, check, unpack, install dependencies without running scripts, load the piece once to have its description, write ``ready``. Versions lie
side by side. Who asks for a version that is being installed waits for that; another process is kept out by a lock. What fails is written down
with its reason and is tried again when somebody asks, or when ``due`` says so.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from piecework.sandbox.errors import SandboxError
from piecework.sandbox.npm.archive import read_manifest, unpack
from piecework.sandbox.npm.errors import InstallFailed, PieceThrew
from piecework.sandbox.npm.folders import Failure, Installed, PieceFolders, check_identity
from piecework.sandbox.npm.host import NpmHost
from piecework.sandbox.npm.npm import NpmClient

log = structlog.get_logger(__name__)

AT_ONCE = 2
"""Installations at the same time."""
FIRST_RETRY = timedelta(minutes=5)
LAST_RETRY = timedelta(hours=24)
_LOCK_SECONDS = 0.2

REGISTRY = "REGISTRY"
ARCHIVE = "ARCHIVE"

_STRIPPED = frozenset({"DROPDOWN", "MULTI_SELECT_DROPDOWN", "DYNAMIC"})
_COUNTED = ("actions", "triggers")


class Installer:
    """Puts pieces into ``folders``."""

    def __init__(self, folders: PieceFolders, host: NpmHost, npm: NpmClient | None = None) -> None:
        self._folders = folders
        self._host = host
        self._npm = npm or NpmClient(folders.npm_cache)
        self._under_way: dict[tuple[str, str], asyncio.Task[Installed]] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    async def install(self, name: str, version: str) -> Installed:
        """Install a version from the registry, or give it at once if it is there. Raises InstallFailed."""
        check_identity(name, version)
        ready = self._folders.installed(name, version)
        return ready or await self._once(name, version, REGISTRY, lambda: self._npm.fetch(name, version))

    async def install_archive(self, name: str, version: str, data: bytes, archive_id: str | None = None) -> Installed:
        """Install the archive that somebody uploaded and that is kept as ``archive_id``. Raises InstallFailed, also when that version is there
        already.
        """
        check_identity(name, version)
        if self._folders.installed(name, version) is not None:
            raise InstallFailed(f"{name}@{version} is installed already: remove it first, or upload another version")

        async def uploaded() -> bytes:
            return data

        return await self._once(name, version, ARCHIVE, uploaded, archive_id)

    async def remove(self, name: str, version: str) -> None:
        """Remove a version; nothing happens when it is not there."""
        await self._host.forget(self._folders.folder(name, version))
        async with self._locked(name, version):
            await asyncio.to_thread(self._folders.remove, name, version)
            self._folders.forget_failure(name, version)

    def due(self, now: datetime) -> list[Failure]:
        """Failed installations that should be tried again: after 5 minutes, then 10, 20 … up to a day. Of uploaded archives those that may do yet:
        what they depend on was out of reach."""
        return [failure for failure in self._folders.failures() if _may_be_tried_again(failure) and _retry_at(failure) <= now]

    # ---- one installation ------------------------------------------------------------------------------------------------------------

    async def _once(
        self, name: str, version: str, package_type: str, fetch: Callable[[], Awaitable[bytes]], archive_id: str | None = None
    ) -> Installed:
        task = self._under_way.get((name, version))
        if task is None:
            task = asyncio.create_task(self._install(name, version, package_type, fetch, archive_id), name=f"install {name}@{version}")
            self._under_way[name, version] = task
            task.add_done_callback(lambda done: self._over(name, version, done))
        return await asyncio.shield(task)

    def _over(self, name: str, version: str, task: asyncio.Task[Installed]) -> None:
        del self._under_way[name, version]
        if not task.cancelled():
            task.exception()  # those who wait are told; nobody need

    async def _install(
        self, name: str, version: str, package_type: str, fetch: Callable[[], Awaitable[bytes]], archive_id: str | None
    ) -> Installed:
        self._folders.prepare()
        async with self._places, self._locked(name, version):
            ready = self._folders.installed(name, version)
            if ready is not None:
                return ready  # another process was faster
            try:
                description = await self._unpacked_and_described(name, version, await fetch())
            except InstallFailed as error:
                self._failed(name, version, package_type, str(error), None if error.final else archive_id)
                await asyncio.to_thread(self._folders.remove, name, version)
                raise
            head = {key: value for key, value in description["metadata"].items() if key not in _COUNTED}
            counts = {key: len(description["metadata"][key]) for key in _COUNTED}
            created = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            installed = Installed(name, version, package_type, created, head, **counts, archive_id=archive_id)
            self._folders.finish(installed, description)
            log.info("piece installed", piece=name, version=version)
            return installed

    async def _unpacked_and_described(self, name: str, version: str, data: bytes) -> dict[str, Any]:
        folder = self._folders.folder(name, version)
        package = folder / "package"
        await self._host.forget(folder)
        await asyncio.to_thread(self._folders.remove, name, version)  # what an earlier attempt left behind
        await asyncio.to_thread(unpack, data, package)
        manifest = read_manifest(package)
        if manifest.get("name") != name or manifest.get("version") != version:
            raise InstallFailed(f"The archive holds {manifest.get('name')}@{manifest.get('version')}, not {name}@{version}", final=True)
        if manifest.get("dependencies") or manifest.get("optionalDependencies"):
            await self._npm.install_dependencies(package, anew=self._folders.failure(name, version) is not None)
        return await self._describe(folder)

    async def _describe(self, folder: Path) -> dict[str, Any]:
        try:
            answer = await self._host.call(folder, {"op": "describe"})
        except PieceThrew as error:
            raise InstallFailed(f"The piece cannot be loaded: {error}", final=True) from error
        except SandboxError as error:
            raise InstallFailed(error.message) from error
        return {"metadata": _slim(answer["metadata"]), "traits": answer["traits"]}

    def _failed(self, name: str, version: str, package_type: str, reason: str, archive_id: str | None) -> None:
        before = self._folders.failure(name, version)
        attempts = 1 if before is None else before.attempts + 1
        self._folders.fail(Failure(name, version, package_type, reason, datetime.now(UTC).isoformat(), attempts, archive_id))
        log.warning("piece not installed", piece=name, version=version, attempts=attempts)

    @contextlib.asynccontextmanager
    async def _locked(self, name: str, version: str) -> AsyncGenerator[None, None]:
        """Keeps other processes from the same version (the server and the command line share a data folder)."""
        self._folders.prepare()
        with self._folders.lock(name, version).open("w") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    await asyncio.sleep(_LOCK_SECONDS)
            yield


def _may_be_tried_again(failure: Failure) -> bool:
    return failure.package_type == REGISTRY or failure.archive_id is not None


def _retry_at(failure: Failure) -> datetime:
    wait = min(FIRST_RETRY * 2 ** min(failure.attempts - 1, 16), LAST_RETRY)
    return datetime.fromisoformat(failure.failed_at) + wait


def _slim(metadata: dict[str, Any]) -> dict[str, Any]:
    """Metadata without the copies of the piece's auth that computed properties carry: a sixth of all of it (spec/npm-pieces.md §4)."""
    for kind in _COUNTED:
        metadata[kind] = {name: _slim_operation(operation) for name, operation in (metadata.get(kind) or {}).items()}
    return metadata


def _slim_operation(operation: dict[str, Any]) -> dict[str, Any]:
    props = {
        name: {key: value for key, value in prop.items() if key != "auth"} if prop.get("type") in _STRIPPED else prop
        for name, prop in (operation.get("props") or {}).items()
    }
    return {key: value for key, value in operation.items() if key != "auth"} | {"props": props}

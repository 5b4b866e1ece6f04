"""npm, as this machine has it configured: where its registry is, and how one gets there, is its business alone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import orjson

from piecework.sandbox.errors import SandboxUnavailable
from piecework.sandbox.npm.archive import check_integrity
from piecework.sandbox.npm.errors import InstallFailed
from piecework.sandbox.npm.node import node_program, npm_command

TIMEOUT_SECONDS = 300.0
MAX_REASON = 500

_ADDRESS = re.compile(r"\w+://\S+")
_PATH = re.compile(r"(?<![\w@])/(?:[^\s/]+/)+[^\s]*")


class NpmClient:
    """``cache``: the folder for what npm keeps of the registry."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache

    async def fetch(self, name: str, version: str) -> bytes:
        """The archive of a version, checked against the sha512 that the registry names. Raises InstallFailed."""
        spec = f"{name}@{version}"
        with tempfile.TemporaryDirectory(prefix="piecework-pack-") as folder:
            dist = _object(await self._run(["view", spec, "dist", "--json"], Path(folder)))
            if not dist:
                raise InstallFailed(f"The registry has no {spec}")
            await self._run(["pack", spec, "--json", "--pack-destination", folder], Path(folder))
            archives = await asyncio.to_thread(lambda: list(Path(folder).glob("*.tgz")))
            if len(archives) != 1:
                raise InstallFailed(f"npm gave no archive of {spec}")
            data = await asyncio.to_thread(archives[0].read_bytes)
        check_integrity(data, str(dist.get("integrity", "")))
        return data

    async def install_dependencies(self, package: Path, *, anew: bool = False) -> None:
        """Install what the package in a folder depends on, into that folder, without running anybody's scripts. Raises InstallFailed.

        ``anew``: ask the registry even for what it has told before, since that did not do.
        """
        prefer = "--prefer-online" if anew else "--prefer-offline"
        await self._run(["install", "--omit=dev", "--no-package-lock", "--no-save", prefer, "--loglevel=error"], package)

    async def _run(self, arguments: Sequence[str], folder: Path) -> bytes:
        try:
            command = [*npm_command(), *arguments]
        except SandboxUnavailable as error:
            raise InstallFailed(error.message) from error
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=folder,
            env=self._environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                said, complained = await process.communicate()
        except TimeoutError:
            raise InstallFailed(f"npm {arguments[0]} took longer than {TIMEOUT_SECONDS:g} seconds") from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if process.returncode != 0:
            raise InstallFailed(f"npm {arguments[0]} failed: {_reason(complained.decode(errors='replace'))}")
        return said

    def _environment(self) -> dict[str, str]:
        """The server's, for the sake of proxies and npm's own variables, without the server's settings, in which secrets stand."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AP_") and name != "NODE_OPTIONS"}
        path = f"{node_program().parent}{os.pathsep}{kept.get('PATH', os.defpath)}"
        own = {"cache": str(self._cache), "ignore_scripts": "true", "audit": "false", "fund": "false", "update_notifier": "false"}
        return kept | {"PATH": path} | {f"npm_config_{name}": value for name, value in own.items()}


def _object(text: bytes) -> dict[str, Any]:
    try:
        parsed = orjson.loads(text)
    except ValueError:
        return {}
    return cast("dict[str, Any]", parsed) if isinstance(parsed, dict) else {}


def _reason(complaint: str) -> str:
    """What npm says went wrong, without addresses and paths."""
    lines = [line.removeprefix("npm error").removeprefix("npm ERR!").strip() for line in complaint.splitlines() if line.startswith("npm e")]
    told = " ".join(line.removeprefix("404").strip() for line in lines if ".log" not in line).strip()
    return _PATH.sub("(a path)", _ADDRESS.sub("(the registry)", told))[:MAX_REASON] or "it does not say why"

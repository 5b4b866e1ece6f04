"""The host: one process of Node whose threads run pieces. This is its life; what its threads do is ``host.py``'s."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from piecework.sandbox.errors import SandboxUnavailable
from piecework.sandbox.npm.connection import Connection, Frame, Kind
from piecework.sandbox.npm.node import host_command, host_environment, scratch_of

START_SECONDS = 30.0
_SAID_BYTES = 2000

Opened = Callable[[Connection, dict[str, Any]], Callable[[Frame], None] | None]
"""A thread has connected: (its connection, its first message) → who takes its frames; None refuses it."""


class HostProcess:
    """``on_thread_ended`` gets ``{"thread", "ended", "message"}``; ``on_gone`` is called once, when the process has ended by itself."""

    def __init__(
        self, on_opened: Opened, on_thread_ended: Callable[[dict[str, Any]], None], on_gone: Callable[[HostProcess], None]
    ) -> None:
        self._on_opened = on_opened
        self._on_thread_ended = on_thread_ended
        self._on_gone = on_gone
        self._runtime = Path(tempfile.mkdtemp(prefix="piecework-npm-"))
        self._server: asyncio.AbstractServer | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._control: Connection | None = None
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._said: asyncio.Task[bytes] | None = None
        self._closed = False

    async def start(self, pieces: Path, *, confined: bool) -> None:
        """Returns when the process listens. Raises SandboxUnavailable."""
        scratch = scratch_of(self._runtime)
        scratch.mkdir()
        command = host_command(pieces, self._runtime, confined=confined)
        address = self._runtime / "host.sock"
        self._server = await asyncio.get_running_loop().create_unix_server(lambda: Connection(self._opened), str(address))
        self._process = await asyncio.create_subprocess_exec(
            *command,
            str(address),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=host_environment(scratch),
            cwd=scratch,  # Node lets its threads read the folder in which it was started, whatever else it is allowed
            start_new_session=True,
        )
        self._said = asyncio.create_task(self._listen())
        done, _ = await asyncio.wait([self._ready, self._said], timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if self._ready not in done:
            reason = self._said.result().decode(errors="replace").strip() if self._said in done else "it does not answer"
            raise SandboxUnavailable(f"The process for pieces from npm does not start: {reason or 'it ended at once'}")

    async def _listen(self) -> bytes:
        """What the process says before it is ready; later output, in which secrets may stand, is thrown away."""
        assert self._process is not None
        assert self._process.stderr is not None
        said = b""
        while chunk := await self._process.stderr.read(65536):
            if not self._ready.done():
                said = (said + chunk)[-_SAID_BYTES:]
        return said

    def _opened(self, connection: Connection, hello: Frame) -> Callable[[Frame], None]:
        message = orjson.loads(hello.text)
        if message.get("control") is True and self._control is None:
            self._control = connection
            connection.lost = self._gone
            if not self._ready.done():
                self._ready.set_result(None)
            return self._told
        take = self._on_opened(connection, message)
        if take is None:
            connection.close()
        return take or _ignore

    def _told(self, frame: Frame) -> None:
        self._on_thread_ended(orjson.loads(frame.text))

    def tell(self, message: dict[str, Any]) -> None:
        """Have the process start, end or check threads."""
        if self._control is not None:
            self._control.send(Frame(0, Kind.CALL, orjson.dumps(message)))

    def _gone(self) -> None:
        if not self._closed:
            self._on_gone(self)

    async def close(self) -> None:
        """End the process and everything in it."""
        self._closed = True
        if self._server is not None:
            self._server.close()
        if self._process is not None:
            if self._process.returncode is None:
                self._process.kill()
            await self._process.wait()
        if self._control is not None:
            self._control.close()
        if self._said is not None:
            await self._said
        await asyncio.to_thread(shutil.rmtree, self._runtime, ignore_errors=True)


def _ignore(frame: Frame) -> None:
    """Frames of a connection that nobody knows."""

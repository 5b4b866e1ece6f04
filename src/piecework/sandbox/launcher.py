"""The pool's side of the fork server (``zygote.py``): start it, have it start children, learn how they ended."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import Any, NamedTuple

from piecework.sandbox.errors import ProcessKilled, SandboxError, SandboxUnavailable
from piecework.sandbox.zygote import MAX_MESSAGE_BYTES

_PACKAGE_ROOT = Path(__file__).parents[2]
_BOOTSTRAP = "import sys; sys.path += sys.argv[3:]; from piecework.sandbox.zygote import main; main(int(sys.argv[1]), int(sys.argv[2]))"


class Death(NamedTuple):
    """How a child ended: ``status`` as of waitpid, -1 when nobody knows; ``peak``: bytes of memory that it held at its largest."""

    status: int
    peak: int = 0


UNKNOWN = Death(-1)
LOST = "The fork server, and the processes that ran code with it, were killed"

Start = tuple[asyncio.Future[int], socket.socket]
"""A child that is being started: its pid when it runs, and our end of its socket."""


def interpreter() -> str:
    """The base interpreter behind the virtual environment: children see none of its packages but V8."""
    return getattr(sys, "_base_executable", None) or sys.executable


class Zygote:
    """One fork server process. ``alive`` turns False when it has ended; its children end with it."""

    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket) -> None:
        self._process = process
        self._control = control
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[str | None] = self._loop.create_future()
        self._starting: deque[asyncio.Future[int]] = deque()
        self._ends: dict[int, asyncio.Future[Death]] = {}
        self._handles: dict[int, int] = {}  # pid: pidfd
        self.alive = True
        self._loop.add_reader(control.fileno(), self._read)

    @classmethod
    async def start(cls, python: str) -> Zygote:
        """Raises SandboxUnavailable when the process cannot be started; whether V8 works is ``v8_problem``'s answer."""
        if sys.platform != "linux":
            raise SandboxUnavailable("Code steps need Linux: their children are confined with its process limits, seccomp and namespaces")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        paths = [str(_PACKAGE_ROOT), *_v8_folder()]
        command = [python, "-I", "-S", "-c", _BOOTSTRAP, str(theirs.fileno()), str(os.getpid()), *paths]
        try:
            process = subprocess.Popen(  # noqa: ASYNC220, S603  a few milliseconds, once; our own interpreter
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                cwd="/",
                env={"LANG": "C.UTF-8", "TZ": "UTC", "HOME": "/nonexistent"},
            )
        except OSError as error:
            ours.close()
            raise SandboxUnavailable(f"Code steps cannot run: {python} does not start: {error}") from error
        finally:
            theirs.close()
        return cls(process, ours)

    async def v8_problem(self) -> str | None:
        """None when V8 is loaded; else why it is not."""
        return await asyncio.shield(self._ready)

    def fork(self, memory_mb: int) -> Start:
        """Start a V8 child."""
        return self._start({"op": "fork", "memory_mb": memory_mb})

    def execute(self, argv: list[str]) -> Start:
        """Start a program with its end of the socket as standard input."""
        return self._start({"op": "exec", "argv": argv})

    def _start(self, message: dict[str, Any]) -> Start:
        started: asyncio.Future[int] = self._loop.create_future()
        ours, theirs = socket.socketpair()
        try:
            socket.send_fds(self._control, [json.dumps(message).encode()], [theirs.fileno()])
        except OSError as error:
            ours.close()
            self._lost()
            raise ProcessKilled(LOST) from error
        finally:
            theirs.close()
        ours.setblocking(False)
        self._starting.append(started)
        return started, ours

    def end(self, pid: int) -> asyncio.Future[Death]:
        """Kill the child, if it still lives, and say how it ended. The pid is gone after this."""
        ended: asyncio.Future[Death] = self._loop.create_future()
        try:
            self._kill(pid)
            self._control.send(json.dumps({"op": "reap", "pid": pid}).encode())
        except (OSError, KeyError) as error:  # the fork server has ended, and its children with it
            if isinstance(error, ConnectionError | ProcessLookupError):
                self._lost()
            ended.set_result(UNKNOWN)
        else:
            self._ends[pid] = ended
        return ended

    def _kill(self, pid: int) -> None:
        """By descriptor, never by number: a number may mean another process by now, and 0 means this one's whole group."""
        handle = self._handles.pop(pid)
        try:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        finally:
            os.close(handle)

    def _read(self) -> None:
        try:
            message = self._control.recv(MAX_MESSAGE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            message = b""
        if not message:
            self._lost()
            return
        answer = json.loads(message)
        if "reaped" in answer:
            _settle(self._ends.pop(answer["reaped"]), Death(answer["status"], answer["peak"]))
        elif "ready" in answer:
            _settle(self._ready, answer["v8"])
        elif "started" in answer:
            pid = answer["started"]
            self._handles[pid] = os.pidfd_open(pid)  # it is there, dead or alive, until `end` has it reaped
            _settle(self._starting.popleft(), pid)
        else:
            _refuse(self._starting.popleft(), SandboxUnavailable(f"Code steps cannot run: {answer['error']}"))

    def _lost(self) -> None:
        if not self.alive:
            return
        self.alive = False
        self._loop.remove_reader(self._control.fileno())
        self._control.close()
        if not self._ready.done():
            self._ready.set_result("the fork server ended before it was ready")
        for handle in self._handles.values():
            os.close(handle)
        self._handles.clear()
        for started in self._starting:
            _refuse(started, ProcessKilled(LOST))
        for ended in self._ends.values():
            _settle(ended, UNKNOWN)

    async def close(self) -> None:
        """End the process and, with it, every child that is left."""
        self._lost()
        self._process.kill()
        await self._loop.run_in_executor(None, self._process.wait)


def _settle(future: asyncio.Future[Any], value: Any) -> None:
    if not future.done():
        future.set_result(value)


def _refuse(future: asyncio.Future[int], problem: SandboxError) -> None:
    if not future.done():
        future.set_exception(problem)
        future.exception()  # seen: whoever waited for it may be gone


def _v8_folder() -> list[str]:
    spec = importlib.util.find_spec("_STPyV8")
    return [os.path.dirname(spec.origin)] if spec is not None and spec.origin else []

"""One child as the pool sees it: a connection that carries one request at a time, a pid, and a watchdog's eye on both."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from typing import cast

from piecework.sandbox import confinement, protocol
from piecework.sandbox.errors import MemoryLimitExceeded, OutputTooLarge, SandboxError, SandboxUnavailable, TimeLimitExceeded
from piecework.sandbox.launcher import Death, Zygote
from piecework.sandbox.limits import Limits

Frame = tuple[bytes, bytes]

_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class ChildGone(Exception):
    """The child's end of the connection is closed: it has ended, or is about to."""


class Worker(asyncio.Protocol):
    """A child process; ``group``: whose code it has run, None while it is pristine."""

    def __init__(self, zygote: Zygote, memory_mb: int, on_lost: Callable[[Worker], None]) -> None:
        self.zygote = zygote
        self.memory_mb = memory_mb
        self.pid = 0
        self.group: str | None = None
        self.uses = 0
        self.idle_since = 0.0
        self.limits: Limits | None = None  # those of the request under way
        self.verdict: SandboxError | None = None  # why we killed it
        self.ended: asyncio.Future[Death] | None = None
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._reader = protocol.FrameReader(0)
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[Frame] = self._loop.create_future()  # the first answer is the child's greeting, unasked
        self._started_wall = 0.0
        self._cpu_before: float | None = None
        self.fresh_bytes = 0  # memory that it held when it was ready

    # ---- life -----------------------------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    async def greeting(self) -> None:
        """Wait until the child has announced itself. Raises ChildGone, SandboxUnavailable when it says that it cannot work."""
        said, _ = await self._answer
        if said != protocol.GREETING:
            raise SandboxUnavailable(f"Code steps cannot be confined here: {said.decode(errors='replace')}")
        self.fresh_bytes = _resident_bytes(self.pid)

    def end(self, verdict: SandboxError | None = None) -> None:
        """Kill the child and have it reaped; a request under way fails with ``verdict``, or with what its wait status says.

        A child that never came to have a pid only loses its connection.
        """
        if self.ended is not None:
            return
        self.verdict = self.verdict or verdict
        if self.pid:
            self.ended = self.zygote.end(self.pid)
        if self._transport is not None:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.end()
        if not self._answer.done():
            self._answer.set_exception(ChildGone())
            self._answer.exception()  # seen: a caller that was cancelled does not look any more
        self._on_lost(self)

    # ---- one request ----------------------------------------------------------------------------------------------------------------

    def request(self, header: bytes, payload: bytes, limits: Limits) -> asyncio.Future[Frame]:
        """Send one request; the answer's header and payload. Fails with ChildGone when the child ends first."""
        assert self._transport is not None
        answer = self._answer = self._loop.create_future()
        self.uses += 1
        self.limits = limits
        self._reader.max_payload = limits.output_bytes + 1024
        self._started_wall = self._loop.time()
        self._cpu_before = None
        if self._transport.is_closing():
            answer.set_exception(ChildGone())
        else:
            self._transport.write(protocol.encode(header, payload))
        return answer

    def data_received(self, data: bytes) -> None:
        answer = self._answer
        try:
            frame = self._reader.feed(data)
        except protocol.FrameTooLarge:
            self.end(OutputTooLarge(output_too_large(self.limits)))
            return
        if frame is None:
            return
        self.limits = None
        if answer.done():  # nobody asked: whatever runs in there is not our code any more
            self.end()
        else:
            answer.set_result(frame)

    def seconds_running(self) -> float:
        return self._loop.time() - self._started_wall

    # ---- the watchdog's eye -----------------------------------------------------------------------------------------------------------

    def inspect(self) -> None:
        """Kill the child if the request under way has exceeded its limits. Called every WATCH_INTERVAL while there is one."""
        limits = self.limits
        if limits is None or self.ended is not None:
            return
        if self.seconds_running() > limits.wall_seconds:
            self.end(TimeLimitExceeded(f"The code ran for more than {limits.wall_seconds:g} seconds"))
            return
        used = _cpu_seconds(self.pid)
        if self._cpu_before is None:
            self._cpu_before = used
        elif used - self._cpu_before > limits.cpu_seconds:
            self.end(TimeLimitExceeded(cpu_exceeded(limits)))
            return
        allowed = (2 * limits.memory_mb + 2 * confinement.NATIVE_HEADROOM_MB) * 1024 * 1024
        if _resident_bytes(self.pid) - self.fresh_bytes > allowed:
            self.end(MemoryLimitExceeded(memory_exceeded(limits)))

    def has_grown(self, limit_bytes: int) -> bool:
        """Whether the idle child holds that much more memory than when it was fresh."""
        return _resident_bytes(self.pid) - self.fresh_bytes > limit_bytes


def now() -> float:
    return time.monotonic()


def cpu_exceeded(limits: Limits) -> str:
    return f"The code used more than {limits.cpu_seconds:g} seconds of processor time"


def memory_exceeded(limits: Limits) -> str:
    return f"The code used more than {limits.memory_mb} MB of memory"


def output_too_large(limits: Limits | None) -> str:
    return f"The result is larger than {(limits or Limits()).output_bytes} bytes as JSON"


def _resident_bytes(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/statm", "rb") as statm:
            return int(statm.read().split()[1]) * _PAGE_BYTES
    except (OSError, IndexError):
        return 0


def _cpu_seconds(pid: int) -> float:
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            fields = stat.read().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _CLOCK_TICKS
    except (OSError, IndexError):
        return 0.0

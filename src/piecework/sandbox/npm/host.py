"""Running pieces from npm: which thread has a call, and what becomes of a thread that takes too much time or memory.

Rules: one thread for each installed piece, started with the first call and ended when it has been idle for long or when others need its place.
Calls of one piece run side by side in its thread, as its code awaits. A call whose caller gives up (a time-out, a cancelled run) may hang for
ever: its thread gets no new calls and ends with the others that it has in hand. A thread that does not turn its event loop, or takes more
memory than its limit, is ended at once, and only the calls that it had in hand fail. The process is started with the first call, and again
when it has ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

import orjson
import structlog

from piecework.sandbox.errors import MemoryLimitExceeded, SandboxError, SandboxUnavailable, TimeLimitExceeded
from piecework.sandbox.npm.connection import Connection, Frame
from piecework.sandbox.npm.egress import Egress
from piecework.sandbox.npm.process import HostProcess
from piecework.sandbox.npm.threads import Answer, PieceThread, answer_nothing
from piecework.spec import jsons

log = structlog.get_logger(__name__)

WATCH_INTERVAL = 0.25
"""Seconds between two looks at threads that have calls in hand."""
LOAD_SECONDS = 60.0
IDLE_SECONDS = 600.0
SHRINK_INTERVAL = 60.0
_EXACT = 2**53 - 1


class HostGone(SandboxError):
    """The process or the thread that had the call has ended; nobody knows what became of the call."""


@dataclass(frozen=True, slots=True)
class HostLimits:
    """``memory_mb``: the heap of one piece, which all its calls share; buffers may take as much again and 64 MB. It is looked at four times a
    second: in between, a heap may grow by half a gigabyte. ``threads``: pieces that are kept loaded. ``blocked_seconds``: how long a piece may
    compute without a break. ``output_bytes``: one result as JSON.
    """

    memory_mb: int = 256
    threads: int = 32
    blocked_seconds: float = 10.0
    output_bytes: int = 32 * 1024 * 1024


class HostState(NamedTuple):
    """Threads alive, those that have calls in hand, threads that were ended for a limit, and processes that ended by themselves."""

    threads: int
    busy: int
    kills: int
    restarts: int


class NpmHost:
    """``pieces``: the folder in which all pieces are installed. ``egress``: restricts connections. ``confined``: runs in bubblewrap."""

    def __init__(self, pieces: Path, limits: HostLimits | None = None, *, egress: Egress | None = None, confined: bool = False) -> None:
        self._pieces = pieces
        self._limits = limits or HostLimits()
        self._egress = egress
        self._confined = confined
        self._process: HostProcess | None = None
        self._starting = asyncio.Lock()
        self._current: dict[Path, PieceThread] = {}
        self._alive: dict[int, PieceThread] = {}
        self._last_number = 0
        self._watch: asyncio.Task[None] | None = None
        self._shrink: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self._kills = 0
        self._restarts = 0

    def state(self) -> HostState:
        """The host at this moment."""
        busy = sum(thread.users > 0 for thread in self._alive.values())
        return HostState(len(self._alive), busy, self._kills, self._restarts)

    async def call(self, piece: Path, message: dict[str, Any], data: bytes = b"", answer: Answer = answer_nothing) -> dict[str, Any]:
        """One operation of a piece: ``{"op": "action", "name", "props", …}`` → ``{"value", "recorded"?}`` (``node/piece.cjs``).

        ``data`` are the bytes of the files that the message speaks of; ``answer`` answers what the piece asks. Give it a time limit from outside.
        Raises PieceThrew, MemoryLimitExceeded, TimeLimitExceeded, OutputTooLarge, HostGone, SandboxUnavailable.
        """
        text = json_for_javascript(message)
        thread = await self._thread(piece)
        thread.users += 1
        try:
            await self._loaded(thread)
            self._watch_it()
            return await thread.call(text, data, answer)
        finally:
            thread.users -= 1
            if thread.abandoned and not thread.over:
                self._retire(thread)

    async def forget(self, piece: Path) -> None:
        """End the thread of a piece that is to be removed or was replaced; calls in hand are let end."""
        thread = self._current.get(piece)
        if thread is not None:
            self._retire(thread)

    async def close(self) -> None:
        """End everything; calls in hand fail."""
        self._closed = True
        if self._shrink is not None:
            self._shrink.cancel()
        tasks = [*self._tasks, *([self._watch] if self._watch is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._fail_all(SandboxUnavailable("The server is stopping"))
        async with self._starting:
            if self._process is not None:
                await self._process.close()
                self._process = None

    # ---- threads ---------------------------------------------------------------------------------------------------------------------

    async def _thread(self, piece: Path) -> PieceThread:
        thread = self._current.get(piece)
        if thread is not None and not thread.over:
            return thread
        if self._closed:
            raise SandboxUnavailable("The server is stopping")
        process = await self._running_process()
        thread = self._current.get(piece)  # somebody else may have started it meanwhile
        if thread is not None and not thread.over:
            return thread
        self._make_room()
        self._last_number += 1
        thread = self._current[piece] = self._alive[self._last_number] = PieceThread(self._last_number, piece, piece.name)
        process.tell({
            "op": "start",
            "thread": thread.number,
            "piece": str(piece / "package"),
            "memoryMb": self._limits.memory_mb,
            "outputBytes": self._limits.output_bytes,
            "egress": None if self._egress is None else self._egress.as_wire(),
        })  # fmt: skip
        if self._shrink is None:
            self._shrink = asyncio.get_running_loop().call_later(SHRINK_INTERVAL, self._retire_idle)
        return thread

    async def _loaded(self, thread: PieceThread) -> None:
        if thread.ready.done() and thread.ready.exception() is None:
            return
        try:
            async with asyncio.timeout(LOAD_SECONDS):
                await asyncio.shield(thread.ready)
        except TimeoutError:
            late = TimeLimitExceeded(f"The piece {thread.label} was not loaded within {LOAD_SECONDS:g} seconds")
            self._end(thread, late)
            raise late from None
        except Exception:
            self._end(thread, HostGone(f"The piece {thread.label} could not be loaded"))
            raise

    def _make_room(self) -> None:
        idle = sorted((thread for thread in self._alive.values() if thread.users == 0), key=lambda thread: thread.last_used)
        for thread in idle[: max(0, len(self._alive) - self._limits.threads + 1)]:
            self._end(thread, HostGone("The piece's thread was needed by another"))

    def _retire(self, thread: PieceThread) -> None:
        """No new calls; the end, when nobody waits any more."""
        if self._current.get(thread.piece) is thread:
            del self._current[thread.piece]
        thread.abandoned = max(thread.abandoned, 1)
        if thread.users == 0:
            self._end(thread, HostGone("The piece's thread was retired"))

    def _end(self, thread: PieceThread, why: SandboxError) -> None:
        if self._current.get(thread.piece) is thread:
            del self._current[thread.piece]
        self._alive.pop(thread.number, None)
        thread.fail(why)
        if self._process is not None:
            self._process.tell({"op": "end", "thread": thread.number})

    def _kill(self, thread: PieceThread, why: SandboxError) -> None:
        self._kills += 1
        log.warning("the thread of a piece was ended", piece=thread.label, reason=why.name)
        self._end(thread, why)

    # ---- what the process tells ------------------------------------------------------------------------------------------------------

    async def _running_process(self) -> HostProcess:
        async with self._starting:
            if self._process is None:
                process = HostProcess(self._opened, self._thread_ended, self._gone)
                try:
                    await process.start(self._pieces, confined=self._confined)
                except BaseException:
                    await process.close()
                    raise
                self._process = process
        return self._process

    def _opened(self, connection: Connection, hello: dict[str, Any]) -> Callable[[Frame], None] | None:
        thread = self._alive.get(hello.get("thread", 0))
        return None if thread is None else thread.opened(connection, hello)

    def _thread_ended(self, message: dict[str, Any]) -> None:
        thread = self._alive.get(message["thread"])
        if thread is None:
            return
        if message["ended"] == "memory":
            self._kill(thread, MemoryLimitExceeded(f"The piece {thread.label} used more memory than its {self._limits.memory_mb} MB"))
        else:
            self._kill(thread, HostGone(f"The thread of the piece {thread.label} ended: {message['message'] or 'it says nothing'}"))

    def _gone(self, process: HostProcess) -> None:
        self._restarts += 1
        self._process = None
        log.error("the process for pieces from npm ended by itself")
        self._fail_all(HostGone("The process that runs pieces from npm ended; it is started again with the next call"))
        self._spawn(process.close())

    def _fail_all(self, error: SandboxError) -> None:
        for thread in tuple(self._alive.values()):
            thread.fail(error)
        self._alive.clear()
        self._current.clear()

    # ---- timers ----------------------------------------------------------------------------------------------------------------------

    def _watch_it(self) -> None:
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._watch_threads(), name="npm host watch")

    async def _watch_threads(self) -> None:
        while self._alive:
            await asyncio.sleep(WATCH_INTERVAL)
            busy = [thread for thread in self._alive.values() if thread.users > 0]
            if not busy:
                return
            if self._process is not None:
                self._process.tell({"op": "check"})
            for thread in busy:
                self._look(thread)

    def _look(self, thread: PieceThread) -> None:
        now = monotonic()
        if not thread.ready.done() or thread.ready.exception() is not None:
            return
        if thread.pinged is None:
            if now - thread.heard >= WATCH_INTERVAL:
                thread.ping()
        elif now - thread.pinged >= self._limits.blocked_seconds:
            seconds = self._limits.blocked_seconds
            self._kill(thread, TimeLimitExceeded(f"The piece {thread.label} computed for more than {seconds:g} seconds without a break"))

    def _retire_idle(self) -> None:
        deadline = monotonic() - IDLE_SECONDS
        for thread in tuple(self._alive.values()):
            if thread.users == 0 and thread.last_used < deadline:
                self._end(thread, HostGone("The piece's thread was idle"))
        if self._alive:
            self._shrink = asyncio.get_running_loop().call_later(SHRINK_INTERVAL, self._retire_idle)
            return
        self._shrink = None
        process, self._process = self._process, None
        if process is not None:
            self._spawn(process.close())

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def json_for_javascript(value: Any) -> bytes:
    """JSON text in which whole numbers that JavaScript would round (beyond 2^53 - 1) are texts. Raises jsons.NotJson."""
    try:
        return orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER)
    except orjson.JSONEncodeError:
        return jsons.dumps(_with_long_numbers_as_text(value))


def _with_long_numbers_as_text(value: Any) -> Any:
    """A copy, made without recursion: values may be nested as deep as ``spec.jsons`` allows."""
    holder: list[Any] = [value]
    unvisited: list[Any] = [holder]
    while unvisited:
        owner = unvisited.pop()
        for key in owner if isinstance(owner, dict) else range(len(owner)):
            item = owner[key]
            if isinstance(item, dict | list):
                owner[key] = item.copy()
                unvisited.append(owner[key])
            elif isinstance(item, int) and not isinstance(item, bool) and abs(item) > _EXACT:
                owner[key] = str(item)
    return holder[0]

"""A pool of warm children for untrusted code: JavaScript and Python steps, JavaScript expressions, and compiling.

Rules: one request at a time in a child, so that killing it costs nobody else. A fresh V8 context per request. A V8 child serves one group
(project) only and is replaced when another group needs its place (docs/decisions/0003-v8-contexts.md). A Python child serves one step.
Callers beyond ``size`` wait first come, first served. Cancelling a caller kills its child. A request whose child is killed from outside gets
another one.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from piecework.sandbox import javascript, python
from piecework.sandbox.errors import ProcessKilled, SandboxError, SandboxUnavailable
from piecework.sandbox.javascript import Answer
from piecework.sandbox.language import Language
from piecework.sandbox.launcher import LOST, UNKNOWN, Start, Zygote, interpreter
from piecework.sandbox.limits import COMPILE_LIMITS, EXPRESSION_LIMITS, Limits
from piecework.sandbox.outcome import CodeResult, code_result
from piecework.sandbox.post_mortem import cause_of_death
from piecework.sandbox.worker import ChildGone, Frame, Worker, now

__all__ = ["Answer", "CodeResult", "Limits", "PoolState", "SandboxPool"]

WATCH_INTERVAL = 0.05
"""Seconds between two looks at the running children; a request that is over before the first one is never looked at."""

SHRINK_INTERVAL = 30.0
IDLE_SECONDS = 60.0
"""A child that has done nothing for so long is ended, down to ``warm`` children."""

MAX_USES = 1000
"""Requests after which a V8 child is replaced: 5 ms for a new one against slow growth of its heap."""

START_SECONDS = 30.0
"""A child that is not ready by then never will be."""

MAX_KILLED = 3
"""Processes in which one request is tried while they are killed from outside. What runs here has no effects, so trying again changes nothing;
but whatever is killed three times in a row may be the reason for it."""

_COMPILER = "<compiler>"
"""The group of ``compile``; not a project's id."""


class PoolState(NamedTuple):
    """A moment of a pool: children that may work at once, that do, and that are ready for the next step; how many were killed for a limit or
    a cancelled caller and how many died otherwise since the start; and what one step may use."""

    size: int
    busy: int
    warm: int
    kills: int
    restarts: int
    limits: Limits


class SandboxPool:
    """``size``: children at work at once (default: the processors of this machine). ``warm``: V8 children kept ready. ``python``: the
    interpreter that children run on (default: the base interpreter of this process)."""

    def __init__(self, limits: Limits | None = None, *, size: int | None = None, warm: int = 1, python: str | None = None) -> None:
        self._limits = limits or Limits()
        self._size = size or os.cpu_count() or 1
        self._warm = min(warm, self._size)
        self._python = python or interpreter()
        self._slots = asyncio.Semaphore(self._size)
        self._starting = asyncio.Lock()
        self._zygote: Zygote | None = None
        self._workers: set[Worker] = set()
        self._idle: list[Worker] = []  # V8 children, the longest idle first
        self._spare_python: asyncio.Task[Worker] | None = None
        self._starts: set[asyncio.Task[Worker]] = set()
        self._running: set[Worker] = set()
        self._admitted = 0  # callers that hold a slot
        self._watch: asyncio.TimerHandle | None = None
        self._shrink: asyncio.TimerHandle | None = None
        self._closed = False
        self._kills = 0
        self._restarts = 0

    # ---- life -----------------------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Load V8 and have ``warm`` children ready. Raises SandboxUnavailable where that cannot be."""
        for _ in range(self._warm - len(self._idle)):
            self._keep(await self._fork(self._limits.memory_mb))

    async def close(self) -> None:
        """Kill every child; requests under way fail with SandboxUnavailable. The pool cannot be used again."""
        self._closed = True
        for timer in (self._watch, self._shrink):
            if timer is not None:
                timer.cancel()
        await asyncio.gather(*self._starts, *filter(None, [self._spare_python]), return_exceptions=True)
        ends = []
        for worker in tuple(self._workers):
            worker.end(SandboxUnavailable("The sandbox was closed"))
            ends.append(worker.ended)
        await asyncio.gather(*filter(None, ends))
        if self._zygote is not None:
            await self._zygote.close()

    def stats(self) -> dict[str, int]:
        """``children``: alive; ``busy``: at work; ``kills``: ended for a limit or a cancelled caller; ``restarts``: died otherwise."""
        return {"children": len(self._workers), "busy": len(self._running), "kills": self._kills, "restarts": self._restarts}

    def state(self) -> PoolState:
        """The pool at this moment."""
        spare = self._spare_python is not None and self._spare_python.done()
        return PoolState(self._size, len(self._running), len(self._idle) + spare, self._kills, self._restarts, self._limits)

    async def javascript_problem(self) -> str | None:
        """Why no JavaScript can run here, or None. Starts the fork server, as the first code step would."""
        try:
            problem = await (await self._running_zygote()).v8_problem()
        except SandboxUnavailable as error:
            return str(error)
        return problem and _no_v8(problem)

    async def python_problem(self) -> str | None:
        """Why no Python can run here, or None: tried with an empty program."""
        return await python.problem(self._python)

    # ---- requests -------------------------------------------------------------------------------------------------------------------

    async def run_code(self, source: str, inputs: Any, *, language: Language, group: str, limits: Limits | None = None) -> CodeResult:
        """Run a code step: ``code(inputs)`` of a script that ``compile`` made, or of Python source.

        :param inputs: anything that JSON can express. :param group: the project; its code never meets another project's.
        Raises CodeFailed, MemoryLimitExceeded, TimeLimitExceeded, OutputTooLarge, ProcessKilled, SandboxUnavailable.
        """
        limits = limits or self._limits
        if language == Language.PYTHON:
            request = python.request(source, inputs, limits)
            frame = await _again_if_killed(lambda: self._run_python(request, limits))
        else:
            frame = await self._run_v8(javascript.code_request(source, inputs, limits), group, limits)
        return code_result(frame, limits)

    async def evaluate(self, expressions: Sequence[str], scope: Mapping[str, Any], *, group: str) -> list[Answer]:
        """Evaluate JavaScript expressions with the names of ``scope`` as variables, and ``flattenNestedKeys(data, path)`` (engine.md §1).

        One answer an expression, in order. They share one context. Exceeding EXPRESSION_LIMITS raises, as in ``run_code``.
        """
        if not expressions:
            return []
        request = javascript.evaluate_request(expressions, scope, EXPRESSION_LIMITS)
        frame = await self._run_v8(request, group, EXPRESSION_LIMITS)
        return javascript.evaluate_result(frame, len(expressions), EXPRESSION_LIMITS)

    async def compile(self, code: str) -> str:
        """A JavaScript or TypeScript code step's source as the script that ``run_code`` takes. Raises CodeSyntaxError(message, line)."""
        frame = await self._run_v8(javascript.compile_request(code, COMPILE_LIMITS), _COMPILER, COMPILE_LIMITS)
        return javascript.compile_result(frame, COMPILE_LIMITS)

    async def _run_v8(self, request: Frame, group: str, limits: Limits) -> Frame:
        return await _again_if_killed(lambda: self._run_v8_once(request, group, limits))

    async def _run_v8_once(self, request: Frame, group: str, limits: Limits) -> Frame:
        await self._slots.acquire()
        self._admitted += 1
        try:
            worker = self._idle_worker(group, limits.memory_mb) or await self._fork(limits.memory_mb)
            worker.group = group
            frame = await self._ask(worker, request, limits)
            self._keep(worker)
            return frame
        finally:
            self._admitted -= 1
            self._slots.release()

    async def _run_python(self, request: Frame, limits: Limits) -> Frame:
        async with self._slots:
            worker = await self._take_python()
            try:
                return await self._ask(worker, request, limits)
            finally:
                worker.end()

    async def _ask(self, worker: Worker, request: Frame, limits: Limits) -> Frame:
        """One request, watched. When it does not come to an answer the child is dead afterwards."""
        self._running.add(worker)
        if self._watch is None:
            self._watch = asyncio.get_running_loop().call_later(WATCH_INTERVAL, self._look)
        try:
            return await worker.request(*request, limits)
        except ChildGone:
            raise await self._diagnose(worker, limits) from None
        except BaseException:
            self._kills += 1
            worker.end()
            raise
        finally:
            self._running.discard(worker)

    async def _diagnose(self, worker: Worker, limits: Limits) -> SandboxError:
        if worker.verdict is not None:
            self._kills += 1
            return worker.verdict
        death = await worker.ended if worker.ended is not None else UNKNOWN
        self._restarts += 1
        return cause_of_death(death, worker.seconds_running(), worker.fresh_bytes, limits)

    # ---- children -------------------------------------------------------------------------------------------------------------------

    def _idle_worker(self, group: str, memory_mb: int) -> Worker | None:
        """The child that served this group last, or a pristine one; else None, and in a full pool there is room for a new one."""
        pristine = None
        for index in range(len(self._idle) - 1, -1, -1):
            worker = self._idle[index]
            if worker.memory_mb == memory_mb:
                if worker.group == group:
                    return self._idle.pop(index)
                if worker.group is None:
                    pristine = worker
        if pristine is not None:
            self._idle.remove(pristine)
            return pristine
        if self._idle and len(self._idle) + self._admitted > self._size:
            self._idle.pop(0).end()
        return None

    def _keep(self, worker: Worker) -> None:
        if worker.ended is not None or worker.uses >= MAX_USES:
            worker.end()
            return
        worker.idle_since = now()
        self._idle.append(worker)
        if self._shrink is None and len(self._idle) > self._warm:
            self._shrink = asyncio.get_running_loop().call_later(SHRINK_INTERVAL, self._retire_idle)

    async def _fork(self, memory_mb: int) -> Worker:
        zygote = await self._running_zygote()
        problem = await zygote.v8_problem()
        if problem is not None:
            raise SandboxUnavailable(_no_v8(problem)) if zygote.alive else ProcessKilled(LOST)
        return await self._start_child(Worker(zygote, memory_mb, self._forget), zygote.fork(memory_mb))

    async def _start_child(self, worker: Worker, child: Start) -> Worker:
        """From a child that is being started to one that has announced itself; SandboxUnavailable when it does not.

        Not interrupted when the caller is: bubblewrap, killed in the middle of its preparations, leaves a half-made process behind.
        """
        start = asyncio.create_task(self._connect(worker, child))
        self._starts.add(start)
        start.add_done_callback(self._starts.discard)
        try:
            return await asyncio.shield(start)
        except asyncio.CancelledError:
            start.add_done_callback(lambda _: worker.end())
            raise

    async def _connect(self, worker: Worker, child: Start) -> Worker:
        started, connection = child
        await asyncio.get_running_loop().create_unix_connection(lambda: worker, sock=connection)
        worker.pid = await started
        self._workers.add(worker)
        try:
            async with asyncio.timeout(START_SECONDS):
                await worker.greeting()
        except ChildGone:
            worker.end()
            death = await worker.ended if worker.ended is not None else UNKNOWN
            cause = cause_of_death(death, 0, 0, self._limits)
            if isinstance(cause, ProcessKilled):
                raise cause from None
            raise SandboxUnavailable(f"A child of the sandbox ended while starting (wait status {death.status})") from None
        except SandboxUnavailable:
            worker.end()
            raise
        except TimeoutError:
            worker.end()
            raise SandboxUnavailable(f"A child of the sandbox did not start within {START_SECONDS:g} seconds") from None
        return worker

    async def _running_zygote(self) -> Zygote:
        if self._closed:
            raise SandboxUnavailable("The sandbox is closed")
        async with self._starting:
            if self._zygote is not None and not self._zygote.alive:
                await self._zygote.close()
                self._zygote = None
            if self._zygote is None:
                self._zygote = await Zygote.start(self._python)
        return self._zygote

    async def _take_python(self) -> Worker:
        """The spare Python child, or a new one; and a new spare, which starts while this step runs."""
        spare, self._spare_python = self._spare_python, None
        worker = None
        if spare is not None:
            worker = await spare
        if worker is None or worker.ended is not None:
            worker = await self._start_python()
        self._spare_python = asyncio.create_task(self._start_python())
        self._spare_python.add_done_callback(lambda task: task.cancelled() or task.exception())
        return worker

    async def _start_python(self) -> Worker:
        argv = python.bubblewrap_command(self._python)
        zygote = await self._running_zygote()
        worker = Worker(zygote, 0, self._forget)
        try:
            return await self._start_child(worker, zygote.execute(argv))
        except SandboxUnavailable:
            problem = await python.why_not(argv)
            raise SandboxUnavailable(f"{python.NEEDS_BUBBLEWRAP} It does not start here: {problem}") from None

    def _forget(self, worker: Worker) -> None:
        self._workers.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)

    # ---- timers ---------------------------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        for worker in tuple(self._running):
            worker.inspect()
        self._watch = asyncio.get_running_loop().call_later(WATCH_INTERVAL, self._look) if self._running else None

    def _retire_idle(self) -> None:
        """End children that are idle for long or have grown; go on while more than ``warm`` are left."""
        deadline = now() - IDLE_SECONDS
        for worker in tuple(self._idle):
            surplus = len(self._idle) > self._warm and worker.idle_since < deadline
            if surplus or worker.has_grown(worker.memory_mb * 1024 * 1024 // 2):
                self._idle.remove(worker)
                worker.end()
        again = len(self._idle) > self._warm
        self._shrink = asyncio.get_running_loop().call_later(SHRINK_INTERVAL, self._retire_idle) if again else None


async def _again_if_killed(attempt: Callable[[], Awaitable[Frame]]) -> Frame:
    """The attempt's answer, in a fresh child each time that one is killed. Raises ProcessKilled when that happens ``MAX_KILLED`` times."""
    for _ in range(MAX_KILLED - 1):
        try:
            return await attempt()
        except ProcessKilled:
            await asyncio.sleep(0)  # whatever is killed with it is noticed now
    try:
        return await attempt()
    except ProcessKilled as error:
        raise ProcessKilled(f"{error.message}; it was tried {MAX_KILLED} times") from None


def _no_v8(problem: str) -> str:
    """What a step is told where V8 does not load."""
    return f"JavaScript cannot run here: V8 (the package stpyv8) does not load: {problem}"

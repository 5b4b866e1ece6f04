"""Looks whether the server can do its work."""

import asyncio
import platform
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import monotonic
from typing import Protocol

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from piecework import __version__
from piecework.sandbox.pool import SandboxPool
from piecework.server.kernel.clock import now_iso
from piecework.server.kernel.db import Database
from piecework.server.kernel.machine import MachineReport, look_at_machine, own_memory
from piecework.server.modules.health.schemas import Queue, Readiness, RuntimeHealth, Sandbox, SystemHealth
from piecework.server.ports.runs import RunQueue

log = structlog.get_logger("health")

_GIGABYTE = 1024**3
_WANTED_DISK = 5 * _GIGABYTE
_WANTED_RAM = 1 * _GIGABYTE
_TRY_AGAIN_SECONDS = 30.0
"""How long the answer that a language cannot run is believed: somebody may be installing what it needs."""


class WorkerGauge(Protocol):
    """What a worker tells of itself."""

    @property
    def driving(self) -> int:
        """Runs that it has in hand."""
        ...

    @property
    def slots(self) -> int:
        """Runs that it drives at once."""
        ...


class HealthService:
    """Answers for the database, and for the machine that `data_dir` is on."""

    def __init__(self, database: Database, data_dir: Path) -> None:
        self._database = database
        self._data_dir = data_dir

    async def is_healthy(self) -> bool:
        """Whether the database answers within five seconds."""
        try:
            async with asyncio.timeout(5), self._database.read() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.error("the database does not answer", error=str(error))
            return False
        return True

    async def system(self) -> SystemHealth:
        """Whether there is a processor, 5 GB of free disk and 1 GB of memory."""
        report = await asyncio.to_thread(look_at_machine, self._data_dir)
        return {"cpu": report.cores >= 1, "disk": report.disk_free >= _WANTED_DISK, "ram": report.ram_total >= _WANTED_RAM}


class RuntimeService:
    """Reports on the parts that run flows. `database_file` is the embedded database's, with its log beside it."""

    def __init__(self, health: HealthService, database_file: Path, queue: RunQueue, worker: WorkerGauge, sandbox: SandboxPool) -> None:
        self._health = health
        self._database_file = database_file
        self._queue = queue
        self._worker = worker
        self._sandbox = sandbox
        self._javascript = _Remembered(sandbox.javascript_problem)
        self._python = _Remembered(sandbox.python_problem)
        self._started = now_iso()

    async def now(self) -> RuntimeHealth:
        """Returns the present state. The first call tries whether code can run, which takes some hundred milliseconds."""
        sandbox = await self._sandbox_state()
        machine, memory, size = await asyncio.to_thread(self._look)
        return {
            "version": __version__,
            "pythonVersion": platform.python_version(),
            "startedAt": self._started,
            "checkedAt": now_iso(),
            "memory": {
                "server": memory,
                "total": machine.ram_total,
                "available": round(machine.ram_total * (1 - machine.ram_percentage / 100)),
            },
            "processor": {"cores": machine.cores, "percentage": machine.cpu_percentage},
            "queue": self._queue_state(),
            "workers": [{"slots": self._worker.slots, "running": self._worker.driving}],
            "sandbox": sandbox,
            "database": {"healthy": await self._health.is_healthy(), "kind": "SQLite", "version": sqlite3.sqlite_version, "bytes": size},
            "disk": {"total": machine.disk_total, "free": machine.disk_free},
        }

    def _look(self) -> tuple[MachineReport, int, int]:
        files = (self._database_file.with_name(self._database_file.name + suffix) for suffix in ("", "-wal"))
        return look_at_machine(self._database_file.parent), own_memory(), sum(file.stat().st_size for file in files if file.exists())

    def _queue_state(self) -> Queue:
        depth = self._queue.depth()
        return {
            "queued": depth.queued,
            "delayed": depth.delayed,
            "running": self._worker.driving,
            "paused": depth.paused,
            "oldestQueuedAt": depth.oldest_since,
        }

    async def _sandbox_state(self) -> Sandbox:
        javascript, python = await asyncio.gather(self._javascript.get(), self._python.get())
        state = self._sandbox.state()
        return {
            "size": state.size,
            "busy": state.busy,
            "warm": state.warm,
            "kills": state.kills,
            "restarts": state.restarts,
            "memoryLimitMb": state.limits.memory_mb,
            "cpuLimitSeconds": state.limits.cpu_seconds,
            "wallLimitSeconds": state.limits.wall_seconds,
            "javascript": javascript,
            "python": python,
        }


class _Remembered:
    """The answer of `find_problem`, which costs a process: a good one is kept, a bad one for a while. Asked once, however many want to know."""

    def __init__(self, find_problem: Callable[[], Awaitable[str | None]]) -> None:
        self._find_problem = find_problem
        self._known: Readiness | None = None
        self._asked_at = 0.0
        self._asking = asyncio.Lock()

    async def get(self) -> Readiness:
        async with self._asking:
            known = self._known
            if known is None or (not known["available"] and monotonic() - self._asked_at > _TRY_AGAIN_SECONDS):
                problem = await self._find_problem()
                known = self._known = {"available": problem is None, "problem": problem}
                self._asked_at = monotonic()
            return known

"""A worker on a real file, with a piece whose steps the test scripts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import create_engine
from tests.patience import PATIENCE_SECONDS
from tests.unit.engine.flows import trigger

from piecework.engine.program import Program, compile_program
from piecework.runner.catalogue import Catalogue
from piecework.runner.steps import Services, StepRunner
from piecework.runner.triggers import PreparedTrigger
from piecework.sandbox.pool import SandboxPool
from piecework.sdk import ActionContext, Piece, Trigger
from piecework.sdk.services import Server
from piecework.server.adapters.memory.callers import MemoryCallers
from piecework.server.adapters.sqlite.runs import SqliteRuns
from piecework.server.kernel.db import Database
from piecework.server.kernel.metrics import Metrics
from piecework.server.modules import load_all_tables
from piecework.server.modules.runs._repository import RunRepository
from piecework.server.ports.runs import JobKind, RunRow, new_run
from piecework.server.worker.claim import Worker
from piecework.server.worker.observing import Observer
from piecework.server.worker.turn_facts import RunLimits
from piecework.spec.flow import Step
from piecework.spec.run import FlowRunStatus, RunEnvironment

PROJECT, FLOW, VERSION = "p" * 21, "f" * 21, "v" * 21
Script = Callable[[ActionContext], Any | Awaitable[Any]]


class Nobody:
    """Nobody watches."""

    def watched(self, project_id: str) -> bool:
        return False

    def publish(self, project_id: str, event: str, content: Any) -> None:
        raise AssertionError("nobody watches")


class Driven:
    """One life of a worker. ``scripts``: what each step does, by step name; ``executed``: their names as they began."""

    def __init__(self, path: Path, tree: Step, scripts: Mapping[str, Script], *, slots: int = 4, limits: RunLimits) -> None:
        self.scripts = scripts
        self.executed: list[str] = []
        self.piece = Piece("scripted", display_name="Scripted", version="0.1.0")

        @self.piece.action(name="run")
        async def run(ctx: ActionContext) -> Any:
            """What the test says."""
            self.executed.append(ctx.step_name)
            result = self.scripts[ctx.step_name](ctx)
            return await result if asyncio.iscoroutine(result) else result

        self.metrics = Metrics()
        self.runs = SqliteRuns(path, self.metrics)
        self.callers = MemoryCallers()
        self.database = Database(f"sqlite+aiosqlite:///{path}")
        self.repository = RunRepository(self.database, self.runs)
        self.program: Program = compile_program(tree)
        self.runner = StepRunner(Catalogue([self.piece]), SandboxPool(size=1, warm=0))
        self.observer = Observer(self.metrics)
        self.worker = Worker(
            self.runs,
            self.runs,
            self,
            self.runner,
            self._services,
            Server(),
            self.callers,
            Nobody(),
            self.observer,
            _untested,
            limits,
            slots,
        )

    async def get(self, flow_version_id: str) -> Program | None:
        return self.program if flow_version_id == VERSION else None

    def _services(self, project_id: str, flow_id: str) -> Services:
        return Services(None, None, None, None)  # type: ignore[arg-type] - the scripts use none

    async def begin(self, payload: Any = None, *, version: str = VERSION) -> RunRow:
        run = new_run(PROJECT, FLOW, version, RunEnvironment.PRODUCTION)
        await self.runs.enqueue(run, JobKind.BEGIN, orjson.dumps(payload))
        return run

    async def status(self, run_id: str) -> str:
        rows = await self.runs.fetch("SELECT status FROM flow_run WHERE id = ?", (run_id,))
        return rows[0][0] if rows else "UNKNOWN"

    async def until(self, run_id: str, *statuses: str) -> str:
        """Wait until the run is in one of these states."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (status := await self.status(run_id)) not in statuses:
                await asyncio.sleep(0.01)
        return status

    async def until_executed(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.executed) < count:
                await asyncio.sleep(0.005)

    async def steps(self, run_id: str) -> dict[str, Any]:
        row = await self.repository.get(run_id)
        assert row is not None
        raw = await self.runs.log(RunRow(*row[:-1]))
        assert raw is not None
        return orjson.loads(raw)["executionState"]["steps"]

    async def left_over(self) -> tuple[int, int]:
        """Jobs and journal entries in the file."""
        [counts] = await self.runs.fetch("SELECT (SELECT count(*) FROM job), (SELECT count(*) FROM journal)")
        return counts

    async def failed_message(self, run_id: str) -> str:
        return (await self.runs.fetch("SELECT failedStepMessage FROM flow_run WHERE id = ?", (run_id,)))[0][0]

    async def full_disk(self, full: bool) -> None:
        """SQLite refuses every write, as on a full disk."""
        await asyncio.to_thread(lambda: self.runs._writer._connection.execute(f"PRAGMA query_only = {int(full)}").fetchall())


async def _untested(run: RunRow, record: Any) -> Mapping[str, Any]:
    return {}


LIMITS = RunLimits(10.0, 1_000_000, 30.0)


@asynccontextmanager
async def driven(
    path: Path, steps: Step, scripts: Mapping[str, Script], *, slots: int = 4, limits: RunLimits = LIMITS, listens: Trigger | None = None
) -> AsyncIterator[Driven]:
    """A life of a worker on this file, which is made if it is not there. ``listens``: the flow's trigger, where the test needs one."""
    if not path.exists():  # noqa: ASYNC240 - a test's own file
        engine = create_engine(f"sqlite:///{path}")
        load_all_tables().create_all(engine)
        engine.dispose()
    life = Driven(path, trigger(steps), scripts, slots=slots, limits=limits)
    await life.runner.prepare(life.program)
    if listens is not None:
        life.program.trigger_handle = PreparedTrigger(listens, None, {}, {})
    await life.runs.start()
    life.worker.start()
    try:
        yield life
    finally:
        await life.worker.close(0.1)
        await life.runs.close()
        await life.database.close()


def step(name: str, **options: Any) -> Step:
    """A step of the scripted piece."""
    handling = {"retryOnFailure": {"value": options.pop("retry", False)}, "continueOnFailure": {"value": options.pop("go_on", False)}}
    settings = {"pieceName": "@activepieces/piece-scripted", "pieceVersion": "0.1.0", "actionName": "run", "input": {}}
    settings["errorHandlingOptions"] = handling
    return {"name": name, "type": "PIECE", "displayName": name, "valid": True, "settings": settings, **options}


__all__ = ["LIMITS", "Driven", "FlowRunStatus", "driven", "step"]

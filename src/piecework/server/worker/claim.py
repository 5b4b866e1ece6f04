"""The worker: takes jobs from the queue and drives as many runs at once as it has slots."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Protocol

import structlog

from piecework.engine.program import Program
from piecework.runner.steps import Services, StepRunner
from piecework.sdk.services import Server
from piecework.server.kernel.ids import new_id
from piecework.server.ports.callers import Callers
from piecework.server.ports.progress import Progress
from piecework.server.ports.runs import SUSPECT_ATTEMPTS, Claim, Fenced, RunJournal, RunQueue
from piecework.server.worker.drive import OnTested, Turn
from piecework.server.worker.failed_triggers import call_trigger_again, has_failed_trigger
from piecework.server.worker.observing import Observer
from piecework.server.worker.start_hooks import begins, call_on_start
from piecework.server.worker.turn_facts import MAX_ATTEMPTS, MAX_KILLS, RunLimits, new_facts, trigger_output
from piecework.spec.run import UNFINISHED

log = structlog.get_logger(__name__)

STARTS_PER_TURN = 4
"""Runs begun before the event loop is given back to whoever else waits for it."""

SAVE_EVERY_SECONDS = 0.2
"""How long a run may go on before its list entry and its progress are written, where no step forces it earlier."""


CANCEL_SECONDS = 10.0
"""How long somebody who cancels a run waits for its end; it ends CANCELED afterwards too."""

ALONE_SECONDS = 3.0
"""A job that may have killed its workers begins alone: so long nothing else is claimed, unless it ends before."""


class Programs(Protocol):
    """Compiled flow versions."""

    async def get(self, flow_version_id: str) -> Program | None:
        """The program of a version, with its steps resolved; None if the version is gone."""
        ...


class Worker:
    """One a process. ``slots``: runs driven at once; a run that waits for a retry gives its slot away."""

    def __init__(
        self,
        queue: RunQueue,
        journal: RunJournal,
        programs: Programs,
        runner: StepRunner,
        services: Callable[[str, str], Services],
        server: Server,
        callers: Callers,
        progress: Progress,
        observer: Observer,
        on_tested: OnTested,
        limits: RunLimits,
        slots: int,
    ) -> None:
        self._queue = queue
        self._journal = journal
        self._programs = programs
        self._runner = runner
        self._services = services
        self._server = server
        self._callers = callers
        self._progress = progress
        self._observer = observer
        self._on_tested = on_tested
        self._limits = limits
        self._slots = slots
        self._turns: dict[str, tuple[Turn, asyncio.Task[None]]] = {}
        self._slot_free = asyncio.Event()
        self._claiming: asyncio.Task[None] | None = None
        self._saver: asyncio.TimerHandle | None = None

    @property
    def driving(self) -> int:
        """Runs that this worker has in hand."""
        return len(self._turns)

    @property
    def slots(self) -> int:
        """Runs that it drives at once."""
        return self._slots

    def step_in_hand(self, run_id: str) -> str | None:
        """The step at which a run is that this worker drives; None if it drives no such run. Any thread may ask."""
        held = self._turns.get(run_id)
        if held is None:
            return None
        state = held[0].state
        return "/".join([*(f"{loop}:{index + 1}" for loop, index in state.path), "" if state.node is None else state.node.name])

    def start(self) -> None:
        """Begin to claim."""
        self._claiming = asyncio.create_task(self._claim(), name="claim")

    async def close(self, seconds: float = 10.0) -> None:
        """Claim no more, give the runs in hand some time to end, then leave them to the next life: their jobs are still in the queue."""
        if self._claiming is not None:
            self._claiming.cancel()
        tasks = [task for _, task in self._turns.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=5)
        if self._saver is not None:
            self._saver.cancel()

    async def cancel(self, run_id: str) -> bool:
        """Stop a run that this worker drives, and wait until that is written. The step in flight is killed, the run ends CANCELED.

        False if it is not driven here, or not any more: it has just paused.
        """
        held = self._turns.get(run_id)
        if held is None:
            return False
        turn, task = held
        turn.cancel()
        _, late = await asyncio.wait([task], timeout=CANCEL_SECONDS)
        return bool(late) or turn.run.status not in UNFINISHED

    def _busy(self) -> int:
        return sum(not turn.waiting_for_retry for turn, _ in self._turns.values()) if len(self._turns) >= self._slots else len(self._turns)

    async def _claim(self) -> None:
        while True:
            free = self._slots - self._busy()
            if free <= 0:
                self._slot_free.clear()
                try:
                    async with asyncio.timeout(1.0):
                        await self._slot_free.wait()
                except TimeoutError:
                    pass
                continue
            try:
                claims = await self._queue.claim(min(free, STARTS_PER_TURN))
            except Exception:
                log.exception("claiming failed")
                await asyncio.sleep(1.0)
                continue
            for claim in claims:
                task = self._begin(claim)
                if task is not None and claim.job.attempts >= SUSPECT_ATTEMPTS:
                    await asyncio.wait([task], timeout=ALONE_SECONDS)
            await asyncio.sleep(0)

    def _begin(self, claim: Claim) -> asyncio.Task[None] | None:
        if claim.run is None:
            return None
        journal, callers, progress, observer = self._journal, self._callers, self._progress, self._observer
        turn = Turn(claim, journal, callers, progress, observer, self._on_tested, self._limits, monotonic(), self._server)
        task = asyncio.create_task(self._drive(turn), name=claim.job.run_id)
        self._turns[claim.job.run_id] = (turn, task)
        if self._saver is None:
            self._saver = asyncio.get_running_loop().call_later(SAVE_EVERY_SECONDS, self._save_lagging)
        return task

    def _save_lagging(self) -> None:
        """Write what long runs have done so far; the timer lives only while there are runs."""
        now = monotonic()
        for turn, _ in self._turns.values():
            if now - turn.started_at >= SAVE_EVERY_SECONDS:
                turn.save_soon()
        self._saver = asyncio.get_running_loop().call_later(SAVE_EVERY_SECONDS, self._save_lagging) if self._turns else None

    async def _drive(self, turn: Turn) -> None:
        run = turn.run
        try:
            await self._turn(turn)
        except Fenced:
            self._observer.fenced(run.id)
        finally:
            held = self._turns.get(run.id)
            if held is not None and held[0] is turn:  # the run's next turn may have begun already, and have ended
                del self._turns[run.id]
            self._slot_free.set()

    async def _turn(self, turn: Turn) -> None:
        run = turn.run
        try:
            if turn.job.kills >= MAX_KILLS or turn.job.attempts > MAX_ATTEMPTS:
                await turn.give_up(f"The worker ended {turn.job.attempts - 1} times while it drove this run, which is not tried again")
                return
            program = await self._programs.get(run.flow_version_id)
            if program is None:
                await turn.give_up("The flow version of this run does not exist any more")
                return
            if turn.expired:
                await turn.expire(program)
                return
            event = await turn.prepare(program)
            facts = new_facts(run, self._services(run.project_id, run.flow_id), self._server, trigger_output(program, turn.state, event))
            if has_failed_trigger(program, turn.state):
                turn.verdict = await call_trigger_again(program, turn.state, facts, run, self._queue, self._limits.seconds)
            elif begins(program, turn.job, run):
                turn.verdict = await call_on_start(program, turn.state, facts, self._limits.seconds)
            await turn.go(program, event, facts, self._runner)
        except Fenced:
            raise
        except (Exception, asyncio.CancelledError) as error:
            task = asyncio.current_task()
            if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
                raise
            error_id = new_id()
            log.exception("driving a run failed", flow_run_id=run.id, error_id=error_id)
            if not turn.over:
                await turn.give_up(f"Internal error: {type(error).__name__} (error id {error_id})")

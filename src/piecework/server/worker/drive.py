"""One turn of a run: from a claimed job to the moment at which the run ends, pauses, or its worker goes away.

The order of things is the durability promise: a step's start is written before its side effects can begin; its result is on its way to the disk
before the next step starts; the caller hears of a run only when what it hears is written down.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import thread_time
from typing import Any, TypeVar

import orjson
import structlog

from piecework.engine.commands import Command, ExecuteStep, FailedStep, Finish, Pause, Response, WaitForRetry
from piecework.engine.containers.fork import close_all
from piecework.engine.events import Event, RunRestored, RunStarted, StepFailed, StepSucceeded
from piecework.engine.interruption import fail_at, fail_in_flight, in_flight
from piecework.engine.program import Program, WorkNode
from piecework.engine.state import RunState, StepRecord, Waiting, single_step, tracks_under_way
from piecework.engine.timeline import encode, fold
from piecework.runner.drive import drive
from piecework.runner.steps import RunFacts, StepRunner, now_ms, step_path
from piecework.sdk.services import Server
from piecework.server.kernel.clock import now_iso
from piecework.server.modules.runs.parents import to_parent
from piecework.server.ports.callers import CallerAnswer, Callers
from piecework.server.ports.progress import Progress
from piecework.server.ports.runs import Claim, Fenced, FoldedLog, Job, JobKind, RunJournal, RunRow, Waitpoint
from piecework.server.worker.history import Entry
from piecework.server.worker.log_slices import read_back
from piecework.server.worker.observing import ANSWERED_BEFORE, NOBODY_WAITS, Observer
from piecework.server.worker.pauses import PausedFlowTimeoutError, new_pauses, responses_of, waitpoints_of
from piecework.server.worker.progress import LiveRun
from piecework.server.worker.run_log import LOG_TOO_LARGE, LogOfRun, largest_step
from piecework.server.worker.turn_facts import RunLimits, restored_state
from piecework.server.worker.writing import insist
from piecework.spec.run import FAILED_STATUSES, FlowRunStatus, StepStatus

log = structlog.get_logger(__name__)

T = TypeVar("T")
OnTested = Callable[[RunRow, StepRecord | None], Awaitable[Mapping[str, Any]]]
"""What happens at the end of a step test; gives what is told of it (``worker/step_tests.py``)."""


class Turn:
    """Drives one claimed job. Implements ``RunHooks``."""

    def __init__(
        self,
        claim: Claim,
        journal: RunJournal,
        callers: Callers,
        progress: Progress,
        observer: Observer,
        on_tested: OnTested,
        limits: RunLimits,
        started_at: float,
        server: Server,
    ) -> None:
        assert claim.run is not None
        self.run: RunRow = claim.run
        self.job: Job = claim.job
        self.started_at = started_at
        self.canceled = False
        self.over = False
        self._ending = False
        self._driving: asyncio.Task[Any] | None = None
        self.state = RunState()
        self.verdict: Finish | None = None  # how the run ends without being driven
        self._journal = journal
        self._callers = callers
        self._live = LiveRun(progress, self.run)
        self._seen = observer.turn(claim, self.run)
        self._on_tested = on_tested
        self._limits = limits
        self._server = server
        self._seq = 0
        self._executed: ExecuteStep | None = None
        self._broken: BaseException | None = None
        self._writing: asyncio.Future[None] | None = None
        self._log = LogOfRun(limits)

    async def prepare(self, program: Program) -> Event:
        """Build the state: new for a first attempt, from the log and the journal for everything else. Gives the first event."""
        run, job = self.run, self.job
        if run.step_name_to_test:
            payload = orjson.loads(job.payload)
            self.state = single_step(run.step_name_to_test, payload["samples"])
            return RunRestored(now_ms())
        if job.kind is JobKind.BEGIN and job.attempts == 1:
            return RunStarted(orjson.loads(job.payload), now_ms())
        entries = await self._journal.load(run.id)
        self._seq = len(entries)
        steps = fold(entries, await self._folded_steps())
        self._log.known = await read_back(steps, program, self._journal, run.project_id)
        self.state = restored_state(job, program, steps)
        return RunRestored(now_ms())

    async def _folded_steps(self) -> dict[str, Any]:
        raw = await self._journal.log(self.run) if self.run.logs_file_id else None
        if not raw:
            return {}
        kept = orjson.loads(raw)
        self._seen.history.earlier = kept.get("turns", [])
        return kept["executionState"]["steps"]

    async def go(self, program: Program, event: Event, facts: RunFacts, runner: StepRunner) -> None:
        """Drive until the turn is over and written down. Cancelling the task from ``Worker.cancel`` ends the run CANCELED."""
        run = self.run
        run.status = FlowRunStatus.RUNNING
        if run.start_time is None:
            run.start_time = now_iso()
        if self.canceled:
            self.state.steps = dict(self.state.restored)
            await self._end(Finish(FlowRunStatus.CANCELED))
            return
        try:
            command = self.verdict or await self._drive(program, event, facts, runner)
        except TimeoutError:
            message = f"The run took longer than {self._limits.seconds:g} seconds"
            self._note_interruption("TimeoutError")
            command = Finish(FlowRunStatus.TIMEOUT, fail_in_flight(self.state, message, "TimeoutError"))
        except asyncio.CancelledError:
            if not self.canceled and not self._log.too_large:
                raise
            command = Finish(FlowRunStatus.CANCELED)
            if self._log.too_large:
                command = Finish(FlowRunStatus.LOG_SIZE_EXCEEDED, fail_in_flight(self.state, LOG_TOO_LARGE, "LogSizeExceeded"))
        if not isinstance(command, Pause):
            await self._end(command)
        elif run.step_name_to_test is not None:
            self._seen.paused(command.steps[0], StepStatus.PAUSED)
            await self._end(Finish(FlowRunStatus.SUCCEEDED))  # a test waits for nothing: it has shown how the step begins
        else:
            await self._pause(command, facts)

    async def _drive(self, program: Program, event: Event, facts: RunFacts, runner: StepRunner) -> Finish | Pause:
        self._driving = asyncio.current_task()
        self.state.log.retry_delays = self._limits.retry_delays
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await drive(program, self.state, event, facts, runner, self)
        finally:
            self._driving = None

    def cancel(self) -> None:
        """End the run CANCELED: at once where it is being driven, and where it has not begun to be, before it does.

        What ends or pauses already is left alone: half-written ends are what a run must not have.
        """
        if not self.canceled and self._driving is not None:
            self._driving.cancel()
        self.canceled = True

    @property
    def waiting_for_retry(self) -> bool:
        """True while nothing of the run is executed: each of its tracks waits for the next attempt at a step."""
        return self._driving is not None and all(track.waiting is Waiting.RETRY for track in tracks_under_way(self.state))

    def retry_waits(self, command: WaitForRetry) -> None:
        """See ``RunHooks``."""
        self.save_soon()

    def _note_interruption(self, kind: str) -> None:
        for track in in_flight(self.state):
            if isinstance(track.node, WorkNode):
                self._seen.interrupted(ExecuteStep(track.node, track.path, None, None, track.attempt, False, None), kind)

    # Writing down

    async def before_effect(self, command: ExecuteStep) -> None:
        """See ``RunHooks``. The record says RUNNING: whoever finds it after a crash runs the step again, under the same idempotency key."""
        record = _running(command)
        self.state.changes.append((command.path, command.node.name, record))
        await self._save()

    def after_effect(self) -> None:
        """See ``RunHooks``."""
        self.save_soon()

    async def respond(self, response: Response) -> None:
        """See ``RunHooks``."""
        place = self._place()
        await self._save()
        if not self._callers.answer(CallerAnswer(self.run.id, *response)):
            self._seen.undelivered(place, response.status, NOBODY_WAITS)

    async def _save(self) -> None:
        if self._broken is not None:
            raise self._broken
        changes, self.state.changes = self.state.changes, []
        self._live.changes(changes, taken=True)
        self.run.updated = now_iso()
        self.run.steps_count = self.state.steps_count
        began = thread_time()
        entry = encode(changes)
        self._seen.made_text(began)
        if self._log.outgrown(self.state, len(entry)) and self._driving is not None:
            self._driving.cancel()
        seq, self._seq = self._seq, self._seq + 1
        job = self.job
        progress = job.attempts > 1 and any(record["status"] != StepStatus.RUNNING for _, _, record in changes)
        # From here on the file may have the job, even if this task is cancelled while it waits.
        self.job = job._replace(attempts=1, kills=0, durable=True) if progress else job._replace(durable=True)
        await self._insist(lambda: self._journal.append(self.run, job, seq, entry, progress=progress))

    def save_soon(self) -> None:
        """Write what is new without waiting for it; a failure comes back at the next write that is waited for."""
        if self._ending or (not self.state.changes and self.job.durable):
            return
        writing = asyncio.ensure_future(self._save_what_is_new())
        self._writing = writing
        writing.add_done_callback(self._note_failure)

    async def _save_what_is_new(self) -> None:
        # The next step's start may have taken it along; and an end is one write, after which no other may come.
        if not self._ending and (self.state.changes or not self.job.durable):
            await self._save()

    def _note_failure(self, writing: asyncio.Future[None]) -> None:
        if not writing.cancelled() and writing.exception() is not None:
            self._broken = writing.exception()

    # Ends

    async def _end(self, finish: Finish) -> None:
        self._ending = True
        run = self.run
        await self._settle()  # first: a background write carries the run's row, and must not show an end without its log
        run.status = finish.status
        run.finish_time = run.updated = now_iso()
        if finish.failed_step is not None:
            run.failed_step_name, run.failed_step_display_name, run.failed_step_message = finish.failed_step
        elif run.failed_step_name is not None:
            run.failed_step_name = run.failed_step_display_name = run.failed_step_message = None
        if finish.response is not None:
            self._note_late(self._place(), finish.response.status)
        content, turns = self._log_content()
        await self._insist(lambda: self._journal.finish(run, self.job, content, to_parent(run, self._server, self.job.kind)))
        self.over = True
        self._seen.ended(turns)
        self._show_changes()
        self._live.state()
        if finish.response is not None:
            self._callers.answer(CallerAnswer(run.id, *finish.response))
        elif run.status in FAILED_STATUSES or run.status == FlowRunStatus.CANCELED:
            self._callers.answer(CallerAnswer(run.id, failed=run.status))
        elif not self.state.responded:
            self._callers.answer(CallerAnswer(run.id))
        if run.step_name_to_test is not None:
            self._live.tested(await self._on_tested(run, self.state.steps.get(run.step_name_to_test)))

    @property
    def expired(self) -> bool:
        """True for the job that a waitpoint leaves for the end of its time: nobody answered."""
        return self.job.kind is JobKind.RESUME and bool(orjson.loads(self.job.payload).get("expired"))

    async def expire(self, program: Program) -> None:
        """End the run FAILED in the step that waited in vain."""
        await self.prepare(program)
        self.state.steps = dict(self.state.restored)
        resume = orjson.loads(self.job.payload)
        name = resume["step"]
        message = "Nobody answered before the time of this pause was over"
        node = program.nodes.get(name)
        fail_at(self.state.steps, resume["path"], name, message, "WaitingTimeExceeded")
        await self._end(Finish(FlowRunStatus.FAILED, FailedStep(name, node.display_name if node else name, message)))

    async def give_up(self, message: str) -> None:
        """End the run INTERNAL_ERROR: it cannot be driven, and says why."""
        self.state.waiting = Waiting.NOTHING
        if not self.state.steps:
            try:
                self.state.steps = fold(await self._journal.load(self.run.id), await self._folded_steps())
            except Exception:
                log.exception("what a run did cannot be read", flow_run_id=self.run.id)
        await self._end(Finish(FlowRunStatus.INTERNAL_ERROR, FailedStep("", "", message)))

    async def _pause(self, command: Pause, facts: RunFacts) -> None:
        run = self.run
        try:
            waitpoints = waitpoints_of(command, run, facts, self._limits.pause_days)
        except PausedFlowTimeoutError as error:
            await self._pause_is_too_long(error)
            return
        self._ending = True
        await self._settle()
        run.status = FlowRunStatus.PAUSED
        run.updated = now_iso()
        responses = responses_of(command)
        if responses:
            self._note_late(responses[0][0], responses[0][1].status)
        for place, late in responses[1:]:
            self._seen.undelivered(place, late.status, ANSWERED_BEFORE)
        content, turns = self._log_content(waitpoints)
        for step in new_pauses(command):
            self._seen.paused(step, StepStatus.PAUSED)
        if run.status is not FlowRunStatus.PAUSED:
            await self._end(Finish(FlowRunStatus.LOG_SIZE_EXCEEDED))  # without its outputs it could not go on
            return
        waiting = await self._insist(lambda: self._journal.pause(run, self.job, content, waitpoints))
        self.over = True
        self._seen.ended(turns)
        self._show_changes()
        self._live.state()
        if responses:
            response = responses[0][1]
            self._callers.answer(CallerAnswer(run.id, response.status, response.body, response.headers))
        if not waiting:
            log.info("resumed before it paused", flow_run_id=run.id)

    async def _pause_is_too_long(self, error: PausedFlowTimeoutError) -> None:
        step = error.step
        node = step.node
        self._seen.paused(step, StepStatus.FAILED)
        self._seen.pause_exceeded(step)
        close_all(self.state, StepStatus.FAILED)
        self.state.changes.append((step.path, node.name, fail_at(self.state.steps, step.path, node.name, str(error), type(error).__name__)))
        await self._end(Finish(FlowRunStatus.FAILED, FailedStep(node.name, node.display_name, str(error))))

    async def _settle(self) -> None:
        """Let a background write end before the last one, so that the entries that it drops are all there."""
        if self._writing is not None and not self._writing.done():
            await asyncio.wait([self._writing])
        if isinstance(self._broken, Fenced):
            raise self._broken

    async def _insist(self, write: Callable[[], Awaitable[T]]) -> T:
        return await insist(write, self.run.id)

    def _log_content(self, waits_for: Sequence[Waitpoint] = ()) -> tuple[FoldedLog, list[Entry]]:
        """The text of the run's log, and the turns that it tells of. A log that is too large ends the run and is shortened."""
        state, run = self.state, self.run
        run.steps_count = state.steps_count
        if state.tags:
            known: list[str] = orjson.loads(run.tags) if run.tags else []
            run.tags = orjson.dumps([*known, *(tag for tag in state.tags if tag not in known)]).decode()
        turns = self._seen.entries(waits_for)
        began = thread_time()
        content = self._log.folded(state, turns)
        self._seen.made_text(began)
        if content is None:
            run.status = FlowRunStatus.LOG_SIZE_EXCEEDED
            if run.failed_step_name is None:
                name = largest_step(state.steps)
                run.failed_step_name, run.failed_step_display_name, run.failed_step_message = name, name, LOG_TOO_LARGE
            turns = self._seen.entries()
            content = self._log.shortened(state, turns)
        return content, turns

    def _note_late(self, place: str, status: int) -> None:
        """Keep note, in the log that is about to be written, of a step's response that nobody waits for."""
        if not self._callers.waits(self.run.id):
            self._seen.undelivered(place, status, NOBODY_WAITS)

    def _place(self) -> str:
        """The step that was executed last."""
        return "" if self._executed is None else step_path(self._executed)

    # Progress

    @property
    def watched(self) -> bool:
        """See ``RunHooks``."""
        return self._seen.verbose or self._live.watched

    def executed(self, command: ExecuteStep, event: StepSucceeded | StepFailed, then: Command) -> None:
        """See ``RunHooks``."""
        self._executed = command
        self._seen.executed(command, event, then, answered=self.state.responded)

    def step_started(self, command: ExecuteStep) -> None:
        """See ``RunHooks``."""
        self._seen.started(command)
        if not self._live.watched:
            return
        self._live.changes(self.state.changes)
        self._live.step(command.path, command.node.name, _running(command))

    def step_ended(self, command: ExecuteStep) -> None:
        """See ``RunHooks``."""
        self._show_changes()

    def _show_changes(self) -> None:
        self._live.changes(self.state.changes)
        self._live.held(self.state.log.held)


def _running(command: ExecuteStep) -> StepRecord:
    return {"type": command.node.kind, "status": StepStatus.RUNNING, "input": command.stored_input, "startedAt": int(now_ms())}

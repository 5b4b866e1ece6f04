"""What can be seen of runs from outside: metrics always, logs and spans where somebody asked for them, and the turn's history in the run's log.

Nothing here sees a value: no input, no output, no header, no message of an error, which may quote any of them. What went wrong is told as the
error's class with an id, under which log, span and timeline speak of the same attempt. Steps are told of at the level debug, failures at info.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from time import thread_time, time

import structlog

from piecework.engine.commands import Command, ExecuteStep, Finish, Pause, PausedStep, Respond, WaitForRetry
from piecework.engine.events import OutcomeKind, StepFailed, StepSucceeded
from piecework.engine.outcomes import verdict_of
from piecework.runner.steps import step_path, work_of
from piecework.server.kernel.clock import from_iso, iso_of, now_iso
from piecework.server.kernel.metrics import Metrics
from piecework.server.kernel.tracing import Moment, RunTrace, SpanError, Tracing
from piecework.server.modules.runs.timeline import error_id
from piecework.server.ports.runs import Claim, JobKind, RunRow, Waitpoint
from piecework.server.worker.history import MESSAGE_LIMIT, Entry, TurnHistory
from piecework.spec.run import FAILED_STATUSES, FlowRunStatus, StepStatus

log = structlog.get_logger("engine")

NOBODY_WAITS = "NOBODY_WAITS"
"""Nobody waited for the response, or not any more."""
ANSWERED_BEFORE = "ANSWERED_BEFORE"
"""The caller had got another one already."""
OTHER_PIECE = "OTHER_PIECE"
"""Only the trigger's own piece may answer the caller, unless the flow says otherwise."""


class Observer:
    """One a process. ``tracing`` None: no spans."""

    def __init__(self, metrics: Metrics, tracing: Tracing | None = None) -> None:
        self.metrics = metrics
        self.tracing = tracing
        self.verbose: bool = log.is_enabled_for(logging.DEBUG)

    def turn(self, claim: Claim, run: RunRow) -> TurnObserver:
        """A worker has taken a job."""
        self.metrics.claims += 1
        if claim.job.attempts > 1:
            self.metrics.lease_losses["worker_gone"] += 1
        return TurnObserver(self, claim, run)

    def fenced(self, run_id: str) -> None:
        """A worker found that another one drives its run."""
        self.metrics.lease_losses["fenced"] += 1
        log.warning("another worker drives this run", flow_run_id=run_id)

    async def close(self) -> None:
        """Send the spans that wait."""
        if self.tracing is not None:
            await self.tracing.close()


class TurnObserver:
    """Watches one turn of one run."""

    __slots__ = ("_error_id", "_metrics", "_run", "_trace", "_tracing", "_watched_from", "history", "verbose")

    def __init__(self, observer: Observer, claim: Claim, run: RunRow) -> None:
        self.history = TurnHistory(claim.job, run)
        self.verbose = observer.verbose
        self._metrics = observer.metrics
        self._tracing = observer.tracing
        self._trace: RunTrace | None = None
        self._run = run
        self._error_id = ""
        self._watched_from = time() * 1000

    def made_text(self, began: float) -> None:
        """A text for the journal is made, begun at that ``thread_time``."""
        self._metrics.made_text((thread_time() - began) * 1000)

    # Steps

    def started(self, command: ExecuteStep) -> None:
        """A step begins. Called only where somebody watches or ``verbose``."""
        if self.verbose:
            log.debug("step begins", **self._names(command))

    def executed(self, command: ExecuteStep, event: StepSucceeded | StepFailed, then: Command, *, answered: bool) -> None:
        """An attempt at a step is over; see ``RunHooks``. ``answered``: the caller had a response before this step."""
        figures = self._metrics.step(*work_of(command.node))
        figures.durations.observe(event.duration)
        after = type(then)
        if after is WaitForRetry:
            figures.retries += 1
        elif after is not Pause:
            figures.statuses["FAILED" if type(event) is StepFailed else "SUCCEEDED"] += 1
        if type(event) is StepFailed:
            self._failed(command, event)
        elif event.outcome is not OutcomeKind.NONE:  # type: ignore[union-attr] - the other kind of event has returned
            self._hooked(command, event, then, answered)  # type: ignore[arg-type]
        if after is WaitForRetry or after is Pause:
            self._superseded(command, event)
        if self.verbose:
            log.debug("step ends", status=status_of(event), duration_ms=round(event.duration, 3), **self._names(command))
        if self._tracing is not None:
            self._span(command, event)
        self._watched_from = event.at

    def paused(self, pause: PausedStep, status: StepStatus) -> None:
        """Whether a step that asked for a pause got it: PAUSED, or FAILED because it was too long."""
        self._metrics.step(*work_of(pause.node)).statuses[status.value] += 1

    def pause_exceeded(self, pause: PausedStep) -> None:
        """A step asked for a longer pause than the installation allows."""
        self._metrics.pauses_exceeded += 1
        command = ExecuteStep(pause.node, pause.path, None, None, 1, False, None)
        log.warning("a pause is too long", error_id=self._error(command, self._watched_from), **self._names(command))

    def interrupted(self, command: ExecuteStep, kind: str) -> None:
        """A step was stopped from outside, because the run's time is over."""
        now = time() * 1000
        self._metrics.step(*work_of(command.node)).statuses["FAILED"] += 1
        event = StepFailed("", now, now - self._watched_from, kind=kind)
        self._failed(command, event)
        if self._tracing is not None:
            self._span(command, event)

    def _failed(self, command: ExecuteStep, event: StepFailed) -> None:
        self._error_id = self._error(command, event.at - event.duration)
        what = "a step's input does not fit" if event.invalid else "a step failed"
        invalid = {"properties": list(event.invalid)} if event.invalid else {}
        log.info(what, error_id=self._error_id, error=event.kind, duration_ms=round(event.duration, 3), **invalid, **self._names(command))

    def _hooked(self, command: ExecuteStep, event: StepSucceeded, then: Command, answered: bool) -> None:
        if self.verbose:
            log.debug(f"step {_TRANSITIONS[event.outcome]}", **self._names(command))
        response = event.response
        if response is None or isinstance(then, Respond | Pause) or (isinstance(then, Finish) and then.response is not None):
            return
        if self._run.step_name_to_test is None:
            self.undelivered(step_path(command), response.status, ANSWERED_BEFORE if answered else OTHER_PIECE)

    def _superseded(self, command: ExecuteStep, event: StepSucceeded | StepFailed) -> None:
        leg: Entry = {
            "step": step_path(command),
            "attempt": command.attempt,
            "executionType": "RESUME" if command.resumed else "BEGIN",
            "startedAt": iso_of(event.at - event.duration),
            "duration": event.duration,
            "status": status_of(event),
        }
        if isinstance(event, StepFailed):
            leg |= {"errorMessage": event.message[:MESSAGE_LIMIT], "errorId": self._error_id}
        self.history.add_leg(leg)

    def _names(self, command: ExecuteStep) -> dict[str, object]:
        piece, action = work_of(command.node)
        return {
            "flow_run_id": self._run.id,
            "flow_id": self._run.flow_id,
            "step_name": step_path(command),
            "piece_name": piece,
            "action_name": action,
            "execution_type": "RESUME" if command.resumed else "BEGIN",
            "attempt": command.attempt,
        }

    def _error(self, command: ExecuteStep, started: float) -> str:
        return error_id(self._run.id, step_path(command), started)

    # Answers

    def undelivered(self, step: str, status: int, reason: str) -> None:
        """No caller got this response."""
        self._metrics.undelivered[reason] += 1
        self.history.add_undelivered(now_iso(), step, status, reason)
        if self.verbose:
            log.debug("a response reached nobody", flow_run_id=self._run.id, step_name=step, status=status, reason=reason)

    # The turn's end

    def entries(self, waits_for: Sequence[Waitpoint] = ()) -> list[Entry]:
        """What the log is to keep of all turns."""
        return self.history.entries(self._run.status, self._run.updated, waits_for)

    def ended(self, turns: Sequence[Entry]) -> None:
        """The turn is written down, with these entries: the run is over, or paused."""
        run = self._run
        self._metrics.runs[str(run.status)] += 1
        if self._tracing is not None and run.status != FlowRunStatus.PAUSED:
            self._whole(turns)

    # Spans

    def _place(self) -> RunTrace | None:
        if self._trace is None and self._tracing is not None:
            self._trace = self._tracing.run(self._run.id, self.history.retries)
            if self._trace is None:  # not of the share that is traced
                self._tracing = None
        return self._trace

    def _span(self, command: ExecuteStep, event: StepSucceeded | StepFailed) -> None:
        trace = self._place()
        if trace is None:
            return
        piece, action = work_of(command.node)
        attributes = {
            "stepName": step_path(command),
            "pieceName": piece,
            "actionName": action,
            "executionType": "RESUME" if command.resumed else "BEGIN",
            "attempt": command.attempt,
            "status": status_of(event),
            "flowRunId": self._run.id,
        }
        error = SpanError(event.kind, self._error_id) if isinstance(event, StepFailed) else None
        name = f"step {piece.removeprefix('@activepieces/piece-')} {action}"
        trace.step(name, event.at - event.duration, event.at, attributes, error)

    def _whole(self, turns: Sequence[Entry]) -> None:
        trace = self._place()
        if trace is None:
            return
        run = self._run
        first = max((index for index, turn in enumerate(turns) if turn["kind"] == JobKind.RETRY), default=0)
        attributes = {
            "flowRunId": run.id,
            "flowId": run.flow_id,
            "flowVersionId": run.flow_version_id,
            "projectId": run.project_id,
            "environment": str(run.environment),
            "status": str(run.status),
            "stepsCount": run.steps_count,
            "failedStepName": run.failed_step_name or "",
        }
        error = SpanError(str(run.status), self._error_id) if run.status in FAILED_STATUSES else None
        start, end = _milliseconds(turns[first]["queuedAt"]), _milliseconds(run.finish_time or run.updated)
        trace.whole(start, end, attributes, error, _moments(turns[first:]))


_TRANSITIONS = {OutcomeKind.RESPOND: "responds", OutcomeKind.STOPPED: "stops the run", OutcomeKind.PAUSED: "pauses the run"}


def status_of(event: StepSucceeded | StepFailed) -> str:
    """An attempt's status."""
    return verdict_of(event).step.value


def _moments(turns: Sequence[Entry]) -> list[Moment]:
    moments: list[Moment] = []
    for turn in turns:
        moments.append(Moment("claimed", _milliseconds(turn["claimedAt"]), {"kind": str(turn["kind"]), "lives": turn["lives"]}))
        if turn["status"] == FlowRunStatus.PAUSED:
            moments.append(Moment("paused", _milliseconds(turn["endedAt"]), {}))
    return moments


def _milliseconds(moment: str) -> float:
    return from_iso(moment).timestamp() * 1000

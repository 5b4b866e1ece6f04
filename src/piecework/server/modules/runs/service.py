"""What can be done with runs. Starting and driving happen through the queue; this service reads them and changes their course."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

import orjson

from piecework.engine.advance import FAILED_MESSAGE_LIMIT, failed_trigger
from piecework.engine.events import StepFailed
from piecework.engine.timeline import fold
from piecework.sdk.services import Server
from piecework.server.kernel.clock import now_iso
from piecework.server.kernel.db import Database
from piecework.server.kernel.errors import ApError, ErrorCode
from piecework.server.modules.files.service import FileService
from piecework.server.modules.flows.service import FlowFacts, FlowService
from piecework.server.modules.runs._repository import Row, RunRepository, run_row
from piecework.server.modules.runs.announce import announce, announce_queued
from piecework.server.modules.runs.errors import outputs_left_out, outside_retention, run_not_finished, run_not_found, too_many_intervals
from piecework.server.modules.runs.parents import MAX_CALL_DEPTH, NO_PARENT, Parent, TooManyCalls, steps_meant, to_parent
from piecework.server.modules.runs.schemas import (
    MAX_INTERVALS,
    BulkRetryBody,
    CountQuery,
    RetryStrategy,
    RunListQuery,
    RunSelection,
    RunTimeline,
    StatisticsQuery,
    WaitpointView,
    instant_of,
)
from piecework.server.modules.runs.slices import DEFAULT_LOG_LIMITS, SLICE, LogLimits, first_log, has_slices, with_links
from piecework.server.modules.runs.timeline import timeline_of, waitpoint_view
from piecework.server.modules.runs.views import run_view
from piecework.server.ports.callers import CallerAnswer, Callers
from piecework.server.ports.progress import Progress
from piecework.server.ports.runs import JobKind, NewRun, RunJournal, RunQueue, RunReader, RunRow, Statement, new_run
from piecework.spec import jsons
from piecework.spec.flow import Step
from piecework.spec.run import UNFINISHED, FlowRunStatus, RunEnvironment, StepStatus

TERMINAL = tuple(status for status in FlowRunStatus if status not in UNFINISHED)
VERSION_CACHE = 512
MOST_WAITPOINTS_LISTED = 10
"""Waitpoints of one run that a list shows; a parallel loop may have hundreds. The run's timeline has them all."""
CANCELED_AT_ONCE = 200
"""Runs that one transaction cancels: other writers wait no longer than that takes."""
RETRIED_AT_ONCE = 20
"""Runs of a bulk retry whose jobs are written together; each needs its log in memory for a moment."""
PASSED_OVER = (ErrorCode.FLOW_RUN_RETRY_OUTSIDE_RETENTION, ErrorCode.VALIDATION)
"""Refusals that a bulk retry passes over: the log is gone, or somebody else has retried the run meanwhile."""


class _Version(NamedTuple):
    """What runs show of their flow version."""

    display_name: str
    json: orjson.Fragment


class RunControl(Protocol):
    """The worker, as far as cancelling goes."""

    async def cancel(self, run_id: str) -> bool:
        """Stop a run that is being driven here. False if it is not, or if it paused before it could be stopped."""
        ...


class RunService:
    """Runs of every project; who may see which is asked at the endpoint."""

    def __init__(
        self,
        database: Database,
        reader: RunReader,
        queue: RunQueue,
        journal: RunJournal,
        flows: FlowService,
        control: RunControl,
        callers: Callers,
        progress: Progress,
        server: Server,
        files: FileService,
        limits: LogLimits = DEFAULT_LOG_LIMITS,
    ) -> None:
        self._files = files
        self._limits = limits
        self._repository = RunRepository(database, reader)
        self._queue = queue
        self._journal = journal
        self._flows = flows
        self._control = control
        self._callers = callers
        self._progress = progress
        self._server = server
        self._versions: OrderedDict[str, _Version] = OrderedDict()
        flows.changed.connect(self._forget_version)

    # Starting

    async def start(
        self,
        *,
        project_id: str,
        flow_id: str,
        flow_version_id: str,
        payload: bytes,
        environment: RunEnvironment = RunEnvironment.PRODUCTION,
        triggered_by: str | None = None,
        step_name_to_test: str | None = None,
        parent: Parent = NO_PARENT,
        run_id: str | None = None,
    ) -> RunRow:
        """Write a run and its job; both are durable when this returns. ``payload``: the trigger's output as JSON.

        ``run_id``: an id that nobody has yet (see ``exists``); by default a new one.
        """
        run = new_run(project_id, flow_id, flow_version_id, environment)
        run.id = run_id or run.id
        run.triggered_by = triggered_by
        run.step_name_to_test = step_name_to_test
        run.parent_run_id, run.fail_parent_on_failure, run.parent_waitpoint_id = parent
        await self._queue.enqueue(run, JobKind.BEGIN, payload)
        announce_queued(self._progress, run)
        return run

    async def start_all(
        self,
        project_id: str,
        flow_id: str,
        flow_version_id: str,
        payloads: Sequence[bytes],
        *,
        only_if: Statement | None = None,
        beside: Sequence[Statement] = (),
    ) -> bool:
        """Start a production run for each payload, all in one transaction with what stands ``beside``; see ``RunQueue.enqueue_all``.

        False, and nothing is written, when ``only_if`` changes nothing.
        """
        runs = [NewRun(new_run(project_id, flow_id, flow_version_id, RunEnvironment.PRODUCTION), payload) for payload in payloads]
        if await self._queue.enqueue_all(runs, only_if=only_if, beside=beside) is None:
            return False
        for run, _ in runs:
            announce_queued(self._progress, run)
        return True

    async def add_failed_call(self, run: RunRow, trigger: Step, payload: Any, failed: StepFailed) -> None:
        """Write a run that ended in its trigger: it keeps the call, so that a retry hands it to the trigger again."""
        record = failed_trigger(trigger["type"], payload, failed)
        run.status = FlowRunStatus.FAILED
        run.start_time = run.finish_time = run.updated = now_iso()
        run.failed_step_name, run.failed_step_display_name = trigger["name"], trigger.get("displayName") or trigger["name"]
        run.failed_step_message = failed.message[:FAILED_MESSAGE_LIMIT]
        await self._queue.add(run, first_log({trigger["name"]: record}, self._limits), None, to_parent(run, self._server))
        announce(self._progress, run)

    # Reading

    async def exists(self, run_id: str) -> bool:
        """Whether there is, or was, a run of this id."""
        return await self._repository.get(run_id) is not None

    async def parent(self, run_id: str, project_id: str, *, fails: bool, waitpoint_id: str | None) -> Parent:
        """The run of this project that begins another one, or ``NO_PARENT`` where the project has no such run.

        ``fails``: the child's failure is the parent's, which waits for it. Raises TooManyCalls for a chain of calls that is too long.
        """
        known = await self._repository.get(run_id)
        if known is None or run_row(known).project_id != project_id:
            return NO_PARENT
        if await self._repository.depth(run_id, MAX_CALL_DEPTH) >= MAX_CALL_DEPTH:
            raise TooManyCalls
        return Parent(run_id, fails, waitpoint_id if fails else None)

    async def kept_answer(self, project_id: str, waitpoint_id: str) -> dict[str, Any] | None:
        """What was kept for a pause that has not come yet, ``{body, headers, queryParams}``; None if there is nothing."""
        payload = await self._repository.kept_answer(project_id, waitpoint_id)
        return None if payload is None else orjson.loads(payload)

    async def row(self, run_id: str) -> Row:
        """A run's columns. Raises ENTITY_NOT_FOUND."""
        row = await self._repository.get(run_id)
        if row is None:
            raise run_not_found(run_id)
        return row

    async def page(self, query: RunListQuery) -> bytes:
        """A page of runs as JSON text: runs with their flow versions, without steps."""
        rows, following, previous = await self._repository.page(query)
        runs = [await self._listed(row) for row in rows]
        waiting = await self._waitpoints([row[0] for row in rows if row[7] == FlowRunStatus.PAUSED])
        for run in runs:
            if run["id"] in waiting:
                run["waitpoints"] = waiting[run["id"]][:MOST_WAITPOINTS_LISTED]
        return orjson.dumps({"data": runs, "next": following, "previous": previous})

    async def count_by_status(self, query: CountQuery) -> list[dict[str, Any]]:
        """Counts of the project's production runs."""
        return [{"status": status, "count": count} for status, count in await self._repository.count_by_status(query)]

    async def statistics(self, query: StatisticsQuery) -> dict[str, Any]:
        """Runs by time and status, and where they fail. Raises VALIDATION if the span has more intervals than ``MAX_INTERVALS``."""
        until = datetime.now(UTC) if query.created_before is None else instant_of(query.created_before)
        if (until - instant_of(query.created_after)).total_seconds() > query.interval.seconds * MAX_INTERVALS:
            raise too_many_intervals(MAX_INTERVALS)
        times: dict[str, dict[str, int]] = {}
        for start, status, count in await self._repository.count_by_time(query):
            times.setdefault(start, {})[status] = count
        failures = [await self._failure(*row) for row in await self._repository.failures(query)]
        return {"times": [{"start": start, "counts": counts} for start, counts in times.items()], "failures": failures}

    async def _failure(self, count: int, last: Row) -> dict[str, Any]:
        run = run_row(last)
        version = await self._version(run.flow_version_id)
        return {
            "flowId": run.flow_id,
            "flowDisplayName": None if version is None else version.display_name,
            "status": run.status,
            "failedStep": run_view(run)["failedStep"],
            "count": count,
            "lastRunId": run.id,
            "lastCreated": run.created,
        }

    async def get(self, row: Row) -> bytes:
        """A run with its steps as JSON text. Steps of an unfinished run are what is written down so far."""
        view = await self._view(row)
        view["steps"] = orjson.Fragment(jsons.dumps_lenient(await self.steps(run_row(row))))
        return orjson.dumps(view)

    async def timeline(self, row: Row) -> RunTimeline:
        """When the run waited, was driven and paused, and every leg of its steps, as far as they are written down."""
        run = run_row(row)
        steps, turns = await self._kept(run)
        job = await self._repository.job(run.id) if run.status in UNFINISHED else None
        waiting = (await self._waitpoints([run.id] if run.status in UNFINISHED else [])).get(run.id, [])
        if run.status != FlowRunStatus.PAUSED:  # a part of it may wait while others work; what is past is a pause that has just ended
            now = now_iso()
            waiting = [waitpoint for waitpoint in waiting if waitpoint["until"] is None or waitpoint["until"] > now]
        return timeline_of(run, steps, turns, job, waiting)

    async def _waitpoints(self, run_ids: Sequence[str]) -> dict[str, list[WaitpointView]]:
        """What unfinished runs wait for, by run."""
        found: dict[str, list[WaitpointView]] = {}
        for row in await self._repository.waitpoints(run_ids) if run_ids else ():
            found.setdefault(row[0], []).append(waitpoint_view(row))
        return found

    async def steps(self, run: RunRow) -> dict[str, Any]:
        """The run log: the folded part and what the journal has on top of it."""
        return (await self._kept(run))[0]

    async def _kept(self, run: RunRow) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The run's steps, and its turns that are over."""
        raw = await self._journal.log(run) if run.logs_file_id else None
        kept: dict[str, Any] = orjson.loads(raw) if raw else {"executionState": {"steps": {}}}
        steps = kept["executionState"]["steps"]
        if raw and has_slices(raw):
            with_links(steps, self._files.link)
        if run.status in UNFINISHED:
            steps = fold(await self._journal.load(run.id), steps)
        return steps, kept.get("turns", [])

    async def _view(self, row: Row) -> dict[str, Any]:
        return await self._with_version(run_view(run_row(row), row[-1]))

    async def _with_version(self, view: dict[str, Any]) -> dict[str, Any]:
        version = await self._version(view["flowVersionId"])
        return view if version is None else view | {"flowVersion": version.json}

    async def _listed(self, row: Row) -> dict[str, Any]:
        """A run as it stands in lists: with its flow version's name beside it (recordings/flow-runs.json)."""
        version = await self._version(row[5])
        return await self._view(row) | {"displayName": None if version is None else version.display_name}

    async def _version(self, version_id: str) -> _Version | None:
        known = self._versions.get(version_id)
        if known is None:
            version = await self._flows.version(version_id)
            if version is None:
                return None
            known = self._versions[version_id] = _Version(version.display_name, orjson.Fragment(version.wire_json))
            if len(self._versions) > VERSION_CACHE:
                self._versions.popitem(last=False)
        return known

    def _forget_version(self, _flow_id: str, version_id: str) -> None:
        self._versions.pop(version_id, None)

    # Changing their course

    async def retry(self, row: Row, strategy: RetryStrategy) -> dict[str, Any]:
        """Retry a run that has ended: on in the same run, or anew on the flow's latest version. Returns the run that will be driven."""
        run = run_row(row)
        if run.status in UNFINISHED:
            raise run_not_finished(run.id, run.status)
        steps = await self._retryable_steps(run)
        if run.status == FlowRunStatus.LOG_SIZE_EXCEEDED and strategy is RetryStrategy.FROM_FAILED_STEP:
            raise outputs_left_out(run.id)
        if strategy is RetryStrategy.ON_LATEST_VERSION:
            return run_view(await self._start_again(run, steps)) | {"steps": {}}
        if not await self._queue.retry(run.id):
            raise run_not_finished(run.id, FlowRunStatus.QUEUED)
        run.status = FlowRunStatus.QUEUED
        run.finish_time = None
        run.updated = now_iso()
        announce_queued(self._progress, run)
        return await self._with_version(run_view(run, row[-1]))

    async def _retryable_steps(self, run: RunRow) -> dict[str, Any]:
        raw = await self._journal.log(run) if run.logs_file_id else None
        if raw is None:
            raise outside_retention(run.id)
        return orjson.loads(raw)["executionState"]["steps"]

    async def _start_again(self, run: RunRow, steps: dict[str, Any]) -> RunRow:
        facts = await self._flows.flow_facts(run.flow_id)
        if facts is None:
            raise run_not_found(run.id)
        name, trigger = next(
            ((name, record) for name, record in steps.items() if record.get("type") in ("PIECE_TRIGGER", "EMPTY")), ("", {})
        )
        if trigger.get("status") == StepStatus.FAILED:
            return await self._call_again(run, facts, {name: trigger | {"output": jsons.loads(await self._whole_output(run, trigger))}})
        return await self.start(
            project_id=run.project_id,
            flow_id=run.flow_id,
            flow_version_id=facts.published_version_id or facts.latest_version_id,
            payload=await self._whole_output(run, trigger),
            environment=RunEnvironment(run.environment),
            triggered_by=run.triggered_by,
        )

    async def _call_again(self, run: RunRow, facts: FlowFacts, steps: dict[str, Any]) -> RunRow:
        """A new run whose trigger is handed the call that it failed at before."""
        again = new_run(run.project_id, run.flow_id, facts.published_version_id or facts.latest_version_id, RunEnvironment(run.environment))
        again.triggered_by = run.triggered_by
        for record in steps.values():
            record.pop("outputType", None)
        await self._queue.add(again, first_log(steps, self._limits), JobKind.RETRY)
        announce_queued(self._progress, again)
        return again

    async def _whole_output(self, run: RunRow, record: Mapping[str, Any]) -> bytes:
        """A record's output as JSON, read from its slice where it has one."""
        output: Any = record.get("output")
        if record.get("outputType") != SLICE:
            return jsons.dumps(output)
        found = await self._journal.slices(run.project_id, [output["fileId"]])
        if not found:
            raise outside_retention(run.id)
        return found[output["fileId"]]

    async def bulk_retry(self, body: BulkRetryBody) -> list[dict[str, Any]]:
        """Retry every ended run that the selection means, some at a time; runs whose log is gone are passed over."""
        retried: list[dict[str, Any] | None] = []
        rows = await self._repository.select(body, TERMINAL)
        for start in range(0, len(rows), RETRIED_AT_ONCE):
            retried += await asyncio.gather(*(self._retry_if_possible(row, body.strategy) for row in rows[start : start + RETRIED_AT_ONCE]))
        return [view for view in retried if view is not None]

    async def _retry_if_possible(self, row: Row, strategy: RetryStrategy) -> dict[str, Any] | None:
        try:
            return await self.retry(row, strategy)
        except ApError as error:
            if error.code not in PASSED_OVER:
                raise
            return None

    async def cancel(self, selection: RunSelection) -> None:
        """Cancel every unfinished run that the selection means: queued, running or paused, some at a time. Runs that have ended are left as
        they are. Whoever waits for an answer of one is told."""
        rows = [*reversed(await self._repository.select(selection, tuple(UNFINISHED)))]  # a parent is older than its children
        for start in range(0, len(rows), CANCELED_AT_ONCE):
            await self._cancel(rows[start : start + CANCELED_AT_ONCE])

    async def _cancel(self, rows: Sequence[Row]) -> None:
        """Cancel runs, and after them those that they wait for: the other way round they would hear of their end and go on."""
        runs = [run_row(row) for row in rows]
        stopped = await asyncio.gather(*(self._control.cancel(run.id) for run in runs))
        waiting = [run for run, done in zip(runs, stopped, strict=True) if not done]
        while waiting:
            run_ids = [run.id for run in waiting]
            self._queue.discard(run_ids)
            await asyncio.gather(*map(self._cancel_waiting, waiting))
            # Between the two a worker may have taken some, and brought them to a pause.
            self._queue.discard(run_ids)
            await asyncio.gather(*map(self._control.cancel, run_ids))
            unfinished = await self._repository.unfinished(run_ids)
            waiting = [run for run in waiting if run.id in unfinished]
        children = [child for run in runs for child in await self._repository.awaited(run.id)]
        if children:
            await self._cancel(children)

    async def _cancel_waiting(self, run: RunRow) -> None:
        run.status = FlowRunStatus.CANCELED
        if await self._queue.cancel(run.id, to_parent(run, self._server)):
            self._callers.answer(CallerAnswer(run.id, failed=FlowRunStatus.CANCELED))
            announce(self._progress, run_row(await self.row(run.id)))

    async def archive(self, selection: RunSelection) -> None:
        """Take the runs that the selection means out of the list."""
        await self._repository.archive([row[0] for row in await self._repository.select(selection, tuple(FlowRunStatus))])

    async def resume(self, run_id: str, waitpoint_id: str, payload: dict[str, Any], *, older: bool = False) -> bool:
        """Let a paused run go on; ``payload`` is ``{body, headers, queryParams}``. False if it does not wait there (any more).

        ``older``: the id is that of a link of the wire's older form, which need not name a waitpoint (``parents.steps_meant``).
        """
        else_newest = steps_meant(waitpoint_id) if older else None
        return await self._queue.resume(run_id, waitpoint_id, jsons.dumps(payload), else_newest=else_newest)

"""What can be done with runs. Starting and driving happen through the queue; this service reads them and changes their course."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

import orjson

from piecework.engine.timeline import fold
from piecework.server.kernel.clock import now_iso
from piecework.server.kernel.db import Database
from piecework.server.kernel.errors import ApError, ErrorCode
from piecework.server.modules.flows.service import FlowService
from piecework.server.modules.runs._repository import Row, RunRepository, run_row
from piecework.server.modules.runs.announce import announce, announce_queued
from piecework.server.modules.runs.errors import outside_retention, run_not_finished, run_not_found, too_many_intervals
from piecework.server.modules.runs.schemas import (
    MAX_INTERVALS,
    BulkRetryBody,
    CountQuery,
    RetryStrategy,
    RunListQuery,
    RunSelection,
    RunTimeline,
    StatisticsQuery,
    instant_of,
)
from piecework.server.modules.runs.timeline import timeline_of
from piecework.server.modules.runs.views import run_view
from piecework.server.ports.callers import CallerAnswer, Callers
from piecework.server.ports.progress import Progress
from piecework.server.ports.runs import JobKind, RunJournal, RunQueue, RunReader, RunRow, new_run
from piecework.spec import jsons
from piecework.spec.run import UNFINISHED, FlowRunStatus, RunEnvironment

TERMINAL = tuple(status for status in FlowRunStatus if status not in UNFINISHED)
VERSION_CACHE = 512
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
    ) -> None:
        self._repository = RunRepository(database, reader)
        self._queue = queue
        self._journal = journal
        self._flows = flows
        self._control = control
        self._callers = callers
        self._progress = progress
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
        parent_run_id: str | None = None,
        fail_parent_on_failure: bool = False,
        run_id: str | None = None,
    ) -> RunRow:
        """Write a run and its job; both are durable when this returns. ``payload``: the trigger's output as JSON.

        ``run_id``: an id that nobody has yet (see ``exists``); by default a new one.
        """
        run = new_run(project_id, flow_id, flow_version_id, environment)
        run.id = run_id or run.id
        run.triggered_by = triggered_by
        run.step_name_to_test = step_name_to_test
        run.parent_run_id = parent_run_id
        run.fail_parent_on_failure = fail_parent_on_failure
        await self._queue.enqueue(run, JobKind.BEGIN, payload)
        announce_queued(self._progress, run)
        return run

    # Reading

    async def exists(self, run_id: str) -> bool:
        """Whether there is, or was, a run of this id."""
        return await self._repository.get(run_id) is not None

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
        return timeline_of(run, steps, turns, await self._repository.job(run.id) if run.status in UNFINISHED else None)

    async def steps(self, run: RunRow) -> dict[str, Any]:
        """The run log: the folded part and what the journal has on top of it."""
        return (await self._kept(run))[0]

    async def _kept(self, run: RunRow) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The run's steps, and its turns that are over."""
        raw = await self._journal.log(run) if run.logs_file_id else None
        kept: dict[str, Any] = orjson.loads(raw) if raw else {"executionState": {"steps": {}}}
        steps = kept["executionState"]["steps"]
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
        trigger = next((record for record in steps.values() if record.get("type") in ("PIECE_TRIGGER", "EMPTY")), {})
        return await self.start(
            project_id=run.project_id,
            flow_id=run.flow_id,
            flow_version_id=facts.published_version_id or facts.latest_version_id,
            payload=jsons.dumps(trigger.get("output")),
            environment=RunEnvironment(run.environment),
            triggered_by=run.triggered_by,
        )

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
        run_ids = [row[0] for row in await self._repository.select(selection, tuple(UNFINISHED))]
        for start in range(0, len(run_ids), CANCELED_AT_ONCE):
            await self._cancel(run_ids[start : start + CANCELED_AT_ONCE])

    async def _cancel(self, run_ids: Sequence[str]) -> None:
        stopped = await asyncio.gather(*map(self._control.cancel, run_ids))
        waiting = [run_id for run_id, done in zip(run_ids, stopped, strict=True) if not done]
        if not waiting:
            return
        self._queue.discard(waiting)
        for run in await self._repository.cancel(waiting):
            self._callers.answer(CallerAnswer(run.id, failed=run.status))
            announce(self._progress, run)
        # Between the two a worker may have taken some.
        self._queue.discard(waiting)
        await asyncio.gather(*map(self._control.cancel, waiting))

    async def archive(self, selection: RunSelection) -> None:
        """Take the runs that the selection means out of the list."""
        await self._repository.archive([row[0] for row in await self._repository.select(selection, tuple(FlowRunStatus))])

    async def resume(self, run_id: str, waitpoint_id: str | None, payload: dict[str, Any]) -> bool:
        """Let a paused run go on; ``payload`` is ``{body, headers, queryParams}``. False if it does not wait (any more)."""
        return await self._queue.resume(run_id, waitpoint_id, jsons.dumps(payload))

"""Routes under /flow-runs (spec/api.md §4)."""

from typing import Annotated

from fastapi import Query, Response

from piecework.server.kernel.http import CallerOf, EntityId, Page, Provided, Routes, no_content, reply
from piecework.server.modules.runs.schemas import (
    BulkRetryBody,
    CountQuery,
    FlowRunView,
    RetryBody,
    RunListQuery,
    RunSelection,
    RunStatistics,
    RunTimeline,
    StatisticsQuery,
    StatusCounts,
)
from piecework.server.modules.runs.service import RunService

routes = Routes("flow-runs", "/flow-runs")
Runs = Annotated[RunService, Provided(RunService)]
JSON = "application/json; charset=utf-8"


@routes.get("", response_model=Page[FlowRunView], summary="List runs")
async def list_runs(caller: CallerOf, runs: Runs, query: Annotated[RunListQuery, Query()]) -> Response:
    """Returns a project's production runs, newest first, without their steps. Every filter that is given must hold.

    Paused runs say what they wait for (``waitpoints``, an addition to Activepieces' API).
    """
    await caller.enter(query.project_id)
    return Response(await runs.page(query), media_type=JSON)


@routes.get("/count-by-status", response_model=StatusCounts, summary="Count runs by status")
async def count_runs(caller: CallerOf, runs: Runs, query: Annotated[CountQuery, Query()]) -> Response:
    """Returns how many of a project's production runs are in each status."""
    await caller.enter(query.project_id)
    return reply({"data": await runs.count_by_status(query)})


@routes.get("/statistics", response_model=RunStatistics, summary="Count runs over time and by failure")
async def run_statistics(caller: CallerOf, runs: Runs, query: Annotated[StatisticsQuery, Query()]) -> Response:
    """Returns how many of a project's production runs were created in each minute, hour or day, by status, and in which steps they failed.

    An addition to Activepieces' API. Every filter of the list that is given must hold; intervals without runs are left out.
    """
    await caller.enter(query.project_id)
    return reply(await runs.statistics(query))


@routes.post("/retry", response_model=list[FlowRunView], summary="Retry runs")
async def bulk_retry(caller: CallerOf, runs: Runs, request: BulkRetryBody) -> Response:
    """Retries every ended run that the selection means, 10,000 at the most, and returns the runs that will be driven."""
    await caller.enter(request.project_id)
    return reply(await runs.bulk_retry(request))


@routes.post("/cancel", response_class=Response, summary="Cancel runs")
async def cancel_runs(caller: CallerOf, runs: Runs, request: RunSelection) -> Response:
    """Cancels every queued, running or paused run that the selection means; a step that is being executed is stopped."""
    await caller.enter(request.project_id)
    await runs.cancel(request)
    return no_content(200)


@routes.post("/archive", response_class=Response, summary="Archive runs")
async def archive_runs(caller: CallerOf, runs: Runs, request: RunSelection) -> Response:
    """Takes the runs that the selection means out of the list; they can still be read by id."""
    await caller.enter(request.project_id)
    await runs.archive(request)
    return no_content(200)


@routes.get("/{id}", response_model=FlowRunView, summary="Get a run")
async def get_run(caller: CallerOf, runs: Runs, run_id: EntityId) -> Response:
    """Returns a run with the input, output, status and duration of each of its steps."""
    await caller.user()
    row = await runs.row(run_id)
    await caller.enter(row[3])
    return Response(await runs.get(row), media_type=JSON)


@routes.get("/{id}/timeline", response_model=RunTimeline, summary="Get a run's timeline")
async def get_timeline(caller: CallerOf, runs: Runs, run_id: EntityId) -> Response:
    """Returns when a run was queued and taken by a worker, each attempt at each step, its pauses, what it waits for now, and the responses that
    no caller got.

    An addition to Activepieces' API. It lists 2,000 steps at the most.
    """
    await caller.user()
    row = await runs.row(run_id)
    await caller.enter(row[3])
    return reply(await runs.timeline(row))


@routes.post("/{id}/retry", response_model=FlowRunView, summary="Retry a run")
async def retry_run(caller: CallerOf, runs: Runs, run_id: EntityId, request: RetryBody) -> Response:
    """Retries a run that has ended: FROM_FAILED_STEP goes on in the same run, ON_LATEST_VERSION starts a new one with the old trigger's output."""
    await caller.enter(request.project_id)
    row = await runs.row(run_id)
    await caller.enter(row[3])
    return reply(await runs.retry(row, request.strategy))

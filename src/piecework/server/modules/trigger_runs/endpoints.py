"""Routes under /trigger-runs and /triggers."""

from typing import Annotated

from fastapi import Query, Response

from piecework.server.kernel.http import CallerOf, EntityId, Page, Provided, Routes, reply
from piecework.server.modules.trigger_runs.schemas import (
    FailingTriggers,
    FailingTriggersQuery,
    TriggerHealth,
    TriggerRun,
    TriggerRunQuery,
    TriggerStatusReport,
)
from piecework.server.modules.trigger_runs.service import TriggerRunService

routes = Routes("trigger runs")
Runs = Annotated[TriggerRunService, Provided(TriggerRunService)]


@routes.get("/trigger-runs", response_model=Page[TriggerRun], summary="List trigger runs")
async def list_trigger_runs(caller: CallerOf, runs: Runs, query: Annotated[TriggerRunQuery, Query()]) -> Response:
    """Returns the last polls of a flow's trigger, or renewals of its webhook, and attempts to enable it when it did not listen, the newest first;
    of each flow the last 100 are kept (ours).
    """
    await caller.enter(query.project_id)
    return reply(await runs.page(query))


@routes.get("/trigger-runs/status", response_model=TriggerStatusReport, summary="Trigger runs by piece and day")
async def trigger_status(caller: CallerOf, runs: Runs) -> Response:
    """Counts the trigger runs of the platform's last 14 days. For platform administrators."""
    return reply(await runs.report((await caller.admin()).platform_id))


@routes.get("/triggers/failing", response_model=FailingTriggers, summary="List triggers that fail")
async def list_failing_triggers(caller: CallerOf, runs: Runs, query: Annotated[FailingTriggersQuery, Query()]) -> Response:
    """Returns which triggers of a project's enabled flows fail now, since when, and the beginning of the last error; 1,000 at the most (ours).

    Who listens at the socket hears of changes by `TRIGGER_HEALTH_CHANGED`.
    """
    await caller.enter(query.project_id)
    return reply(await runs.failing(query.project_id))


@routes.get("/triggers/{id}/health", response_model=TriggerHealth, summary="How a trigger does")
async def trigger_health(caller: CallerOf, runs: Runs, flow_id: EntityId) -> Response:
    """Returns whether a flow's trigger listens, when it is called next, its last run and its last error (ours)."""
    await caller.principal()  # who is not signed in learns nothing of what there is
    await caller.enter(await runs.project_of(flow_id))
    return reply(await runs.health(flow_id))

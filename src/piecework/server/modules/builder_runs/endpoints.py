"""Routes of the builder's tests. They stand under /sample-data because the result becomes the step's sample (spec/api.md §3.2)."""

from typing import Annotated

from fastapi import Response

from piecework.server.kernel.http import CallerOf, Provided, Routes, reply
from piecework.server.modules.builder_runs.schemas import StepTestBody
from piecework.server.modules.builder_runs.service import BuilderRunService
from piecework.server.modules.runs.schemas import FlowRunView
from piecework.server.modules.runs.views import run_view

routes = Routes("sample data", "/sample-data")
Runs = Annotated[BuilderRunService, Provided(BuilderRunService)]


@routes.post("/test-step", response_model=FlowRunView, summary="Test a step")
async def test_step(caller: CallerOf, runs: Runs, request: StepTestBody) -> Response:
    """Runs one step on the samples of the steps before it, really: what it sends is sent.

    Returns the run at once. How it went is told over socket.io (TEST_STEP_FINISHED) and by GET /flow-runs/:id; when it went well, the
    step's input and output become its sample data.
    """
    user = await caller.enter(request.project_id)
    run = await runs.test_step(request.project_id, request.flow_version_id, request.step_name, user.id)
    return reply({**run_view(run), "steps": {}})

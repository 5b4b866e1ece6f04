"""Routes under /sample-data."""

from typing import Annotated, Any

from fastapi import Query, Response

from piecework.server.kernel.errors import entity_not_found
from piecework.server.kernel.http import CallerOf, Provided, Routes, reply
from piecework.server.modules.flows.service import FlowService
from piecework.server.modules.sample_data.schemas import SampleDataQuery
from piecework.server.modules.sample_data.service import SampleDataService
from piecework.spec.operations import SampleDataType

routes = Routes("sample data", "/sample-data")
Samples = Annotated[SampleDataService, Provided(SampleDataService)]
Flows = Annotated[FlowService, Provided(FlowService)]


@routes.get("", response_model=Any, summary="Get a sample")
async def get_sample(caller: CallerOf, samples: Samples, flows: Flows, query: Annotated[SampleDataQuery, Query()]) -> Response:
    """Returns what a step gave, or was given, when it was tried; an empty object when it was not."""
    await caller.enter(query.project_id)
    version = await flows.require_version(query.flow_id, query.flow_version_id)
    if version.project_id != query.project_id:
        raise entity_not_found("flow", query.flow_id)
    return reply(await samples.get(version, query.step_name, SampleDataType(query.type)))

"""Routes under /flows."""

from typing import Annotated, Any

from fastapi import Body, Path, Query, Response

from piecework.server.kernel.http import CallerOf, EntityId, Page, PageQuery, Principal, Provided, Routes, no_content, reply
from piecework.server.kernel.http.caller import Caller
from piecework.server.kernel.ids import ID_PATTERN
from piecework.server.modules.flows.errors import malformed
from piecework.server.modules.flows.schemas import (
    CreateFlow,
    FlowCountQuery,
    FlowProblems,
    FlowQuery,
    FlowVersionMetadata,
    PopulatedFlow,
    SharedTemplate,
    VersionQuery,
)
from piecework.server.modules.flows.service import FlowProblemService, FlowService
from piecework.spec.operations import OPERATION_SCHEMA, InvalidOperation, parse_operation

routes = Routes("flows", "/flows")
Flows = Annotated[FlowService, Provided(FlowService)]
Problems = Annotated[FlowProblemService, Provided(FlowProblemService)]
FlowId = Annotated[str, Path(alias="flowId", pattern=ID_PATTERN, description="The flow's id.")]

_OPERATION = {"requestBody": {"required": True, "content": {"application/json": {"schema": OPERATION_SCHEMA}}}}


@routes.post("", status_code=201, response_model=PopulatedFlow, summary="Create a flow")
async def create_flow(caller: CallerOf, flows: Flows, request: CreateFlow) -> Response:
    """Adds a flow to a project: without a trigger yet, or with the steps of a template."""
    user = await caller.enter(request.project_id)
    return reply(await flows.create(request, user.id), 201)


@routes.get("", response_model=Page[PopulatedFlow], summary="List flows")
async def list_flows(caller: CallerOf, flows: Flows, query: Annotated[FlowQuery, Query()]) -> Response:
    """Returns the flows of a project: enabled ones first, then the newest edited."""
    await caller.enter(query.project_id)
    return reply(await flows.page(query))


@routes.get("/count", response_model=int, summary="Count flows")
async def count_flows(caller: CallerOf, flows: Flows, query: Annotated[FlowCountQuery, Query()]) -> Response:
    """Returns how many flows a project, or one of its folders, has."""
    await caller.enter(query.project_id)
    return reply(await flows.count(query.project_id, query.folder_id))


@routes.get("/{id}", response_model=PopulatedFlow, summary="Get a flow")
async def get_flow(caller: CallerOf, flows: Flows, flow_id: EntityId, query: Annotated[VersionQuery, Query()]) -> Response:
    """Returns a flow with its latest version, or the one that is asked for."""
    await _enter(caller, flows, flow_id)
    return reply(await flows.get(flow_id, query.version_id))


@routes.post("/{id}", response_model=PopulatedFlow, summary="Change a flow", openapi_extra=_OPERATION)
async def operate(caller: CallerOf, flows: Flows, flow_id: EntityId, body: Annotated[Any, Body()]) -> Response:
    """Applies an operation and returns the flow. A locked version is never changed: the first edit after it makes a draft."""
    try:
        operation = parse_operation(body)
    except InvalidOperation as error:
        raise malformed(error.problems) from error
    user = await _enter(caller, flows, flow_id)
    return reply(await flows.operate(flow_id, operation, user.id))


@routes.delete("/{id}", status_code=204, response_class=Response, summary="Delete a flow")
async def delete_flow(caller: CallerOf, flows: Flows, flow_id: EntityId) -> Response:
    """Deletes a flow with all its versions. Its runs stay."""
    await _enter(caller, flows, flow_id)
    await flows.delete(flow_id)
    return no_content()


@routes.get("/{id}/template", response_model=SharedTemplate, summary="Export a flow")
async def get_template(caller: CallerOf, flows: Flows, flow_id: EntityId, query: Annotated[VersionQuery, Query()]) -> Response:
    """Returns a flow as a template, which any installation can import."""
    user = await _enter(caller, flows, flow_id)
    return reply(await flows.template(flow_id, query.version_id, user))


@routes.get("/{id}/problems", response_model=FlowProblems, summary="List the problems of a flow")
async def list_problems(
    caller: CallerOf, flows: Flows, problems: Problems, flow_id: EntityId, query: Annotated[VersionQuery, Query()]
) -> Response:
    """Returns what keeps a version from being published, and references in it that give nothing. An addition to Activepieces' API."""
    await _enter(caller, flows, flow_id)
    return reply({"data": await problems.of(flow_id, query.version_id)})


@routes.get("/{flowId}/versions", response_model=Page[FlowVersionMetadata], summary="List the versions of a flow")
async def list_versions(caller: CallerOf, flows: Flows, flow_id: FlowId, query: Annotated[PageQuery, Query()]) -> Response:
    """Returns the versions of a flow without their steps, the newest first."""
    user = await _enter(caller, flows, flow_id)
    return reply(await flows.versions(flow_id, user.platform_id, query))


async def _enter(caller: Caller, flows: FlowService, flow_id: str) -> Principal:
    """The calling user, who may work on this flow."""
    await caller.user()
    return await caller.enter((await flows.require(flow_id)).project_id)

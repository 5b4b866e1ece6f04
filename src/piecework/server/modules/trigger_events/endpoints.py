"""Routes under /trigger-events and /test-trigger."""

from typing import Annotated

from fastapi import Query, Response

from piecework.server.kernel.http import CallerOf, EntityId, Page, Provided, Routes, no_content, reply
from piecework.server.modules.trigger_events.schemas import SaveTriggerEvent, TestedFlow, TestTrigger, TriggerEvent, TriggerEventQuery
from piecework.server.modules.trigger_events.service import TriggerEventService, TriggerTestService
from piecework.spec.piece import TriggerTestStrategy

routes = Routes("trigger events")
Events = Annotated[TriggerEventService, Provided(TriggerEventService)]
Tests = Annotated[TriggerTestService, Provided(TriggerTestService)]


@routes.get("/trigger-events", response_model=Page[TriggerEvent], summary="List trigger events")
async def list_events(caller: CallerOf, events: Events, query: Annotated[TriggerEventQuery, Query()]) -> Response:
    """Returns what the present trigger of a flow has received, the newest first."""
    await caller.enter(query.project_id)
    return reply(await events.page(query))


@routes.post("/trigger-events", response_model=TriggerEvent, summary="Make up a trigger event")
async def save_event(caller: CallerOf, events: Events, request: SaveTriggerEvent) -> Response:
    """Keeps an event as if the flow's trigger had received it."""
    await caller.enter(request.project_id)
    return reply(await events.save_mock(request.project_id, request.flow_id, request.mock_data))


@routes.delete("/trigger-events/{id}", response_class=Response, summary="Delete a trigger event")
async def delete_event(caller: CallerOf, events: Events, event_id: EntityId) -> Response:
    """Forgets an event with its payload (ours)."""
    await caller.principal()  # who is not signed in learns nothing of what there is
    await caller.enter(await events.project_of(event_id))
    await events.delete(event_id)
    return no_content()


@routes.post("/test-trigger", response_model=Page[TriggerEvent], summary="Try a trigger")
async def test_trigger(caller: CallerOf, tests: Tests, request: TestTrigger) -> Response:
    """SIMULATION waits for an event and returns none yet; TEST_FUNCTION asks the piece for events and keeps them."""
    await caller.enter(request.project_id)
    simulated = request.test_strategy == TriggerTestStrategy.SIMULATION
    run = tests.simulate if simulated else tests.run_test
    return reply(await run(request.project_id, request.flow_id, request.flow_version_id))


@routes.delete("/test-trigger", response_class=Response, summary="End the trial of a trigger")
async def end_test(caller: CallerOf, tests: Tests, query: Annotated[TestedFlow, Query()]) -> Response:
    """The trigger does not wait for an event any more."""
    await caller.enter(query.project_id)
    await tests.end(query.project_id, query.flow_id)
    return no_content(200)

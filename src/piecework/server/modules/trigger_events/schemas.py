"""What travels about trigger events."""

from typing import Any, Literal

from typing_extensions import TypedDict

from piecework.server.kernel.http import Body, IdText, PageQuery, Query


class TriggerEvent(TypedDict):
    """Something that a trigger received. `sourceName` is `piece@0.1:trigger`."""

    id: str
    created: str
    updated: str
    flowId: str
    projectId: str
    sourceName: str
    fileId: str
    payload: Any


class TriggerEventQuery(PageQuery):
    """Whose events to list."""

    project_id: IdText
    flow_id: IdText


class SaveTriggerEvent(Body):
    """An event that somebody makes up."""

    project_id: IdText
    flow_id: IdText
    mock_data: Any = None


class TestTrigger(Body):
    """How to try a flow's trigger: wait for a real event, or ask the piece for some."""

    project_id: IdText
    flow_id: IdText
    flow_version_id: IdText
    test_strategy: Literal["SIMULATION", "TEST_FUNCTION"]


class TestedFlow(Query):
    """Whose trial is over."""

    project_id: IdText
    flow_id: IdText

"""What `FlowService` tells those who listen to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from piecework.spec.operations import OperationType


@dataclass(frozen=True, slots=True)
class FlowUpdate:
    """The notice that somebody changed a flow. `step_names` are the steps that the operation named."""

    project_id: str
    flow_id: str
    version_id: str
    operation_type: OperationType
    step_names: Sequence[str]


@dataclass(frozen=True, slots=True)
class FlowListed:
    """The notice that a project has a flow that it did not have, or has one no more."""

    project_id: str
    flow_id: str
    created: bool

"""What can be done with flows. `FlowService` is what other modules speak to; the rest of the package are its parts."""

from piecework.server.modules.flows.schemas import FlowFacts, StoredVersion
from piecework.server.modules.flows.service.counts import FlowCounts
from piecework.server.modules.flows.service.flows import FlowService, FlowSettings, MayOwn
from piecework.server.modules.flows.service.notices import FlowListed, FlowUpdate
from piecework.server.modules.flows.service.problems import FlowProblemService

__all__ = [
    "FlowCounts",
    "FlowFacts",
    "FlowListed",
    "FlowProblemService",
    "FlowService",
    "FlowSettings",
    "FlowUpdate",
    "MayOwn",
    "StoredVersion",
]

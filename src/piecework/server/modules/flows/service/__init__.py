"""What can be done with flows. `FlowService` is what other modules speak to; the rest of the package are its parts."""

from piecework.server.modules.flows.schemas import FlowFacts, FlowListed, FlowUpdate, FlowUse, StoredVersion
from piecework.server.modules.flows.service.counts import FlowCounts
from piecework.server.modules.flows.service.directory import FlowDirectory
from piecework.server.modules.flows.service.flows import FlowService, FlowSettings, MayOwn
from piecework.server.modules.flows.service.problems import FlowProblemService
from piecework.server.modules.flows.service.usage import FlowUsage

__all__ = [
    "FlowCounts",
    "FlowDirectory",
    "FlowFacts",
    "FlowListed",
    "FlowProblemService",
    "FlowService",
    "FlowSettings",
    "FlowUpdate",
    "FlowUsage",
    "FlowUse",
    "MayOwn",
    "StoredVersion",
]

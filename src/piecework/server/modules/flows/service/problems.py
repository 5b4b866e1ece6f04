"""What stands against a version: what keeps it from running, and what would run but give nothing."""

from piecework.engine.references import reference_problems
from piecework.engine.tree import step_names
from piecework.runner.catalogue import Catalogue
from piecework.server.kernel.db import Database
from piecework.server.modules.flows.pieces import piece_check
from piecework.server.modules.flows.schemas import FlowProblem, ProblemSeverity
from piecework.server.modules.flows.service.flows import FlowService
from piecework.server.modules.flows.service.obstacles import obstacles
from piecework.spec.shape import Problem


class FlowProblemService:
    """Tells the builder what a flow lacks, before anybody tries to publish it."""

    def __init__(self, database: Database, catalogue: Catalogue, flows: FlowService) -> None:
        self._database = database
        self._check = piece_check(catalogue)
        self._flows = flows

    async def of(self, flow_id: str, version_id: str | None) -> list[FlowProblem]:
        """Returns the problems of a version, the latest one by default, in the order of the steps. Raises ENTITY_NOT_FOUND."""
        latest = (await self._flows.require(flow_id)).latest_version_id
        trigger = (await self._flows.require_version(flow_id, version_id or latest)).trigger
        async with self._database.read() as connection:
            errors = await obstacles(connection, trigger, self._check)
        told = [_told(problem, "ERROR") for problem in errors]
        warnings = dict.fromkeys(reference_problems(trigger))  # a field may refer to the same step twice
        told += [_told(problem, "WARNING") for problem in warnings]
        order = step_names(trigger)
        return sorted(told, key=lambda problem: order.index(problem["step"]))


def _told(problem: Problem, severity: ProblemSeverity) -> FlowProblem:
    return {"step": problem.step or "", "path": problem.path, "message": problem.message, "severity": severity}

"""What keeps a version from running: asked before it is published, and told to the builder before that."""

from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.engine.tree import step_names
from piecework.engine.validation import CheckPiece, version_problems
from piecework.server.modules.flows import _repository
from piecework.server.modules.flows.code import code_problems, code_steps, source_hash
from piecework.spec.flow import Step
from piecework.spec.shape import Problem


async def obstacles(connection: AsyncConnection, trigger: Step, check: CheckPiece) -> list[Problem]:
    """The problems of a tree in the order of its steps: incomplete settings, and code that does not compile."""
    errors = await _repository.find_code_errors(connection, [source_hash(step) for step in code_steps(trigger)])
    problems = [*version_problems(trigger, check), *code_problems(trigger, errors)]
    order = step_names(trigger)
    return sorted(problems, key=lambda problem: order.index(problem.step or ""))

"""CODE: a function written in the builder (spec/flow-json.md §3, spec/engine.md §7)."""

from collections.abc import Iterator
from typing import Final

from piecework.engine.steps import failure_branches
from piecework.engine.steps.kind import COMMON_SETTINGS, ERROR_HANDLING, StepKind, step_shape
from piecework.spec.flow import ActionType, Step
from piecework.spec.shape import Problem, members, record, string


def _obstacles(step: Step) -> Iterator[Problem]:
    if not step["settings"]["sourceCode"]["code"].strip():
        yield Problem("settings.sourceCode.code", "The code is empty")


CODE: Final = StepKind(
    type=ActionType.CODE,
    shape=step_shape(
        members(
            **COMMON_SETTINGS,
            sourceCode=members(code=string, packageJson=string),
            input=record,
            errorHandlingOptions=ERROR_HANDLING,
        ),
        continueOnFailureBranches=failure_branches.SHAPE,
    ),
    child_slots=failure_branches.failure_slots,
    child_fields=(failure_branches.FIELD,),
    obstacles=_obstacles,
)

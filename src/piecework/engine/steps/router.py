"""ROUTER: runs the children of the branches whose conditions hold (spec/flow-json.md §4, spec/engine.md §4).

``children`` is parallel to ``settings.branches``: child i is the first step of branch i, or null.
Piecework's addition: ``settings.parallel``, the matching branches run at the same time (docs/decisions/0014).
"""

from collections.abc import Iterator
from typing import Any, Final

from piecework.engine.steps.kind import COMMON_SETTINGS, Slot, StepKind, step_shape
from piecework.spec.flow import SINGLE_VALUE_OPERATORS, ActionType, BranchOperator, BranchType, RouterExecutionType, Step, StepLocation
from piecework.spec.shape import (
    Check,
    Problem,
    array,
    boolean,
    both,
    choice,
    described,
    join,
    members,
    nullable,
    optional,
    record,
    string,
    text,
)

CONDITIONS: Final[Check] = array(
    array(
        members(
            firstValue=string,
            operator=optional(choice(BranchOperator)),
            secondValue=optional(string),
            caseSensitive=optional(boolean),
        )
    )
)
"""Conditions of a branch: a list (OR) of lists (AND) of conditions."""


_BRANCH: Final = members(branchName=text, branchType=choice(BranchType))


@described(_BRANCH.schema)
def _branch(value: Any, path: str) -> Iterator[Problem]:
    yield from _BRANCH(value, path)
    if isinstance(value, dict) and value.get("branchType") == BranchType.CONDITION:
        yield from members(conditions=CONDITIONS)(value, path)


@described({})
def _parallel(step: Any, path: str) -> Iterator[Problem]:
    """No child may hang where there is no branch; missing and surplus nulls are repaired by ``_fit``."""
    if not isinstance(step, dict) or not isinstance(step.get("children"), list) or not isinstance(step.get("settings"), dict):
        return
    branches = step["settings"].get("branches")
    for index, child in enumerate(step["children"]):
        if child is not None and isinstance(branches, list) and index >= len(branches):
            yield Problem(join(path, f"children.{index}"), f"There is no branch {index}: the router has {len(branches)}")


def _fit(step: Step) -> Step:
    count = len(step["settings"]["branches"])
    children: list[Any] = step.get("children") or []
    if len(children) == count and "children" in step:
        return step
    return {**step, "children": children[:count] + [None] * (count - len(children))}


def _slots(step: Step) -> tuple[Slot, ...]:
    children = step.get("children")
    count = len(children) if isinstance(children, list) else 0
    return tuple(Slot(("children", index), StepLocation.INSIDE_BRANCH, index) for index in range(count))


def _obstacles(step: Step) -> Iterator[Problem]:
    branches: list[dict[str, Any]] = step["settings"]["branches"]
    if not branches:
        yield Problem("settings.branches", "The router has no branches")
    for index, branch in enumerate(branches):
        for row, group in enumerate(branch.get("conditions") or ()):
            for column, condition in enumerate(group):
                yield from _condition_obstacles(condition, f"settings.branches.{index}.conditions.{row}.{column}")


def _condition_obstacles(condition: dict[str, Any], path: str) -> Iterator[Problem]:
    operator = condition.get("operator")
    if not operator:
        yield Problem(join(path, "operator"), "No operator is chosen")
    if not condition["firstValue"]:
        yield Problem(join(path, "firstValue"), "The value is empty")
    if operator and operator not in SINGLE_VALUE_OPERATORS and not condition.get("secondValue"):
        yield Problem(join(path, "secondValue"), "The value is empty")


ROUTER: Final = StepKind(
    type=ActionType.ROUTER,
    shape=both(
        step_shape(
            members(**COMMON_SETTINGS, branches=array(_branch), executionType=choice(RouterExecutionType), parallel=optional(boolean)),
            children=optional(nullable(array(nullable(record)))),
        ),
        _parallel,
    ),
    child_slots=_slots,
    child_fields=("children",),
    fit=_fit,
    obstacles=_obstacles,
)

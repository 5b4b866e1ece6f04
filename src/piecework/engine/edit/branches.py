"""Operations on a router's branches. The FALLBACK branch stays where it is: behind all others."""

from collections.abc import Callable
from typing import Any

from piecework.engine.edit.copies import copied
from piecework.engine.edit.version import EditContext, OperationError, step_location
from piecework.engine.steps import kind_of
from piecework.engine.steps.router import CONDITIONS, ROUTER
from piecework.engine.tree import step_names
from piecework.spec.flow import BranchOperator, BranchType, InvalidFlow, Step

Request = dict[str, Any]
Branches = list[dict[str, Any]]
Children = list[Step | None]


def add_branch(trigger: Step, request: Request, context: EditContext) -> Step:
    """A CONDITION branch without steps; without conditions it gets one that is empty."""
    conditions: Any = request.get("conditions", [[_empty_condition()]])
    if problems := list(CONDITIONS(conditions, "request.conditions")):
        raise InvalidFlow(problems)
    branch = {"branchName": request["branchName"], "branchType": BranchType.CONDITION, "conditions": conditions}

    def add(branches: Branches, children: Children) -> None:
        index: int = request["branchIndex"]
        last = _fallback_index(branches)
        if not 0 <= index <= (len(branches) if last is None else last):
            raise OperationError(f"A branch cannot be added at {index}: the router has {len(branches)}, its fallback stays last")
        branches.insert(index, branch)
        children.insert(index, None)

    return _edit_router(trigger, request["stepName"], add)


def delete_branch(trigger: Step, request: Request, context: EditContext) -> Step:
    """A branch removed with its steps."""

    def delete(branches: Branches, children: Children) -> None:
        index = _condition_index(branches, request["branchIndex"])
        del branches[index]
        del children[index]

    return _edit_router(trigger, request["stepName"], delete)


def duplicate_branch(trigger: Step, request: Request, context: EditContext) -> Step:
    """A copy of a branch and of its steps, right behind it, called "… Copy" (recorded)."""
    taken = step_names(trigger)

    def duplicate(branches: Branches, children: Children) -> None:
        index = _condition_index(branches, request["branchIndex"])
        child = children[index]
        branches.insert(index + 1, {**branches[index], "branchName": f"{branches[index]['branchName']} Copy"})
        children.insert(index + 1, child and copied(child, taken=taken, now=context.now))

    return _edit_router(trigger, request["stepName"], duplicate)


def move_branch(trigger: Step, request: Request, context: EditContext) -> Step:
    """A branch moved with its steps; those between its old and new place close up."""

    def move(branches: Branches, children: Children) -> None:
        source = _condition_index(branches, request["sourceBranchIndex"])
        target = _condition_index(branches, request["targetBranchIndex"])
        branches.insert(target, branches.pop(source))
        children.insert(target, children.pop(source))

    return _edit_router(trigger, request["stepName"], move)


def _edit_router(trigger: Step, name: str, edit: Callable[[Branches, Children], None]) -> Step:
    """The tree with a router's branches and children edited, as lists that are ours to change."""
    location = step_location(trigger, name)
    router = location.step
    if kind_of(router) is not ROUTER:
        raise OperationError(f"Step {name} ({router['type']}) is not a router")
    branches, children = list(router["settings"]["branches"]), list(router["children"])
    edit(branches, children)
    return location.replaced({**router, "settings": {**router["settings"], "branches": branches}, "children": children})


def _condition_index(branches: Branches, index: int) -> int:
    """The index of a branch that may be moved, copied or deleted. Raises OperationError for others."""
    if not 0 <= index < len(branches):
        raise OperationError(f"There is no branch {index}: the router has {len(branches)}")
    if branches[index]["branchType"] == BranchType.FALLBACK:
        raise OperationError(f"Branch {index} is the fallback: it can be neither moved nor copied nor deleted")
    return index


def _fallback_index(branches: Branches) -> int | None:
    return next((index for index, branch in enumerate(branches) if branch["branchType"] == BranchType.FALLBACK), None)


def _empty_condition() -> dict[str, Any]:
    return {"operator": BranchOperator.TEXT_CONTAINS, "firstValue": "", "secondValue": "", "caseSensitive": False}

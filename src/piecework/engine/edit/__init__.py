"""Applies flow operations to a version: pure functions, a new version out (spec/api.md §3.1, docs/decisions/0004-flow-operations.md)."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from piecework.engine.edit.branches import add_branch, delete_branch, duplicate_branch, move_branch
from piecework.engine.edit.imports import import_flow
from piecework.engine.edit.notes import add_note, delete_note, update_note
from piecework.engine.edit.steps import (
    add_action,
    delete_actions,
    duplicate_action,
    move_action,
    skip_actions,
    update_action,
    update_sample_data,
    update_trigger,
)
from piecework.engine.edit.version import EditContext, Note, OperationError, Version
from piecework.engine.validation import CheckPiece, depth_problem, recompute_valid
from piecework.spec.flow import Step
from piecework.spec.operations import Operation, OperationType

__all__ = ["EditContext", "Note", "OperationError", "Version", "apply", "import_flow"]

_TREE_EDITS: Final[Mapping[OperationType, Callable[[Step, dict[str, Any], EditContext], Step]]] = {
    OperationType.UPDATE_TRIGGER: update_trigger,
    OperationType.ADD_ACTION: add_action,
    OperationType.UPDATE_ACTION: update_action,
    OperationType.DELETE_ACTION: delete_actions,
    OperationType.MOVE_ACTION: move_action,
    OperationType.DUPLICATE_ACTION: duplicate_action,
    OperationType.ADD_BRANCH: add_branch,
    OperationType.DELETE_BRANCH: delete_branch,
    OperationType.DUPLICATE_BRANCH: duplicate_branch,
    OperationType.MOVE_BRANCH: move_branch,
    OperationType.SET_SKIP_ACTION: skip_actions,
    OperationType.UPDATE_SAMPLE_DATA_INFO: update_sample_data,
}

_NOTE_EDITS: Final[Mapping[OperationType, Callable[[tuple[Note, ...], dict[str, Any], EditContext], tuple[Note, ...]]]] = {
    OperationType.ADD_NOTE: add_note,
    OperationType.UPDATE_NOTE: update_note,
    OperationType.DELETE_NOTE: delete_note,
}


def apply(
    version: Version, operation: Operation, *, now: str, user_id: str | None = None, check_piece: CheckPiece | None = None
) -> Version:
    """The version after an operation on it (``operation.edits_version``), with every step's ``valid`` computed anew.

    ``now`` (ISO-8601 UTC) dates the steps and notes that the operation touches, ``user_id`` owns new notes, ``check_piece`` judges piece
    steps (see ``validation.step_problems``).

    Raises OperationError if the operation does not fit the flow, InvalidFlow (paths from the request body: ``request.action.settings…``)
    if a step that it carries is malformed.
    """
    context = EditContext(now, user_id, check_piece)
    request = operation.request
    match operation.type:
        case OperationType.CHANGE_NAME:
            return Version(request["displayName"], version.trigger, version.notes)
        case OperationType.IMPORT_FLOW:
            imported = import_flow(request, context)
            return Version(imported.display_name, recompute_valid(imported.trigger, check_piece), imported.notes)
        case kind if kind in _NOTE_EDITS:
            return Version(version.display_name, version.trigger, _NOTE_EDITS[kind](version.notes, request, context))
        case kind if kind in _TREE_EDITS:
            trigger = recompute_valid(_TREE_EDITS[kind](version.trigger, request, context), check_piece)
            if problem := depth_problem(trigger):
                raise OperationError(problem)
            return Version(version.display_name, trigger, version.notes)
        case kind:
            raise ValueError(f"{kind} is applied to the flow, not to a version")

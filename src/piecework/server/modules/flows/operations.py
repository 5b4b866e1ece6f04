"""Flow operations as the service applies them: errors as they travel, samples as edits, and what an operation is about."""

from typing import Any

from piecework.engine.edit import EditContext, OperationError, Version, apply
from piecework.engine.tree import locate
from piecework.server.modules.flows.errors import malformed, operation_invalid
from piecework.server.modules.flows.rows import SAMPLE_FILES
from piecework.server.modules.flows.schemas import StoredVersion
from piecework.spec.flow import InvalidFlow
from piecework.spec.operations import Operation, OperationType

COLUMN_OPERATIONS = {
    OperationType.CHANGE_FOLDER: ("folderId", "folderId"),
    OperationType.UPDATE_METADATA: ("metadata", "metadata"),
    OperationType.UPDATE_OWNER: ("ownerId", "ownerId"),
    OperationType.UPDATE_MINUTES_SAVED: ("timeSavedPerRun", "timeSavedPerRun"),
}
"""Operations that set one column of the flow to one field of the request."""


def applied(version: Version, operation: Operation, context: EditContext) -> Version:
    try:
        return apply(version, operation, now=context.now, user_id=context.user_id, check_piece=context.check_piece)
    except OperationError as error:
        raise operation_invalid(error.message) from error
    except InvalidFlow as error:
        raise malformed(error.problems) from error


def with_sample(version: Version, step_name: str, field: str, file_id: str, context: EditContext) -> Version:
    location = locate(version.trigger, step_name)
    there = (location.step["settings"].get("sampleData") or {}) if location else {}
    files = {name: value for name, value in there.items() if name in SAMPLE_FILES} | {field: file_id}
    request = {"stepName": step_name, "sampleDataSettings": files}
    return applied(version, Operation(OperationType.UPDATE_SAMPLE_DATA_INFO, request), context)


def sample_of(version: StoredVersion, step_name: str) -> dict[str, Any]:
    """The `sampleData` of a step: its files, by field. Empty when the step has none or is not there."""
    location = locate(version.trigger, step_name)
    return (location.step["settings"].get("sampleData") or {}) if location else {}


def named_steps(operation: Operation) -> list[str]:
    """The steps that an operation names as changed; none for one that concerns the whole flow."""
    request = operation.request
    match operation.type:
        case OperationType.ADD_ACTION:
            return [request["action"]["name"]]
        case OperationType.UPDATE_TRIGGER | OperationType.UPDATE_ACTION | OperationType.MOVE_ACTION:
            return [request["name"]]
        case OperationType.DELETE_ACTION | OperationType.SET_SKIP_ACTION:
            return list(request["names"])
        case _:
            return [request["stepName"]] if "stepName" in request else []

"""What can be wrong with an operation on a flow."""

from collections.abc import Sequence

from fastapi.exceptions import RequestValidationError

from piecework.server.kernel.errors import ApError, ErrorCode
from piecework.spec.shape import Problem


def operation_invalid(message: str) -> ApError:
    """The 400 for an operation that does not fit the flow."""
    return ApError(ErrorCode.FLOW_OPERATION_INVALID, {"message": message})


def not_publishable(problems: Sequence[Problem]) -> ApError:
    """The 400 for a version that could not run; `problems` names each step and what it lacks."""
    message = "; ".join(f"Step {problem.step}: {problem.message}" for problem in problems)
    told = [{"step": problem.step, "path": problem.path, "message": problem.message} for problem in problems]
    return ApError(ErrorCode.FLOW_OPERATION_INVALID, {"message": message, "problems": told})


def no_trigger() -> ApError:
    """The 404 for a flow whose trigger nobody has chosen yet (recordings/flow-operations.json)."""
    params = {"entityType": "piece_trigger", "message": "Trigger not found for piece undefined@undefined", "extra": {}}
    return ApError(ErrorCode.ENTITY_NOT_FOUND, params)


def trigger_not_switched(flow_id: str, version_id: str, reason: str) -> ApError:
    """The 400 for a trigger that could not be enabled or disabled."""
    params = {"flowId": flow_id, "flowVersionId": version_id, "standardOutput": "", "standardError": reason}
    return ApError(ErrorCode.TRIGGER_UPDATE_STATUS, params)


def in_progress() -> ApError:
    """The 409 for a flow that somebody else changed between the check of an operation and its end."""
    return ApError(ErrorCode.FLOW_OPERATION_IN_PROGRESS, {"message": "The flow was changed meanwhile, try again"})


def malformed(problems: Sequence[Problem]) -> RequestValidationError:
    """The 400 for a body whose fields are wrong; paths start at the body (`request.action.settings`)."""
    return RequestValidationError(
        [
            {"type": "value_error", "loc": ("body", *problem.path.split(".")), "ctx": {"error": problem.message}}
            if problem.path
            else {"type": "value_error", "loc": ("body",), "ctx": {"error": problem.message}}
            for problem in problems
        ]
    )

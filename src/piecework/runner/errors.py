"""What a failed step's record says (spec/engine.md §3, recordings/flow-runs.json)."""

import json

from piecework.engine.events import StepFailed
from piecework.sandbox.errors import SandboxError
from piecework.sdk.errors import CallFailed, HttpFailed, InvalidInput, PieceError

RAW_LIMIT = 16_000
"""Characters that a step's error record keeps (spec/engine.md §3)."""


class PieceMissing(PieceError):
    """A step names a piece, an action or a version that is not installed here."""


class ConnectionMissing(PieceError):
    """A step names a connection that the project does not have."""


def failure(error: BaseException, at: float, duration: float) -> StepFailed:
    """The event that reports an error; times in milliseconds."""
    invalid = tuple(problem.property for problem in error.problems) if isinstance(error, InvalidInput) else ()
    logs = getattr(error, "stdout", "") if isinstance(error, SandboxError) else ""
    return StepFailed(
        error_message(error), at, duration, logs=logs, kind=type(error).__name__, invalid=invalid, anew=isinstance(error, CallFailed)
    )


def error_message(error: BaseException) -> str:
    """The text of the step's errorMessage: for code the stack, for pieces what they say, never a Python traceback of ours."""
    match error:
        case SandboxError():
            text = error.stack or error.message
        case HttpFailed():
            text = json.dumps(error.detail, indent=2, ensure_ascii=False, default=str)
        case InvalidInput():
            text = json.dumps(error.as_wire(), indent=2, ensure_ascii=False)
        case PieceError():
            text = str(error)
        case _:
            text = f"{type(error).__name__}: {error}"
    return text[:RAW_LIMIT]

"""What a failed step's record says (spec/engine.md §3, recordings/flow-runs.json)."""

import json

from piecework.engine.events import StepFailed
from piecework.sandbox.errors import SandboxError
from piecework.sdk.errors import CallFailed, HttpFailed, InvalidInput, PieceError

RAW_LIMIT = 16_000
"""Characters that a step's error record keeps (spec/engine.md §3)."""


class PieceMissing(PieceError):
    """A step names a piece, an action or a version that is not installed here."""


class ConnectionProblem(PieceError):
    """A step names a connection that cannot be used. The message names it and says what to do."""


class ConnectionMissing(ConnectionProblem):
    """The project does not have it."""

    def __init__(self, external_id: str) -> None:
        super().__init__(f"The connection {external_id!r} does not exist in this project")


class ConnectionExpired(ConnectionProblem):
    """The service does not accept it any more, or an import still waits for it to be filled in: somebody must connect it."""

    def __init__(self, external_id: str, reason: str = "") -> None:
        super().__init__(f"The connection {external_id!r} has expired or was revoked{f' ({reason})' if reason else ''}: reconnect it")


class ConnectionNotForPiece(ConnectionProblem):
    """It was made for another piece, and AP_ENFORCE_CONNECTION_PIECE_BINDING keeps it there."""

    def __init__(self, external_id: str, piece: str) -> None:
        super().__init__(f"The connection {external_id!r} was made for {piece} and may not be used by another piece")


class ConnectionUnavailable(ConnectionProblem):
    """Its token has run out and the service could not be asked for another one just now; trying again may help."""


class VariableMissing(PieceError):
    """A step names a variable that the project does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The variable {name!r} does not exist in this project")


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

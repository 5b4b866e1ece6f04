"""What a failed step's record says: ``errorMessage``, the text that 0.83 keeps, and ``error``, its parts (spec/engine.md §3).

Secrets that the run was given never stand in either, nor do the headers in which servers and clients carry theirs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from piecework.engine.error_record import ErrorRecord, plain_error
from piecework.engine.events import StepFailed
from piecework.engine.expressions.tokens import REDACTED
from piecework.runner.http import redacted
from piecework.sandbox.errors import MemoryLimitExceeded, SandboxError
from piecework.sdk.errors import CallFailed, HttpFailed, InvalidInput, PieceError
from piecework.spec import jsons
from piecework.spec.run import FlowRunStatus

RAW_LIMIT = 16_000
"""Characters that a step's error record keeps of a text (spec/engine.md §3)."""

Scrub = Callable[[str], str]

_SECRET_HEADER = re.compile(r"auth|cookie|token|secret|api-?key|password|signature", re.IGNORECASE)
_SENTENCES = ("message", "error_description", "detail", "title", "error", "errors")
"""Where services put the sentence that says what is wrong."""


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


def failure(error: BaseException, at: float, duration: float, scrub: Scrub = str) -> StepFailed:
    """The event that reports an error; times in milliseconds. ``scrub`` takes out of a text what nobody may read (``Secrets.scrub_text``).

    Code that outgrows its memory ends the run, whatever the step's settings say: on the wire its process is gone (spec/engine.md §8).
    """
    invalid = tuple(problem.property for problem in error.problems) if isinstance(error, InvalidInput) else ()
    logs = getattr(error, "stdout", "") if isinstance(error, SandboxError) else ""
    message = scrub(error_message(error))[:RAW_LIMIT]
    out_of_memory = isinstance(error, MemoryLimitExceeded)
    return StepFailed(
        message,
        at,
        duration,
        final=out_of_memory,
        logs=logs,
        kind=type(error).__name__,
        invalid=invalid,
        anew=isinstance(error, CallFailed),
        error=error_record(error, message, scrub),
        ends=FlowRunStatus.MEMORY_LIMIT_EXCEEDED if out_of_memory else FlowRunStatus.FAILED,
    )


def error_message(error: BaseException) -> str:
    """The text of the step's errorMessage: for code the stack, for pieces what they say, never a Python traceback of ours."""
    match error:
        case SandboxError():
            return error.stack or error.message
        case HttpFailed():
            return json.dumps(error.detail, indent=2, ensure_ascii=False, default=str)
        case InvalidInput():
            return json.dumps(error.as_wire(), indent=2, ensure_ascii=False)
        case PieceError():
            return str(error)
        case _:
            return f"{type(error).__name__}: {error}"


def error_record(error: BaseException, raw: str, scrub: Scrub = str) -> ErrorRecord:
    """An error's parts, without what ``scrub`` takes out. They are taken out before anything is cut: half a secret would not be found.

    ``raw``: its whole text, of which that is true already.
    """
    name = error.name if isinstance(error, SandboxError) else type(error).__name__
    record = plain_error(scrub(_sentence(error) or name)[:RAW_LIMIT], name)
    if isinstance(error, HttpFailed):
        record |= _call(error, scrub)
    if isinstance(error, InvalidInput):
        record["problems"] = [{"property": problem.property, "message": scrub(problem.message)} for problem in error.problems]
    return record if raw == record["message"] else record | {"raw": raw}


def _sentence(error: BaseException) -> str:
    if isinstance(error, HttpFailed):
        return _told(error.response_body) or f"The server answered {error.status}"
    return error.message if isinstance(error, SandboxError) else str(error)


def _call(error: HttpFailed, scrub: Scrub) -> ErrorRecord:
    parts = {
        "status": error.status,
        "apiMessage": scrub(_told(error.response_body))[:RAW_LIMIT] or None,
        "requestUrl": scrub(redacted(error.url)) if error.url else None,
        "requestMethod": error.method,
        "requestBody": _bounded(error.request_body, scrub),
        "responseBody": _bounded(error.response_body, scrub),
        "responseHeaders": _harmless(error.response_headers, scrub) if error.response_headers is not None else None,
    }
    return {name: value for name, value in parts.items() if value is not None}


def _told(body: Any) -> str:
    """The sentence in a server's answer, where it has one of the usual names."""
    if isinstance(body, str):
        return body.strip() if not body.lstrip().startswith("<") else ""
    if isinstance(body, list) and body:
        return _told(body[0])
    if isinstance(body, Mapping):
        return next((told for name in _SENTENCES if (told := _told(body.get(name)))), "")
    return ""


def _bounded(value: Any, scrub: Scrub) -> Any:
    """A value, or the beginning of its JSON where that is long."""
    if isinstance(value, str):
        return scrub(value)[:RAW_LIMIT]
    text = scrub(jsons.dumps_lenient(value).decode())
    return jsons.loads(text) if len(text) <= RAW_LIMIT else f"{text[:RAW_LIMIT]}…"


def _harmless(headers: Mapping[str, str], scrub: Scrub) -> dict[str, str]:
    return {name: REDACTED if _SECRET_HEADER.search(name) else scrub(value) for name, value in headers.items()}

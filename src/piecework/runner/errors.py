"""What a failed step's record says: ``errorMessage``, the text that 0.83 keeps, and ``error``, its parts (spec/engine.md §3).

Secrets that the run was given never stand in either, nor do the headers in which servers and clients carry theirs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from piecework.engine.error_record import ErrorRecord, plain_error
from piecework.engine.events import StepFailed
from piecework.runner.http import redacted
from piecework.sandbox.errors import MemoryLimitExceeded, SandboxError
from piecework.sdk.errors import HttpFailed, InvalidInput, PieceError
from piecework.spec import jsons
from piecework.spec.run import FlowRunStatus

RAW_LIMIT = 16_000
"""Characters that a step's error record keeps of a text (spec/engine.md §3)."""

REDACTED = "**REDACTED**"
SHORTEST_SECRET = 4
"""Shorter values are no secrets, and replacing them would make the rest unreadable."""

_SECRET_HEADER = re.compile(r"auth|cookie|token|secret|api-?key|password|signature", re.IGNORECASE)
_SENTENCES = ("message", "error_description", "detail", "title", "error", "errors")
"""Where services put the sentence that says what is wrong."""


class PieceMissing(PieceError):
    """A step names a piece, an action or a version that is not installed here."""


class ConnectionMissing(PieceError):
    """A step names a connection that the project does not have."""


def failure(error: BaseException, at: float, duration: float, secrets: Iterable[str] = ()) -> StepFailed:
    """The event that reports an error; times in milliseconds. ``secrets``: texts that the step was given and nobody may read.

    Code that outgrows its memory ends the run, whatever the step's settings say: on the wire its process is gone (spec/engine.md §8).
    """
    invalid = tuple(problem.property for problem in error.problems) if isinstance(error, InvalidInput) else ()
    logs = getattr(error, "stdout", "") if isinstance(error, SandboxError) else ""
    hidden = _hidden(secrets)
    message = _without(hidden, error_message(error))[:RAW_LIMIT]
    out_of_memory = isinstance(error, MemoryLimitExceeded)
    return StepFailed(
        message,
        at,
        duration,
        final=out_of_memory,
        logs=logs,
        kind=type(error).__name__,
        invalid=invalid,
        error=error_record(error, hidden),
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


def error_record(error: BaseException, hidden: Sequence[str] = ()) -> ErrorRecord:
    """An error's parts, without the texts in ``hidden``. They are taken out before anything is cut: half a secret would not be found."""
    name = error.name if isinstance(error, SandboxError) else type(error).__name__
    record = plain_error(_without(hidden, _sentence(error) or name)[:RAW_LIMIT], name)
    if isinstance(error, HttpFailed):
        record |= _call(error, hidden)
    if isinstance(error, InvalidInput):
        record["problems"] = [{"property": problem.property, "message": _without(hidden, problem.message)} for problem in error.problems]
    raw = _without(hidden, error_message(error))[:RAW_LIMIT]
    return record if raw == record["message"] else record | {"raw": raw}


def _sentence(error: BaseException) -> str:
    if isinstance(error, HttpFailed):
        return _told(error.response_body) or f"The server answered {error.status}"
    return error.message if isinstance(error, SandboxError) else str(error)


def _call(error: HttpFailed, hidden: Sequence[str]) -> ErrorRecord:
    parts = {
        "status": error.status,
        "apiMessage": _without(hidden, _told(error.response_body))[:RAW_LIMIT] or None,
        "requestUrl": _without(hidden, redacted(error.url)) if error.url else None,
        "requestMethod": error.method,
        "requestBody": _bounded(error.request_body, hidden),
        "responseBody": _bounded(error.response_body, hidden),
        "responseHeaders": _harmless(error.response_headers, hidden) if error.response_headers is not None else None,
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


def _bounded(value: Any, hidden: Sequence[str]) -> Any:
    """A value, or the beginning of its JSON where that is long."""
    if isinstance(value, str):
        return _without(hidden, value)[:RAW_LIMIT]
    text = _without(hidden, jsons.dumps_lenient(value).decode())
    return jsons.loads(text) if len(text) <= RAW_LIMIT else f"{text[:RAW_LIMIT]}…"


def _harmless(headers: Mapping[str, str], hidden: Sequence[str]) -> dict[str, str]:
    return {name: REDACTED if _SECRET_HEADER.search(name) else _without(hidden, value) for name, value in headers.items()}


def texts_in(value: Any) -> Iterator[str]:
    """All texts in a JSON value, such as a connection's: each may be a secret."""
    unvisited = [value]
    while unvisited:
        item = unvisited.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, Mapping):
            unvisited.extend(item.values())
        elif isinstance(item, list):
            unvisited.extend(item)


def _hidden(secrets: Iterable[str]) -> list[str]:
    """The forms in which secrets may stand in a text, longest first: as they are, inside JSON, inside a URL."""
    forms: set[str] = set()
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            forms |= {secret, json.dumps(secret, ensure_ascii=False)[1:-1], json.dumps(secret)[1:-1], quote(secret, safe="")}
    return sorted(forms, key=len, reverse=True)


def _without(hidden: Iterable[str], text: str) -> str:
    for secret in hidden:
        text = text.replace(secret, REDACTED)
    return text

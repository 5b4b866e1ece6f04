"""What a caller of a flow gets over HTTP, and how a flow's own response becomes that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from piecework.server.ports.callers import CallerAnswer
from piecework.spec import jsons

JSON_TYPE = b"application/json; charset=utf-8"
FORBIDDEN_HEADERS = frozenset({"content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "date", "server"})
"""Headers that a flow's response cannot set: they belong to the connection."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller gets. ``body`` is any JSON value, text or bytes; None: no body."""

    status: int
    body: Any = None
    headers: Mapping[str, str] | None = None


NO_RESPONSE = Answer(204)
TIMED_OUT = Answer(408, {})


def answer_of(answer: CallerAnswer | None) -> Answer:
    """What a run had to say to its waiting caller; None: nothing in time."""
    if answer is None:
        return TIMED_OUT
    if answer.failed is not None:
        message = "The flow has failed and there is no response returned"
        return Answer(500, {"message": message, "runId": answer.run_id, "status": answer.failed})
    if answer.status is None:
        return NO_RESPONSE
    return Answer(answer.status, answer.body, answer.headers)


def outcome_of(answer: CallerAnswer | None) -> str:
    """In a word what ``answer_of`` makes of it, for those who count."""
    if answer is None:
        return "timed_out"
    if answer.failed is not None:
        return "failed"
    return "no_response" if answer.status is None else "answered"


def content_of(value: Any) -> tuple[bytes, bytes]:
    """An answer's body as bytes, and their content type (empty: none)."""
    if value is None:
        return b"", b""
    if isinstance(value, bytes):
        return value, b"application/octet-stream"
    if isinstance(value, str):
        return value.encode(errors="replace"), b"text/plain; charset=utf-8"
    return jsons.dumps_lenient(value), JSON_TYPE


def flow_headers(headers: Mapping[str, Any]) -> list[tuple[bytes, bytes]]:
    """The flow's own headers, without what belongs to the connection and without characters that no header may have."""
    pairs: list[tuple[bytes, bytes]] = []
    for name, value in headers.items():
        key, text = str(name).strip().lower(), str(value)
        if key.isascii() and key.replace("-", "").replace("_", "").isalnum() and key not in FORBIDDEN_HEADERS:
            pairs.append((key.encode(), "".join(text.splitlines()).encode("latin-1", errors="replace")))
    return pairs

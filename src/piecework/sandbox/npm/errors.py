"""What can go wrong with a piece from npm, beside what can go wrong in any sandbox (``sandbox/errors.py``)."""

from __future__ import annotations

from typing import Any


class PieceThrew(Exception):
    """The piece's own code failed. ``name`` is the error's class in JavaScript; ``detail`` is ``{"response": {"status", "body"?}, "request":
    {"body"?}}`` where an HTTP call failed, else None."""

    def __init__(self, message: str, *, name: str = "Error", detail: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.name = name
        self.detail = detail


class InstallFailed(Exception):
    """A package cannot be used here; the message says why, and names no registry. ``final``: the same archive will never do, so that
    trying it again is of no use."""

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final

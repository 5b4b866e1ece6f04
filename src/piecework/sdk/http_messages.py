"""What goes to and comes from a service: files of a form, answers, and calls without one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class HttpResponse(Protocol):
    """An answer. ``headers`` has lower-case names; ``json()`` raises ValueError if the body is not JSON."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def content(self) -> bytes: ...
    @property
    def text(self) -> str: ...
    def json(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """One file of a multipart form."""

    field: str
    filename: str
    data: bytes
    content_type: str = "application/octet-stream"


class HttpError(Exception):
    """The call got no answer: refused address, connection, time-out, answer too large. ``reason`` is a short machine word."""

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason

"""Errors of pieces: typed, with machine-readable fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PropertyProblem:
    """What is wrong with one property's value. ``property`` is a path such as ``fields.status`` or ``files.0.file``."""

    property: str
    message: str


class PieceError(Exception):
    """Something a piece refuses or cannot do. The message is meant for the author of the flow."""


class CallFailed(PieceError):
    """What a resumed step waited for has failed. If the step is tried again, it begins from the start instead of being resumed."""


class InvalidInput(PieceError):
    """A step's input does not fit the properties of its action or trigger (spec/engine.md §2)."""

    def __init__(self, problems: Sequence[PropertyProblem]) -> None:
        super().__init__("; ".join(f"{problem.property}: {problem.message}" for problem in problems))
        self.problems = list(problems)

    def as_wire(self) -> dict[str, list[str]]:
        """Problems by property: ``{"url": ["Expected string, received: null"]}``."""
        by_property: dict[str, list[str]] = {}
        for problem in self.problems:
            by_property.setdefault(problem.property, []).append(problem.message)
        return by_property


class PayloadRejected(PieceError):
    """What a call of a webhook trigger brought is not what the trigger takes: its sender is at fault, not the flow."""

    def __init__(self, problems: Sequence[PropertyProblem]) -> None:
        super().__init__("; ".join(f"{problem.property}: {problem.message}" for problem in problems))
        self.problems = list(problems)


class WebhookAuthFailed(PieceError):
    """A call of a webhook trigger did not carry the credentials that the trigger asks for."""


class FileTooLarge(PieceError):
    """A file has more bytes than the installation allows (AP_MAX_FILE_SIZE_MB)."""


class UnknownProperty(PieceError):
    """Options were asked for a property that does not exist or has no computed options."""


class HttpFailed(PieceError):
    """An HTTP call that a piece counts as failed. ``detail`` is the JSON object that the run shows.

    Shape of ``detail`` (recordings/flow-runs.json): ``{"response": {"status", "body"?, "headers"?}, "request": {"body"?}}``. ``method``, ``url`` and
    ``response_headers`` go into the run's error record, without query and secrets.
    """

    def __init__(
        self,
        message: str,
        detail: dict[str, Any],
        *,
        method: str | None = None,
        url: str | None = None,
        response_headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.detail = detail
        self.method = method
        self.url = url
        self.response_headers = response_headers

    @property
    def request_body(self) -> Any:
        """What was sent, as far as the run shows it; None for nothing."""
        return self.detail.get("request", {}).get("body")

    @property
    def response_body(self) -> Any:
        """What was answered; None for nothing."""
        return self.detail["response"].get("body")

    @property
    def status(self) -> int:
        """The answer's status; 500 where there was no answer."""
        return self.detail["response"]["status"]


class PieceDefinitionError(TypeError):
    """A piece's code does not declare a form that the platform understands. Raised when the piece is imported."""

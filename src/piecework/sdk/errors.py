"""Errors of pieces: typed, with machine-readable fields."""

from collections.abc import Sequence
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


class UnknownProperty(PieceError):
    """Options were asked for a property that does not exist or has no computed options."""


class HttpFailed(PieceError):
    """An HTTP call that a piece counts as failed. ``detail`` is the JSON object that the run shows.

    Shape of ``detail`` (recordings/flow-runs.json): ``{"response": {"status", "body"?, "headers"?}, "request": {"body"?}}``.
    """

    def __init__(self, message: str, detail: dict[str, Any]) -> None:
        super().__init__(message)
        self.detail = detail

    @property
    def status(self) -> int:
        """The answer's status; 500 where there was no answer."""
        return self.detail["response"]["status"]


class PieceDefinitionError(TypeError):
    """A piece's code does not declare a form that the platform understands. Raised when the piece is imported."""

"""What an operation edits: the contents of one flow version."""

from dataclasses import dataclass, field
from typing import Any, Final

from piecework.engine.steps import kind_of
from piecework.engine.tree import Location, locate
from piecework.engine.validation import CheckPiece, is_valid
from piecework.spec.flow import Step

Note = dict[str, Any]
"""Wire JSON of a note on the canvas (spec/flow-json.md §1). Treat as immutable."""


@dataclass(frozen=True, slots=True)
class Version:
    """The contents of a flow version: its name, its step tree, its notes."""

    display_name: str
    trigger: Step = field(repr=False)
    notes: tuple[Note, ...] = ()

    @property
    def valid(self) -> bool:
        """Every step is valid or skipped."""
        return is_valid(self.trigger)


@dataclass(frozen=True, slots=True)
class EditContext:
    """What an edit takes from outside: the time in ISO-8601 UTC, the user who edits, and what knows the pieces."""

    now: str
    user_id: str | None = None
    check_piece: CheckPiece | None = None


class OperationError(ValueError):
    """An operation that does not fit the flow, e.g. one that names a step which is not there. The server answers 400 with ``code``."""

    code: Final = "FLOW_OPERATION_INVALID"

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


def step_location(trigger: Step, name: str) -> Location:
    """Where the step of that name is. Raises OperationError if there is none."""
    location = locate(trigger, name)
    if location is None:
        raise OperationError(f"Step {name} does not exist")
    return location


def action_location(trigger: Step, name: str) -> Location:
    """As ``step_location``, for an action."""
    location = step_location(trigger, name)
    if kind_of(location.step).is_trigger:
        raise OperationError(f"{name} is the trigger, not an action")
    return location

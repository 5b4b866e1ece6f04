"""``continueOnFailureBranches``: the two slots of a step that may continue on failure, onSuccess and onFailure (spec/flow-json.md §3)."""

from typing import Final

from piecework.engine.steps.kind import Slot
from piecework.spec.flow import Step, StepLocation
from piecework.spec.shape import Check, members, nullable, optional

FIELD: Final = "continueOnFailureBranches"

_SLOTS: Final = (
    Slot((FIELD, "onSuccess"), StepLocation.INSIDE_ON_SUCCESS_BRANCH),
    Slot((FIELD, "onFailure"), StepLocation.INSIDE_ON_FAILURE_BRANCH),
)

SHAPE: Final[Check] = optional(nullable(members()))


def failure_slots(step: Step) -> tuple[Slot, ...]:
    """Both slots, filled or not."""
    return _SLOTS

"""EMPTY: the trigger of a new flow, before one is chosen. It never runs (spec/flow-json.md §2)."""

from collections.abc import Iterator
from typing import Final

from piecework.engine.steps.kind import StepKind, step_shape
from piecework.spec.flow import Step, TriggerType
from piecework.spec.shape import Problem, nullable, optional, record


def _obstacles(step: Step) -> Iterator[Problem]:
    yield Problem("type", "No trigger is chosen")


def _fit(step: Step) -> Step:
    """Its settings may be left out."""
    return step if step.get("settings") is not None else {**step, "settings": {}}


EMPTY: Final = StepKind(
    type=TriggerType.EMPTY, shape=step_shape(optional(nullable(record))), is_trigger=True, fit=_fit, obstacles=_obstacles
)

"""EMPTY: the trigger of a new flow, before one is chosen. It never runs (spec/flow-json.md §2)."""

from collections.abc import Iterator
from typing import Final

from piecework.engine.steps.kind import StepKind, step_shape
from piecework.spec.flow import Step, TriggerType
from piecework.spec.shape import Problem, anything


def _obstacles(step: Step) -> Iterator[Problem]:
    yield Problem("type", "No trigger is chosen")


EMPTY: Final = StepKind(type=TriggerType.EMPTY, shape=step_shape(anything), is_trigger=True, obstacles=_obstacles)

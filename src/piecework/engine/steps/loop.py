"""LOOP_ON_ITEMS: runs its body once for each item of a list (spec/flow-json.md §3, spec/engine.md §4).

Piecework's addition: ``settings.parallelism``, how many iterations run at the same time (docs/decisions/0014).
"""

from collections.abc import Iterator
from typing import Final

from piecework.engine.steps.kind import COMMON_SETTINGS, Slot, StepKind, step_shape
from piecework.spec.flow import ActionType, Step, StepLocation
from piecework.spec.shape import Problem, integer_from, members, optional, string

MAX_PARALLELISM: Final = 50
"""Parts of one loop or router that may run at the same time."""

BODY: Final = Slot(("firstLoopAction",), StepLocation.INSIDE_LOOP)
"""Holds the first step of the body."""


def _slots(step: Step) -> tuple[Slot, ...]:
    return (BODY,)


def _obstacles(step: Step) -> Iterator[Problem]:
    if not step["settings"]["items"].strip():
        yield Problem("settings.items", "No items to loop over")


LOOP_ON_ITEMS: Final = StepKind(
    type=ActionType.LOOP_ON_ITEMS,
    shape=step_shape(members(**COMMON_SETTINGS, items=string, parallelism=optional(integer_from(1, MAX_PARALLELISM)))),
    child_slots=_slots,
    child_fields=("firstLoopAction",),
    obstacles=_obstacles,
)

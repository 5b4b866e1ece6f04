"""The step kinds. To add one: one file in this package that declares a ``StepKind``, and one entry in ``STEP_KINDS``."""

from collections.abc import Mapping
from typing import Final

from piecework.engine.steps.code import CODE
from piecework.engine.steps.empty import EMPTY
from piecework.engine.steps.kind import NEXT, Slot, StepKind, child_at, with_child
from piecework.engine.steps.loop import LOOP_ON_ITEMS
from piecework.engine.steps.piece import PIECE, PIECE_TRIGGER
from piecework.engine.steps.router import ROUTER
from piecework.spec.flow import Step

__all__ = ["CHILD_FIELDS", "NEXT", "STEP_KINDS", "Slot", "StepKind", "child_at", "kind_of", "slots_of", "with_child"]

STEP_KINDS: Final[Mapping[str, StepKind]] = {str(kind.type): kind for kind in (EMPTY, PIECE_TRIGGER, CODE, PIECE, LOOP_ON_ITEMS, ROUTER)}
"""Every step kind by its wire ``type``."""

CHILD_FIELDS: Final = frozenset({"nextAction"}.union(*(kind.child_fields for kind in STEP_KINDS.values())))
"""Fields of a step that may hold children, of whatever kind."""


def kind_of(step: Step) -> StepKind:
    """The kind of a checked step. Raises KeyError for an unknown type."""
    return STEP_KINDS[step["type"]]


def slots_of(step: Step) -> tuple[Slot, ...]:
    """Every slot of a step in the order of execution; of a step of unknown type ``nextAction`` alone."""
    kind = STEP_KINDS.get(str(step.get("type")))
    return kind.slots(step) if kind else (NEXT,)

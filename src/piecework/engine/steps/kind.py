"""What a step kind declares about itself: the shape it arrives in, the slots its children hang in, and what keeps it from running.

Editing, walking and compiling ask these declarations and never the type's name, so a new container step is one new file in this package.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from piecework.spec.flow import STEP_NAME, Step, StepLocation
from piecework.spec.shape import Check, Problem, boolean, described, members, optional, record, string, text


@dataclass(frozen=True, slots=True)
class Slot:
    """A place inside a step where one child may hang.

    ``path`` leads from the step to the child: ``("nextAction",)``, ``("children", 1)``. ``branch`` is the index that INSIDE_BRANCH needs.
    """

    path: tuple[str | int, ...]
    location: StepLocation
    branch: int | None = None


NEXT: Final = Slot(("nextAction",), StepLocation.AFTER)
"""The slot that every trigger and action has."""


def no_slots(step: Step) -> tuple[Slot, ...]:
    """Of kinds without children."""
    return ()


def no_problems(step: Step) -> Iterator[Problem]:
    """Of kinds that need no more than their shape to run."""
    yield from ()


def as_it_is(step: Step) -> Step:
    """Of kinds whose child fields need no repair."""
    return step


@dataclass(frozen=True, slots=True)
class StepKind:
    """One step kind.

    ``shape`` checks a received step but for its children; its paths start at the step (``settings.items``).
    ``child_slots`` lists the slots besides NEXT in the order in which their children run; ``child_fields`` are the fields that hold them.
    ``fit`` makes those fields agree with the settings.
    ``obstacles`` yields what keeps a well-formed step from running, for ``valid``; with ``needs_piece`` a piece's metadata has a say too.
    """

    type: str
    shape: Check
    is_trigger: bool = False
    child_slots: Callable[[Step], tuple[Slot, ...]] = no_slots
    child_fields: tuple[str, ...] = ()
    fit: Callable[[Step], Step] = as_it_is
    obstacles: Callable[[Step], Iterator[Problem]] = no_problems
    needs_piece: bool = False

    def slots(self, step: Step) -> tuple[Slot, ...]:
        """Every slot of a step of this kind in the order of execution: children first, then ``nextAction``."""
        return (*self.child_slots(step), NEXT)

    def slot_at(self, step: Step, location: StepLocation, branch: int | None) -> Slot | None:
        """The slot that an operation's location and branch index mean, None if the step has no such slot."""
        for slot in self.slots(step):
            if slot.location == location and (slot.branch is None or slot.branch == branch):
                return slot
        return None


def child_at(step: Step, slot: Slot) -> Step | None:
    """The child in a slot; None if it is empty or holds no object."""
    value: Any = step
    for key in slot.path:
        if isinstance(key, str) and isinstance(value, dict):
            value = value.get(key)
        elif isinstance(key, int) and isinstance(value, list) and key < len(value):
            value = value[key]
        else:
            return None
    return value if isinstance(value, dict) else None


def with_child(step: Step, slot: Slot, child: Step | None) -> Step:
    """A copy of the step with another child in the slot. None empties it: a field goes, a list's place becomes null."""
    return _with(step, slot.path, child)


def _with(holder: Any, path: tuple[str | int, ...], child: Step | None) -> Any:
    key, rest = path[0], path[1:]
    if isinstance(key, int):
        places: list[Any] = list(holder)
        places[key] = child if not rest else _with(places[key], rest, child)
        return places
    fields: dict[str, Any] = dict(holder or {})
    if rest:
        fields[key] = _with(fields.get(key), rest, child)
    elif child is None:
        fields.pop(key, None)
    else:
        fields[key] = child
    return fields


@described({"type": "string", "pattern": f"^{STEP_NAME.pattern}$"})
def _step_name(value: Any, path: str) -> Iterator[Problem]:
    yield from string(value, path)
    if isinstance(value, str) and not STEP_NAME.fullmatch(value):
        yield Problem(path, f"Invalid string: must match pattern /^{STEP_NAME.pattern}$/")


def step_shape(settings: Check, **child_fields: Check) -> Check:
    """The shape of a step with these settings and child fields."""
    return members(name=_step_name, displayName=text, type=string, valid=boolean, skip=optional(boolean), settings=settings, **child_fields)


COMMON_SETTINGS: Final[dict[str, Check]] = {"sampleData": optional(record), "customLogoUrl": optional(string)}
"""Settings that every action may have."""

ERROR_HANDLING: Final = optional(
    members(
        continueOnFailure=optional(members(value=optional(boolean))),
        retryOnFailure=optional(members(value=optional(boolean))),
    )
)
"""``errorHandlingOptions`` of CODE and PIECE."""

"""Walking and rebuilding step trees. Nothing here recurses: a flow may be a thousand steps deep."""

from collections.abc import Callable, Iterator

from piecework.engine.steps import Slot, child_at, slots_of, with_child
from piecework.spec.flow import Step


def walk(step: Step) -> Iterator[Step]:
    """The step and all below it in the order of execution: a step, its children, then its ``nextAction``."""
    unvisited = [step]
    while unvisited:
        step = unvisited.pop()
        yield step
        children = (child_at(step, slot) for slot in reversed(slots_of(step)))
        unvisited.extend(child for child in children if child is not None)


def step_names(step: Step) -> list[str]:
    """Names of ``walk(step)``."""
    return [each["name"] for each in walk(step)]


def transform(step: Step, change: Callable[[Step], Step]) -> Step:
    """The tree with every step changed, parents first: a changed step's slots say where its children are looked for."""
    changed: list[Step] = []
    places: list[tuple[int, Slot, Step]] = []
    unvisited: list[tuple[Step, int, Slot | None]] = [(step, -1, None)]
    while unvisited:
        old, parent, place = unvisited.pop()
        new = change(old)
        if place is not None:
            places.append((parent, place, old))
        for slot in reversed(slots_of(new)):
            child = child_at(new, slot)
            if child is not None:
                unvisited.append((child, len(changed), slot))
        changed.append(new)
    for index in reversed(range(1, len(changed))):
        parent, slot, old = places[index - 1]
        if changed[index] is not old:
            changed[parent] = with_child(changed[parent], slot, changed[index])
    return changed[0]


class Location:
    """Where a step is in a tree: the steps from the root down, each with the slot that leads on."""

    __slots__ = ("path", "step")

    def __init__(self, step: Step, path: list[tuple[Step, Slot]]) -> None:
        self.step = step
        self.path = path

    def replaced(self, step: Step | None) -> Step:
        """The whole tree with another step here; None empties the place."""
        new = step
        for parent, slot in reversed(self.path):
            new = with_child(parent, slot, new)
        if new is None:
            raise ValueError("the root of a tree cannot be removed")
        return new


def locate(root: Step, name: str) -> Location | None:
    """The first step of that name; None if there is none."""
    entries: list[tuple[Step, int, Slot | None]] = []
    unvisited: list[tuple[Step, int, Slot | None]] = [(root, -1, None)]
    while unvisited:
        step, parent, place = unvisited.pop()
        entries.append((step, parent, place))
        if step["name"] == name:
            return Location(step, _path(entries))
        for slot in reversed(slots_of(step)):
            child = child_at(step, slot)
            if child is not None:
                unvisited.append((child, len(entries) - 1, slot))
    return None


def _path(entries: list[tuple[Step, int, Slot | None]]) -> list[tuple[Step, Slot]]:
    """The way down to the last entry."""
    path: list[tuple[Step, Slot]] = []
    _, parent, slot = entries[-1]
    while slot is not None:
        path.append((entries[parent][0], slot))
        _, parent, slot = entries[parent]
    path.reverse()
    return path

"""Checks of step trees: is one well formed (``parse_trigger``), and could it run (``recompute_valid``, ``version_problems``)?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from piecework.engine.steps import CHILD_FIELDS, NEXT, STEP_KINDS, Slot, child_at, kind_of, with_child
from piecework.engine.tree import transform, walk
from piecework.spec.flow import MAX_JSON_LEVELS, MAX_STEP_LEVELS, InvalidFlow, Step
from piecework.spec.shape import Problem, join, received

CheckPiece = Callable[[Step], list[Problem]]
"""What a piece's metadata says against a PIECE or PIECE_TRIGGER step: problems with paths from the step (``settings.input.url``)."""

_PROBLEMS_SHOWN = 100

_TOO_DEEP = f"The flow is nested deeper than {MAX_STEP_LEVELS} levels"

_LEVELS_OF_A_STEP = 256
"""More levels than one step can have without its children: orjson writes no more than 254."""


@dataclass(slots=True)
class _Node:
    """One step of a tree that is being parsed, with the way to its parent."""

    step: Any
    parent: int
    slot: Slot | None
    level: int


def parse_trigger(raw: Any, *, path: str = "trigger") -> Step:
    """The step tree of a received trigger. Unknown fields are kept; null child fields are dropped, a router's missing children become null.

    Raises InvalidFlow with the paths of all faulty fields, starting at ``path``: wrong types, unknown step kinds, names that are no
    identifiers or occur twice, children without a branch, trees deeper than ``MAX_STEP_LEVELS`` or ``MAX_JSON_LEVELS``.
    """
    nodes, problems = _visit(raw, path)
    if problems:
        raise InvalidFlow(problems[:_PROBLEMS_SHOWN])
    for node in reversed(nodes[1:]):
        parent = nodes[node.parent]
        if node.slot is not None and child_at(parent.step, node.slot) is not node.step:
            parent.step = with_child(parent.step, node.slot, node.step)
    return nodes[0].step


def parse_action(raw: Any, *, path: str) -> Step:
    """One action as ADD_ACTION and UPDATE_ACTION carry it: without children, whatever it brings along (docs/decisions/0004).

    Raises InvalidFlow.
    """
    return _parse_alone(raw, path, trigger=False)


def parse_trigger_alone(raw: Any, *, path: str) -> Step:
    """The trigger of UPDATE_TRIGGER: without ``nextAction``. Raises InvalidFlow."""
    return _parse_alone(raw, path, trigger=True)


def _parse_alone(raw: Any, path: str, *, trigger: bool) -> Step:
    step = {key: value for key, value in raw.items() if key not in CHILD_FIELDS} if isinstance(raw, dict) else raw
    problems = list(_step_problems(step, path, trigger=trigger))
    if problems:
        raise InvalidFlow(problems)
    return kind_of(step).fit(step)


def _visit(raw: Any, path: str) -> tuple[list[_Node], list[Problem]]:
    """Every step in order of execution, each fitted to its settings, and all problems found on the way."""
    nodes: list[_Node] = []
    problems: list[Problem] = []
    names: set[str] = set()
    unvisited = [_Node(raw, -1, None, 0)]
    while unvisited and len(problems) < _PROBLEMS_SHOWN:
        node = unvisited.pop()
        nodes.append(node)
        if node.level > MAX_STEP_LEVELS:
            problems.append(Problem(path, _TOO_DEEP))
            break
        found = list(_node_problems(node, names))
        if found:
            prefix = path + _path_below_root(nodes, node)
            problems.extend(Problem(join(prefix, problem.path), problem.message, problem.step) for problem in found)
            continue
        node.step = kind_of(node.step).fit(node.step)
        unvisited.extend(reversed(list(_children(node, len(nodes) - 1))))
    return nodes, problems


def _node_problems(node: _Node, names: set[str]) -> Iterator[Problem]:
    problem = None
    for problem in _step_problems(node.step, "", trigger=node.slot is None):
        yield problem
    if problem is not None:
        return
    name = node.step["name"]
    if name in names:
        yield Problem("name", f"Duplicate step name {name}")
    names.add(name)
    if _too_deep(node.step, node.level):
        yield Problem("settings", _TOO_DEEP)


def _step_problems(step: Any, path: str, *, trigger: bool) -> Iterator[Problem]:
    """What is wrong with one step, its children aside."""
    if not isinstance(step, dict):
        yield Problem(path, f"Invalid input: expected object, received {received(step)}")
        return
    kind = STEP_KINDS.get(str(step.get("type")))
    if kind is None or kind.is_trigger is not trigger:
        known = ", ".join(str(each.type) for each in STEP_KINDS.values() if each.is_trigger is trigger)
        noun = "trigger" if trigger else "action"
        yield Problem(join(path, "type"), f"Unknown {noun} type {step.get('type')!r}: this version runs {known}")
        return
    yield from kind.shape(step, path)
    try:
        orjson.dumps(_own_fields(step))
    except TypeError as error:
        yield Problem(path, f"The step cannot be stored as JSON: {error}")


def _own_fields(step: Step) -> dict[str, Any]:
    """A step without its children."""
    child_fields = kind_of(step).child_fields
    return {key: value for key, value in step.items() if key not in child_fields and key != NEXT.path[0]}


def _children(node: _Node, index: int) -> Iterator[_Node]:
    """The filled slots of a step; a null where a field should be absent is removed from the step."""
    for slot in kind_of(node.step).slots(node.step):
        child = _raw_child(node.step, slot)
        if child is not None:
            yield _Node(child, index, slot, node.level + len(slot.path))
        elif _is_null_field(node.step, slot):
            node.step = with_child(node.step, slot, None)


def _raw_child(step: Step, slot: Slot) -> Any:
    """What is in a slot, be it a step or not; None if it is empty."""
    value: Any = step
    for key in slot.path:
        value = (value.get(key) if isinstance(value, dict) else value[key]) if value is not None else None
    return value


def _is_null_field(step: Step, slot: Slot) -> bool:
    return len(slot.path) == 1 and slot.path[0] in step


def _path_below_root(nodes: list[_Node], node: _Node) -> str:
    keys: list[str] = []
    while node.slot is not None:
        keys.append("".join(f".{key}" for key in node.slot.path))
        node = nodes[node.parent]
    return "".join(reversed(keys))


def _json_levels(value: Any) -> int:
    """How many objects and lists are nested in a value, itself included."""
    levels = 0
    layer = [value]
    while layer := [each for each in layer if isinstance(each, dict | list)]:
        levels += 1
        layer = [inner for each in layer for inner in (each.values() if isinstance(each, dict) else each)]
    return levels


def _too_deep(step: Step, level: int) -> bool:
    room = MAX_JSON_LEVELS - level
    return level > MAX_STEP_LEVELS or (room < _LEVELS_OF_A_STEP and _json_levels(_own_fields(step)) > room)


def depth_problem(trigger: Step) -> str | None:
    """What stands against the depth of a well-formed tree, as ``parse_trigger`` judges it; None if nothing does."""
    unvisited = [(trigger, 0)]
    while unvisited:
        step, level = unvisited.pop()
        if _too_deep(step, level):
            return _TOO_DEEP
        children = ((child_at(step, slot), level + len(slot.path)) for slot in kind_of(step).slots(step))
        unvisited.extend((child, below) for child, below in children if child is not None)
    return None


def step_problems(step: Step, check_piece: CheckPiece | None = None) -> list[Problem]:
    """What keeps a well-formed step from running, with paths from the step.

    Without ``check_piece`` a piece step is believed: it has a problem only if it says ``valid: false``.
    """
    kind = kind_of(step)
    problems = list(kind.obstacles(step))
    if kind.needs_piece:
        if check_piece is not None:
            problems.extend(check_piece(step))
        elif not step["valid"]:
            problems.append(Problem("valid", "The step's settings are incomplete"))
    return problems


def recompute_valid(trigger: Step, check_piece: CheckPiece | None = None) -> Step:
    """The tree with ``valid`` of every step computed anew (see ``step_problems``)."""

    def mark(step: Step) -> Step:
        valid = not step_problems(step, check_piece)
        return step if step["valid"] is valid else {**step, "valid": valid}

    return transform(trigger, mark)


def is_valid(trigger: Step) -> bool:
    """A version's ``valid``: every step is valid or skipped."""
    return all(step["valid"] or step.get("skip") for step in walk(trigger))


def version_problems(trigger: Step, check_piece: CheckPiece | None = None) -> list[Problem]:
    """What stands against publishing: the problems of every step that is not skipped, each with its step's name."""
    return [
        Problem(problem.path, problem.message, step["name"])
        for step in walk(trigger)
        if not step.get("skip")
        for problem in step_problems(step, check_piece)
    ]

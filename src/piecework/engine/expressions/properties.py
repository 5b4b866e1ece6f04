"""Reading properties of JSON values: own properties only, and what V8 must be asked for.

A property path (``step_1.items[0].name``) is the common expression and takes a road of its own: it never fails, gives ``UNDEFINED``
where JavaScript would throw, and ignores everything inherited. Inside larger expressions a failure and an inherited member do matter:
they raise ``ScriptFailure`` and ``Uncertain``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .javascript import UNDEFINED, has_astral, is_object, js_length, js_string
from .json_text import is_array_index

FORBIDDEN: Final = frozenset(["__proto__", "constructor", "prototype"])
"""Keys that are never read, own or not (spec/engine.md §1)."""

_INHERITED_BY_OBJECTS: Final = FORBIDDEN | {
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
}

Step = tuple[str, int | None]
"""One step of a path: the key, and the same key as an array index if it is one."""


class Uncertain(Exception):  # an answer, not a failure
    """The operands are such that JavaScript's result is not known here: V8 is asked."""


class ScriptFailure(Exception):  # what JavaScript does, not an error of ours
    """JavaScript would throw: a template shows this as an empty text."""


def path_step(key: str) -> Step:
    return key, int(key) if is_array_index(key) else None


def read_path(value: Any, steps: tuple[Step, ...]) -> Any:
    """The own property at the end of *steps*, ``UNDEFINED`` where there is none or the way there ends early.

    Raises Uncertain for one half of a surrogate pair."""
    for key, index in steps:
        if type(value) is dict:
            value = value.get(key, UNDEFINED)
        elif type(value) is list and index is not None:
            value = value[index] if index < len(value) else UNDEFINED
        else:
            value = _own_of_sequence(value, key, index)
    return value


def _own_of_sequence(value: Any, key: str, index: int | None) -> Any:
    """An own property of a list or a text; ``UNDEFINED`` for any other value."""
    if type(value) is str:
        if key == "length":
            return js_length(value)
        return UNDEFINED if index is None else _character(value, index)
    return len(value) if type(value) is list and key == "length" else UNDEFINED


def _character(text: str, index: int) -> Any:
    if has_astral(text):
        raise Uncertain
    return text[index] if index < len(text) else UNDEFINED


def read_property(value: Any, key: Any) -> Any:
    """``value[key]`` inside an expression. Raises ScriptFailure on null and undefined, Uncertain for whatever may be inherited."""
    if value is None or value is UNDEFINED:
        raise ScriptFailure
    if is_object(key):
        raise Uncertain
    step = path_step(js_string(key))
    if step[0] in FORBIDDEN:
        raise Uncertain
    found = read_path(value, (step,))
    if found is UNDEFINED and _may_inherit(value, step):
        raise Uncertain
    return found


def _may_inherit(value: Any, step: Step) -> bool:
    return step[0] in _INHERITED_BY_OBJECTS if type(value) is dict else step[1] is None


def read_variable(scope: Mapping[str, Any], name: str) -> Any:
    """The variable *name*. Raises ScriptFailure for a step that has not run: it is not in the scope at all."""
    value = scope.get(name, scope)
    if value is scope:
        raise ScriptFailure
    return value

"""The few functions and methods of JavaScript that are called without JavaScript: pure, and certain to agree with V8."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from .flatten import NAME as FLATTEN_NESTED_KEYS
from .flatten import flatten_nested_keys
from .javascript import UNDEFINED, is_object, js_trim, json_stringify, strict_equal
from .operators import number, text
from .properties import Uncertain

# Beyond these scripts the case tables of Python's Unicode and V8's differ by version; a capital sigma depends on its neighbours.
_CERTAIN_CASE = re.compile("[\0-\u0233\u0391-\u03a1\u03a4-\u03ce\u0400-\u052f]*")


def to_upper(receiver: Any) -> str:
    return _certain_case(receiver).upper()


def to_lower(receiver: Any) -> str:
    return _certain_case(receiver).lower()


def _certain_case(receiver: Any) -> str:
    receiver = _string(receiver)
    if not receiver.isascii() and not _CERTAIN_CASE.fullmatch(receiver):
        raise Uncertain
    return receiver


def _string(receiver: Any) -> str:
    if type(receiver) is not str:
        raise Uncertain
    return receiver


def trim(receiver: Any) -> str:
    return js_trim(_string(receiver))


def includes(receiver: Any, searched: Any = UNDEFINED) -> bool:
    if type(receiver) is list:
        return any(_same_value(item, searched) for item in receiver)
    return _whole(text(searched)) in _whole(_string(receiver))


def _whole(value: str) -> str:
    """*value*, unless it holds half a surrogate pair, which JavaScript would find inside a whole one."""
    if not value.isascii() and re.search("[\ud800-\udfff]", value):
        raise Uncertain
    return value


def _same_value(item: Any, searched: Any) -> bool:
    if is_object(searched):
        raise Uncertain
    return strict_equal(item, searched) or (item != item and searched != searched)


def join(receiver: Any, separator: Any = UNDEFINED) -> str:
    if type(receiver) is not list:
        raise Uncertain
    texts = ["" if item is None or item is UNDEFINED else _whole(text(item)) for item in receiver]
    return ("," if separator is UNDEFINED else _whole(text(separator))).join(texts)


def is_array(value: Any = UNDEFINED) -> bool:
    return type(value) is list


def stringify(value: Any = UNDEFINED) -> Any:
    return UNDEFINED if value is UNDEFINED else json_stringify(value)


def to_number(value: Any) -> float:
    return number(value)


def to_text(value: Any) -> str:
    return text(value)


def flatten(data: Any, path: Any) -> list[Any]:
    if type(path) is not list or not all(type(key) is str for key in path):
        raise Uncertain
    return [None if value is UNDEFINED else value for value in flatten_nested_keys(data, path)]


METHODS: Final[dict[tuple[str, int], Callable[..., Any]]] = {
    ("toUpperCase", 0): to_upper,
    ("toLowerCase", 0): to_lower,
    ("trim", 0): trim,
    ("includes", 1): includes,
    ("join", 0): join,
    ("join", 1): join,
}
"""By name and number of arguments; the receiver comes first."""

GLOBALS: Final[dict[tuple[str, int], Callable[..., Any]]] = {
    ("Array.isArray", 1): is_array,
    ("JSON.stringify", 1): stringify,
    ("Number", 1): to_number,
    ("String", 1): to_text,
    (FLATTEN_NESTED_KEYS, 2): flatten,
}

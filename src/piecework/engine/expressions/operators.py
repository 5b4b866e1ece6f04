"""JavaScript's operators on primitives. An object as an operand raises ``Uncertain`` wherever it would have to be converted."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, Final

from .javascript import (
    UNDEFINED,
    concatenate,
    is_object,
    js_less,
    js_number,
    js_string,
    js_truthy,
    js_typeof,
    loose_equal,
    strict_equal,
)
from .properties import Uncertain


def primitive(value: Any) -> Any:
    """*value* itself; raises Uncertain for an object or an array."""
    if is_object(value):
        raise Uncertain
    return value


def number(value: Any) -> float:
    return js_number(primitive(value))


def text(value: Any) -> str:
    return js_string(primitive(value))


def add(left: Any, right: Any) -> Any:
    left, right = primitive(left), primitive(right)
    if type(left) is str or type(right) is str:
        return concatenate(js_string(left), js_string(right))
    return js_number(left) + js_number(right)


def divide(dividend: float, divisor: float) -> float:
    if divisor != 0:
        return dividend / divisor
    if dividend == 0 or dividend != dividend:
        return math.nan
    return math.copysign(math.inf, dividend) * math.copysign(1.0, divisor)


def remainder(dividend: float, divisor: float) -> float:
    """``%``: the sign is the dividend's."""
    return math.nan if divisor == 0 or math.isinf(dividend) else math.fmod(dividend, divisor)


def equal_strictly(left: Any, right: Any) -> bool:
    """``===``: two objects are a question of identity, which copies between processes do not keep."""
    if is_object(left) and is_object(right):
        raise Uncertain
    return strict_equal(left, right)


def equal_loosely(left: Any, right: Any) -> bool:
    if left is None or left is UNDEFINED or right is None or right is UNDEFINED:
        return loose_equal(left, right)
    return loose_equal(primitive(left), primitive(right))


def less(left: Any, right: Any) -> bool | None:
    return js_less(primitive(left), primitive(right))


def _arithmetic(calculate: Callable[[float, float], float]) -> Callable[[Any, Any], float]:
    return lambda left, right: calculate(number(left), number(right))


BINARY: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": add,
    "-": _arithmetic(operator.sub),
    "*": _arithmetic(operator.mul),
    "/": _arithmetic(divide),
    "%": _arithmetic(remainder),
    "===": equal_strictly,
    "!==": lambda left, right: not equal_strictly(left, right),
    "==": equal_loosely,
    "!=": lambda left, right: not equal_loosely(left, right),
    "<": lambda left, right: less(left, right) is True,
    ">": lambda left, right: less(right, left) is True,
    "<=": lambda left, right: less(right, left) is False,
    ">=": lambda left, right: less(left, right) is False,
}

UNARY: Final[dict[str, Callable[[Any], Any]]] = {
    "-": lambda value: -number(value),
    "+": number,
    "!": lambda value: not js_truthy(value),
    "typeof": js_typeof,
}

NEEDS_RIGHT: Final[dict[str, Callable[[Any], bool]]] = {
    "&&": js_truthy,
    "||": lambda left: not js_truthy(left),
    "??": lambda left: left is None or left is UNDEFINED,
}
"""Whether a logical operator goes on to its right side, given the left."""

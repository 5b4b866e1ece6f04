"""JavaScript's conversions and comparisons on plain JSON values, as pure functions.

Values are Python's dict, list, str, int, float, bool, None, and ``UNDEFINED``. A Python int stands for the double that JavaScript
would hold (beyond 2**53 it is rounded before it is used), and a text is counted in UTF-16 units wherever the difference shows.
An object converts to ``[object Object]``: a JSON object carries no functions of its own.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final

import orjson

from .json_text import write_json


class Undefined:
    """JavaScript's ``undefined``: one instance, ``UNDEFINED``, falsy."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNDEFINED"

    def __bool__(self) -> bool:
        return False


UNDEFINED: Final = Undefined()

MAX_SAFE_INTEGER: Final = 2**53
_SPACES = [*range(0x9, 0xE), 0x20, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF]
WHITESPACE: Final = "".join(map(chr, _SPACES))
"""What JavaScript takes for white space, line ends included."""

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_RADIX = re.compile(r"0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)")
_INFINITIES = {"Infinity": math.inf, "+Infinity": math.inf, "-Infinity": -math.inf}
_SURROGATE = re.compile("[\ud800-\udfff]")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def is_number(value: Any) -> bool:
    """True for int and float, False for bool."""
    return type(value) is int or type(value) is float


def is_object(value: Any) -> bool:
    """True for what JavaScript compares by identity: dict and list."""
    return type(value) is dict or type(value) is list


def js_typeof(value: Any) -> str:
    """``typeof value``."""
    if value is UNDEFINED:
        return "undefined"
    return {str: "string", bool: "boolean", int: "number", float: "number"}.get(type(value), "object")


def js_truthy(value: Any) -> bool:
    """``Boolean(value)``: false for undefined, null, false, 0, NaN and the empty text; objects and arrays are always true."""
    if is_object(value):
        return True
    return bool(value) and value == value  # NaN is the one value that differs from itself


def js_trim(text: str) -> str:
    """``text.trim()``: JavaScript's white space and line ends, which are not Python's."""
    return text.strip(WHITESPACE)


def as_double(number: int | float) -> float:
    """The double that JavaScript holds for *number*; an int too large for it becomes an infinity."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def plain_number(number: float) -> int | float:
    """A result of arithmetic as JSON would carry it: 5.0 is 5, -0.0 is 0; fractions and what an int64 JSON loses stay float."""
    return int(number) if number.is_integer() and abs(number) <= MAX_SAFE_INTEGER else number


def js_number(value: Any) -> float:
    """``Number(value)``. Arrays convert through their text, objects are NaN."""
    if type(value) is str:
        return _number_of_text(value)
    if value is None:
        return 0.0
    if value is UNDEFINED or type(value) is dict:
        return math.nan
    if type(value) is list:
        return _number_of_text(js_string(value))
    return as_double(value)


def _number_of_text(text: str) -> float:
    text = js_trim(text)
    if not text:
        return 0.0
    if _DECIMAL.fullmatch(text):
        return float(text)
    if _RADIX.fullmatch(text):
        return as_double(int(text, 0))
    return _INFINITIES.get(text, math.nan)


def js_string(value: Any) -> str:
    """``String(value)``. Arrays are joined by commas at every depth, null and undefined inside them being empty."""
    if type(value) is str:
        return value
    if type(value) is list:
        return ",".join(_leaf_texts(value))
    return _string_of_scalar(value)


def _string_of_scalar(value: Any) -> str:
    if value is None:
        return "null"
    if value is UNDEFINED:
        return "undefined"
    if value is True or value is False:
        return "true" if value else "false"
    return "[object Object]" if type(value) is dict else number_text(value)


def _leaf_texts(items: list[Any]) -> list[str]:
    """The texts of all leaves in order. An array inside an array joins by commas too, so nesting leaves no trace but in empty arrays."""
    texts: list[str] = []
    stack = list(reversed(items))
    if not items:
        return [""]
    while stack:
        item = stack.pop()
        if type(item) is list and item:
            stack.extend(reversed(item))
        elif item is None or item is UNDEFINED or item == []:
            texts.append("")
        else:
            texts.append(item if type(item) is str else _string_of_scalar(item))
    return texts


def number_text(number: int | float) -> str:
    """``String(number)``: the shortest digits that give the double back; exponents from 1e21 up and below 1e-6."""
    if type(number) is int and -MAX_SAFE_INTEGER <= number <= MAX_SAFE_INTEGER:
        return str(number)
    double = as_double(number)
    if not math.isfinite(double):
        return "NaN" if double != double else "Infinity" if double > 0 else "-Infinity"
    if double.is_integer() and abs(double) <= MAX_SAFE_INTEGER:
        return str(int(double))
    return _text_of_double(double)


def _text_of_double(double: float) -> str:
    sign = "-" if double < 0 else ""
    mantissa, _, exponent = repr(abs(double)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    point = len(whole) + int(exponent or 0)  # where the decimal point stands in `digits`
    digits = whole + fraction
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    digits = stripped.rstrip("0")
    if len(digits) <= point <= 21:
        return f"{sign}{digits}{'0' * (point - len(digits))}"
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{point - 1:+d}"


def json_stringify(value: Any) -> str:
    """``JSON.stringify(value)`` of a JSON value: no spaces, numbers as JavaScript writes them, NaN and infinities as null, lone
    surrogates escaped, array-index keys first. ``UNDEFINED``, for which JavaScript has no text, gives null."""
    if value is None or value is UNDEFINED:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if type(value) is int and -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
        return str(value)
    if _written_alike(value):
        try:
            return orjson.dumps(value).decode()
        except TypeError:  # lone surrogates, or nested deeper than orjson goes
            pass
    return write_json(value, json_number)


def json_number(number: int | float) -> str:
    """A number inside JSON text."""
    text = number_text(number)
    return "null" if text[-1] in "yN" else text


def _written_alike(value: Any) -> bool:
    """Whether orjson writes *value* as JavaScript does: no floats, no ints beyond 2**53, no keys that JavaScript would reorder."""
    stack = [value]
    while stack:
        item = stack.pop()
        kind = type(item)
        if kind is str or kind is bool or item is None:
            continue
        if kind is dict:
            for key in item:
                if key[:1].isdecimal():
                    return False
            stack.extend(item.values())
        elif kind is list:
            stack.extend(item)
        elif kind is not int or not -MAX_SAFE_INTEGER <= item <= MAX_SAFE_INTEGER:
            return False
    return True


def strict_equal(left: Any, right: Any) -> bool:
    """``left === right``. Two objects are never equal here: each value of a flow is a copy of its own."""
    if type(left) is str or type(right) is str:
        return type(left) is type(right) and left == right
    if is_number(left) and is_number(right):
        return as_double(left) == as_double(right)
    return left is right and not is_object(left)


def loose_equal(left: Any, right: Any) -> bool:
    """``left == right``; two objects as in ``strict_equal``, an object and a primitive through the object's text."""
    left_absent = left is None or left is UNDEFINED
    right_absent = right is None or right is UNDEFINED
    if left_absent or right_absent:
        return left_absent and right_absent
    if is_object(left) and is_object(right):
        return False
    left, right = _primitive(left), _primitive(right)
    if type(left) is str and type(right) is str:
        return left == right
    return js_number(left) == js_number(right)


def js_less(left: Any, right: Any) -> bool | None:
    """``left < right``; None where JavaScript's answer is undefined (a NaN on either side), which makes ``<=`` and ``>=`` false too."""
    left, right = _primitive(left), _primitive(right)
    if type(left) is str and type(right) is str:
        return _utf16_order(left) < _utf16_order(right)
    first, second = js_number(left), js_number(right)
    return None if first != first or second != second else first < second


def _primitive(value: Any) -> Any:
    return js_string(value) if is_object(value) else value


def _utf16_order(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def has_astral(text: str) -> bool:
    """Whether *text* holds characters that take two UTF-16 units, so that Python's indices are not JavaScript's."""
    return not text.isascii() and _ASTRAL.search(text) is not None


def js_length(text: str) -> int:
    """``text.length``, in UTF-16 units."""
    return len(text) if text.isascii() else len(_utf16_order(text)) // 2


def concatenate(left: str, right: str) -> str:
    """``left + right``: two halves of a surrogate pair that meet become one character."""
    text = left + right
    if text.isascii() or _SURROGATE.search(text) is None:
        return text
    return _utf16_order(text).decode("utf-16-be", "surrogatepass")

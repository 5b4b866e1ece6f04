"""JSON text of plain values, fast for ordinary ones and still right for deep ones.

orjson refuses to write values nested deeper than 254 levels although it reads 1024. Step outputs come from outside and may be that deep,
and so may flows: each ``nextAction`` is a level.
"""

import json
from typing import Any

import orjson

READ_LEVELS = 1024
"""Levels of objects and lists that ``loads`` accepts."""

_CUT_LEVELS = 200
"""A deep value is written in pieces of this many levels: fewer than orjson's 254."""

_DEEPEST = 10_000
"""Deeper values are taken for ones that contain themselves."""


class InvalidJson(ValueError):
    """A text that is not JSON, or nested deeper than ``READ_LEVELS``."""


class NotJson(ValueError):
    """A value that has no JSON text: a foreign type, a lone surrogate, or nesting beyond what can be written."""


def dumps(value: Any) -> bytes:
    """JSON text of a value.

    :raises NotJson: see there.
    """
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError as error:
        deep = "Recursion limit" in str(error)
    if deep:
        try:
            return _dumps_in_pieces(value)
        except orjson.JSONEncodeError:
            pass
    return _slow_dumps(value)


def loads(text: bytes | str) -> Any:
    """The value of a JSON text.

    :raises InvalidJson: see there.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if "depth limit" in str(error):
            raise InvalidJson(f"the JSON is nested deeper than {READ_LEVELS} levels") from None
        raise InvalidJson(f"malformed JSON: {error}") from None


def _dumps_in_pieces(value: Any) -> bytes:
    """Writes the deepest pieces first and splices their text into the pieces above."""
    holder: list[Any] = [value]
    cuts: list[tuple[Any, Any]] = [(holder, 0)]
    unvisited: list[tuple[Any, Any, int]] = [(holder, 0, 0)]
    while unvisited:
        parent, key, level = unvisited.pop()
        child = parent[key]
        if isinstance(child, dict):
            copy: Any = dict(child)
            keys: Any = copy.keys()
        elif isinstance(child, list):
            copy = list(child)
            keys = range(len(copy))
        else:
            continue
        parent[key] = copy
        if level > _DEEPEST:
            raise NotJson("the value is nested too deeply to be written as JSON")
        if level and level % _CUT_LEVELS == 0:
            cuts.append((parent, key))
        unvisited.extend((copy, inner, level + 1) for inner in keys if isinstance(copy[inner], dict | list))
    for parent, key in reversed(cuts):
        parent[key] = orjson.Fragment(orjson.dumps(parent[key]))
    return orjson.dumps(holder[0])


def _slow_dumps(value: Any) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except RecursionError:
        raise NotJson("the value is nested too deeply to be written as JSON") from None
    except (TypeError, ValueError) as error:
        raise NotJson(f"the value cannot be written as JSON: {error}") from None


def dumps_lenient(value: Any) -> bytes:
    """JSON text of a value whatever it holds, for logs, which must be written: foreign objects become text, lone surrogates a ``?``."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":")).encode(errors="replace")

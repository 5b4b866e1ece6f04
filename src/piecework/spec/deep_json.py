"""JSON text of values that may be nested deeply, such as a flow of a thousand steps (each ``nextAction`` is a level).

orjson writes at most 254 levels and reads at most 1024. ``dumps`` has no such limit; ``loads`` keeps orjson's, with an error that says so.
"""

from typing import Any

import orjson

READ_LEVELS = 1024
"""Levels of objects and lists that ``loads`` accepts."""

_CUT_LEVELS = 200
"""A value is written in pieces of this many levels: fewer than orjson's 254."""


class InvalidJson(ValueError):
    """The text is not JSON, or nested deeper than ``READ_LEVELS``."""


def dumps(value: Any) -> bytes:
    """Compact JSON text of a value of any depth.

    Raises TypeError for what JSON cannot say: lone surrogates, integers beyond 64 bits, objects of other classes.
    """
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError as error:
        if "Recursion limit" not in str(error):
            raise
    return _dumps_in_pieces(value)


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
        if level and level % _CUT_LEVELS == 0:
            cuts.append((parent, key))
        unvisited.extend((copy, inner, level + 1) for inner in keys if isinstance(copy[inner], dict | list))
    for parent, key in reversed(cuts):
        parent[key] = orjson.Fragment(orjson.dumps(parent[key]))
    return orjson.dumps(holder[0])


def loads(text: bytes | str) -> Any:
    """The value of a JSON text. Raises InvalidJson if it is malformed or nested deeper than ``READ_LEVELS``."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if "depth limit" in str(error):
            raise InvalidJson(f"The JSON is nested deeper than {READ_LEVELS} levels") from error
        raise InvalidJson(f"Malformed JSON: {error}") from error

"""``flattenNestedKeys(data, path)``: the function that a flow's expressions have besides JavaScript's own (spec/engine.md §1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

NAME: Final = "flattenNestedKeys"


def flatten_nested_keys(data: Any, path: Sequence[str]) -> list[Any]:
    """The values at *path* below *data*, arrays on the way opened at every level, in order.

    An object without the next key gives nothing, and so does one that stands where the path has ended: only scalars (null too) are
    values. A scalar before the end of the path gives nothing.
    """
    found: list[Any] = []
    stack: list[tuple[Any, int]] = [(data, 0)]
    while stack:
        value, depth = stack.pop()
        if type(value) is list:
            stack.extend((item, depth) for item in reversed(value))
        elif type(value) is dict:
            if depth < len(path) and path[depth] in value:
                stack.append((value[path[depth]], depth + 1))
        elif depth == len(path):
            found.append(value)
    return found

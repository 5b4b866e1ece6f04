"""JSON for columns and answers: orjson, with a way out for values that are nested deeper than orjson goes (254 levels)."""

import json
from collections.abc import Iterator
from typing import Any

import orjson


def dumps(value: Any) -> bytes:
    """Returns compact UTF-8 JSON of any JSON value, however deep. Raises TypeError when something in it is no JSON value."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError as error:
        if "ecursion" not in str(error):
            raise
        return "".join(_fragments(value)).encode()


def loads(text: bytes | str) -> Any:
    """Returns the value of JSON text. Raises json.JSONDecodeError (a ValueError); also for text nested deeper than 1,024 levels."""
    return orjson.loads(text)


def _fragments(value: Any) -> Iterator[str]:
    """The text of a deep value piece by piece; an explicit stack stands where recursion would."""
    pending: list[Any] = [(value,)]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            yield item
            continue
        (node,) = item
        if isinstance(node, dict):
            parts: list[Any] = ["{"]
            for index, (key, child) in enumerate(node.items()):
                parts += ["," * (index > 0) + json.dumps(key, ensure_ascii=False) + ":", (child,)]
            pending.extend(reversed([*parts, "}"]))
        elif isinstance(node, list | tuple):
            parts = ["["]
            for index, child in enumerate(node):
                parts += ["," * (index > 0), (child,)]
            pending.extend(reversed([*parts, "]"]))
        else:
            yield orjson.dumps(node).decode()

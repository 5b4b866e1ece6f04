"""JSON text of plain values, fast for ordinary ones and still right for deep ones.

orjson refuses to write values nested deeper than 254 levels although it reads 1024; step outputs come from outside and may be that deep.
"""

import json
from typing import Any

import orjson


class NotJson(ValueError):
    """A value that has no JSON text: a foreign type, a lone surrogate, or nesting beyond what can be written."""


def dumps(value: Any) -> bytes:
    """JSON text of a value.

    :raises NotJson: see there.
    """
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return _slow_dumps(value)


def _slow_dumps(value: Any) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except RecursionError:
        raise NotJson("the value is nested too deeply to be written as JSON") from None
    except (TypeError, ValueError) as error:
        raise NotJson(f"the value cannot be written as JSON: {error}") from None


def dumps_lenient(value: Any) -> bytes:
    """JSON text of a value whatever it holds: foreign objects become their text, lone surrogates a question mark. For logs, which must be written."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":")).encode(errors="replace")

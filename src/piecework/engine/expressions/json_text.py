"""JSON text exactly as ``JSON.stringify`` writes it, without recursion: a payload may be nested deeper than Python's stack."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from json.encoder import encode_basestring
from typing import Any

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_HIGHEST_INDEX = 2**32 - 2


def write_json(value: Any, number: Callable[[int | float], str]) -> str:
    """*value* as JSON text without spaces; *number* writes the numbers."""
    out: list[str] = []
    open_containers: list[tuple[Iterator[tuple[str, Any]], str]] = []
    prefix, item = "", value
    while True:
        out.append(prefix)
        if type(item) is dict or type(item) is list:
            opening, members, closing = _opened(item)
            out.append(opening)
            open_containers.append((members, closing))
        else:
            out.append(_scalar(item, number))
        following = _next_member(open_containers, out)
        if following is None:
            return "".join(out)
        prefix, item = following


def _next_member(open_containers: list[tuple[Iterator[tuple[str, Any]], str]], out: list[str]) -> tuple[str, Any] | None:
    """The next member to write, closing every container that has none left; None at the end."""
    while open_containers:
        members, closing = open_containers[-1]
        following = next(members, None)
        if following is not None:
            return following
        out.append(closing)
        open_containers.pop()
    return None


def _opened(container: Any) -> tuple[str, Iterator[tuple[str, Any]], str]:
    if type(container) is dict:
        return "{", _object_members(container), "}"
    return "[", _array_members(container), "]"


def _array_members(items: list[Any]) -> Iterator[tuple[str, Any]]:
    prefix = ""
    for item in items:
        yield prefix, item
        prefix = ","


def _object_members(members: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    prefix = ""
    for key in javascript_key_order(members):
        yield f"{prefix}{quote(key)}:", members[key]
        prefix = ","


def javascript_key_order(members: dict[str, Any]) -> list[str]:
    """The keys as JavaScript enumerates them: array indices first, by number, then the others as they were inserted."""
    indices = [key for key in members if is_array_index(key)]
    if not indices:
        return list(members)
    return [*sorted(indices, key=int), *(key for key in members if not is_array_index(key))]


def is_array_index(key: str) -> bool:
    """Whether *key* is the canonical text of an integer from 0 to 2**32 - 2."""
    if not key.isascii() or not key.isdecimal() or len(key) > 10:
        return False
    return (key == "0" or key[0] != "0") and int(key) <= _HIGHEST_INDEX


def quote(text: str) -> str:
    """*text* as a JSON string: non-ASCII as it is, lone surrogates as \\udXXX."""
    quoted = encode_basestring(text)
    return quoted if quoted.isascii() else _LONE_SURROGATE.sub(lambda match: f"\\u{ord(match.group()):04x}", quoted)


def _scalar(value: Any, number: Callable[[int | float], str]) -> str:
    if type(value) is str:
        return quote(value)
    if value is True or value is False:
        return "true" if value else "false"
    return number(value) if type(value) is int or type(value) is float else "null"

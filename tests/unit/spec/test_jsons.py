"""Values of any depth are written; texts of any depth are read or refused with a reason."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piecework.spec.jsons import READ_LEVELS, InvalidJson, NotJson, dumps, loads


def nested(levels: int, core: Any = None) -> Any:
    value = core
    for level in range(levels):
        value = {"a": value, "b": [level]} if level % 2 else [value, level]
    return value


@given(st.recursive(st.none() | st.integers(-9, 9) | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_values_come_back(value: Any) -> None:
    assert loads(dumps(value)) == value


@pytest.mark.parametrize("levels", [199, 200, 201, 253, 254, 255, 400, 401, READ_LEVELS])
def test_deep_values_come_back(levels: int) -> None:
    text = dumps(nested(levels))
    assert dumps(loads(text)) == text
    assert json.loads(text, parse_int=int) is not None if levels < 500 else text.startswith(b"{")


def test_far_deeper_values_are_written() -> None:
    text = dumps(nested(9000))
    assert text.count(b"[") + text.count(b"{") == 9000 + 4500


def test_the_value_is_not_changed() -> None:
    value = nested(300)
    copy = orjson.loads(dumps(value))
    dumps(value)
    assert dumps(copy) == dumps(value)


def test_what_is_too_deep_to_read_is_refused() -> None:
    with pytest.raises(InvalidJson, match="nested deeper than 1024 levels"):
        loads("[" * 1025 + "]" * 1025)
    with pytest.raises(InvalidJson, match="malformed JSON"):
        loads("{")


def test_a_value_that_contains_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(NotJson):
        dumps(value)


def test_large_integers_in_deep_values_are_written() -> None:
    assert str(2**70).encode() in dumps(nested(300, core=2**70))


def test_deep_json_is_the_same_text_as_shallow_json() -> None:
    value: object = {"a": [], "b": {}, 'q"': "\u2028\n", "c": [1, [2, {"d": None}]]}
    wrapped = value
    for _ in range(300):
        wrapped = [wrapped, 1]
    text = dumps(wrapped)
    assert text == b"[" * 300 + dumps(value) + b",1]" * 300
    assert loads(text)[1] == 1
    with pytest.raises(NotJson):
        dumps({"a": object()})

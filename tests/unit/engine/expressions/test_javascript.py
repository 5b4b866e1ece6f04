"""Conversions and comparisons, judged by V8."""

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piecework.engine.expressions.javascript import (
    UNDEFINED,
    concatenate,
    js_length,
    js_less,
    js_number,
    js_string,
    js_trim,
    js_truthy,
    js_typeof,
    json_stringify,
    loose_equal,
    strict_equal,
)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", " ", "1", "-1", "+5", " 12 ", "1_0", "0x1F", "0o17", "0b1", "-0x1", "1e5", ".5", "5.", ".", "Infinity"]),
    st.sampled_from(["-Infinity", "inf", "nan", "NaN", "\ufeff1", "\x1c1", "\x851", "١", "1e400", "00012", "😀", "\ue000"]),
    st.text(max_size=5),
)
keys = st.text(max_size=3) | st.sampled_from(["0", "1", "10", "01", "4294967294", "4294967295", "-1", "b", "a"])
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12)


def number_of(answer: dict[str, Any]) -> float:
    return float(answer["value"])


@settings(max_examples=500)
@given(values)
def test_json_stringify(v8: Any, value: Any) -> None:
    assert json_stringify(value) == v8.evaluate("JSON.stringify(v)", {"v": value})["value"]


@settings(max_examples=500)
@given(values)
def test_conversions(v8: Any, value: Any) -> None:
    assert js_string(value) == v8.evaluate("String(v)", {"v": value})["value"]
    assert js_truthy(value) == v8.evaluate("Boolean(v)", {"v": value})["value"]
    assert js_typeof(value) == v8.evaluate("typeof v", {"v": value})["value"]
    ours, theirs = js_number(value), number_of(v8.evaluate("Number(v)", {"v": value}))
    assert ours == theirs or (math.isnan(ours) and math.isnan(theirs))


@settings(max_examples=500)
@given(values, values)
def test_comparisons(v8: Any, left: Any, right: Any) -> None:
    scope = {"l": left, "r": right}
    assert loose_equal(left, right) == v8.evaluate("l == r", scope)["value"]
    assert strict_equal(left, right) == v8.evaluate("l === r", scope)["value"]
    assert (js_less(left, right) is True) == v8.evaluate("l < r", scope)["value"]
    assert (js_less(right, left) is False) == v8.evaluate("l <= r", scope)["value"]


@settings(max_examples=300)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_written_as_in_javascript(v8: Any, number: float) -> None:
    assert js_string(number) == v8.evaluate("String(v)", {"v": number})["value"]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (5.0, "5"),
        (0.1, "0.1"),
        (-0.0, "0"),
        (1e21, "1e+21"),
        (1e20, "100000000000000000000"),
        (1.5e-7, "1.5e-7"),
        (1e-6, "0.000001"),
        (123456789.125, "123456789.125"),
        (2**53 + 1, "9007199254740992"),
        (10**400, "Infinity"),
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
    ],
)
def test_number_texts(number: float, text: str) -> None:
    assert js_string(number) == text
    assert json_stringify(number) == (text if math.isfinite(js_number(text)) else "null")


def test_surrogates_text_and_length(v8: Any) -> None:
    assert json_stringify("a\ud83d") == '"a\\ud83d"'
    assert json_stringify({"k\udc00": ["é\ud83d", 1.0]}) == '{"k\\udc00":["é\\ud83d",1]}'
    assert concatenate("\ud83d", "\ude00") == "😀"
    assert concatenate("\ud83d", "x") == "\ud83dx"
    assert js_length("a😀é") == 4


def test_what_v8_trims_is_trimmed(v8: Any) -> None:
    spaces = v8.evaluate("Array.from({length: 65536}, (_, i) => i).filter(i => !String.fromCharCode(i).trim())", {})["value"]
    assert [code for code in range(65536) if not js_trim(chr(code))] == spaces


def test_depth_is_no_limit() -> None:
    deep: Any = 1.5
    for _ in range(5000):
        deep = [deep]
    assert json_stringify(deep) == "[" * 5000 + "1.5" + "]" * 5000
    assert js_string(deep) == "1.5"
    nested: Any = "x"
    for _ in range(900):
        nested = {"k": nested}
    assert json_stringify(nested) == '{"k":' * 900 + '"x"' + "}" * 900


def test_undefined() -> None:
    assert not UNDEFINED
    assert js_typeof(UNDEFINED) == "undefined"
    assert math.isnan(js_number(UNDEFINED))
    assert js_string([UNDEFINED, None, 1]) == ",,1"
    assert loose_equal(UNDEFINED, None)
    assert not strict_equal(UNDEFINED, None)
    assert repr(UNDEFINED) == "UNDEFINED"


def test_objects_are_never_the_same() -> None:
    value: dict[str, Any] = {}
    assert not strict_equal(value, value)
    assert not loose_equal(value, value)
    assert loose_equal([5], 5)
    assert json.loads(json_stringify({"a": [value]})) == {"a": [{}]}

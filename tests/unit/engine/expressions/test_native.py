"""Expressions evaluated in Python: equal to V8, or left to it."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piecework.engine.expressions.javascript import UNDEFINED
from piecework.engine.expressions.lexer import NotNative
from piecework.engine.expressions.native import compile_native
from piecework.engine.expressions.properties import ScriptFailure, Uncertain

NAMES = ("a", "b", "step_1")

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**60), 2**60),
    st.integers(-3, 12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "x", "5", " 7 ", "0x1f", "1e3", "Infinity", "true", "null", "é", "ß", "😀", "\ue000", "İ", "a,b", "-0"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "n", "length", "0", "x y"]), inner, max_size=3),
    max_leaves=6,
)
scopes = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, values))

literals = st.sampled_from(["0", "1", "-1", "2.5", ".5", "1e21", "0xff", "1e-7"]) | st.sampled_from(
    ["''", "'x'", '"5"', "'\\n'", "'\\u00e9'", "'😀'", "true", "false", "null", "undefined"]
)
keys = st.sampled_from([".a", ".b", ".n", ".length", "['x y']", "[0]", "[-1]", "['0']", "[1.5]", "?.a", "?.[0]", "[b]"])
paths = st.builds(lambda root, steps: root + "".join(steps), st.sampled_from(NAMES), st.lists(keys, max_size=3))
BINARY = ["+", "-", "*", "/", "%", "===", "!==", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "??"]


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} {} {}".format, inner, st.sampled_from(BINARY), inner),
        st.builds("({} {} {})".format, inner, st.sampled_from(BINARY), inner),
        st.builds("{}{}".format, st.sampled_from(["-", "+", "!", "typeof "]), inner),
        st.builds("{} ? {} : {}".format, inner, inner, inner),
        st.builds("({})".format, inner),
        st.builds("({}){}".format, inner, st.sampled_from([".length", "[0]", "?.a", ".a", ".toString", ".valueOf === undefined"])),
        st.builds("({}){}".format, inner, st.sampled_from([".toUpperCase()", ".toLowerCase()", ".trim()", ".join()", "?.trim()"])),
        st.builds("({}).{}({})".format, inner, st.sampled_from(["includes", "join"]), inner),
        st.builds("{}({})".format, st.sampled_from(["Array.isArray", "JSON.stringify", "Number", "String"]), inner),
        st.builds("[{}, {}]".format, inner, inner),
    )


expressions = st.recursive(literals | paths, _compound, max_leaves=5)


def native(source: str, scope: dict[str, Any]) -> Any:
    """The value as a token shows it, or NotNative/Uncertain for a question."""
    try:
        value = compile_native(source, NAMES).evaluate(scope)
    except ScriptFailure:
        return ""
    return "" if value is None or value is UNDEFINED else value


def judged(v8: Any, source: str, scope: dict[str, Any]) -> Any:
    value = v8.evaluate(source, scope).get("value")
    return "" if value is None else value


def same(left: Any, right: Any) -> bool:
    """Equal as JavaScript values: 5 and 5.0 are one number, true and 1 are not, NaN is NaN."""
    if type(left) is list and type(right) is list:
        return len(left) == len(right) and all(map(same, left, right))
    if type(left) is dict and type(right) is dict:
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    numbers = [type(side) in (int, float) for side in (left, right)]
    if all(numbers):
        return float(left) == float(right) or (math.isnan(left) and math.isnan(right))
    return type(left) is type(right) and left == right


@settings(max_examples=3000)
@given(expressions, scopes)
def test_equals_v8_or_is_a_question(v8: Any, source: str, scope: dict[str, Any]) -> None:
    try:
        value = native(source, scope)
    except (NotNative, Uncertain):
        return
    assert same(value, judged(v8, source, scope)), (source, value)


SCOPE: dict[str, Any] = {"a": {"n": 5, "s": " Text ", "list": [1, "two", None], "none": None, "f": 2.5, "yes": True}, "b": "n"}


@pytest.mark.parametrize(
    "source",
    [
        "a.n + 1",
        "a.n + '1'",
        "a.n - '2' * 3",
        "a['s'].trim().toUpperCase() + '!'",
        "a.list.includes('two') ? 'in' : 'out'",
        "a.list.join('-')",
        "a.list.length",
        "a[b]",
        "a?.missing?.deep.deeper ?? 'none'",
        "(a?.missing).deep",
        "a.none.x || 1",
        "step_1 ?? 1",
        "typeof step_1",
        "typeof a.list",
        "1 / 0",
        "-1 / 0",
        "-5 % 3",
        "0 / 0",
        "1 / (0 * -5)",
        "null + 1",
        "undefined + 1",
        "true + true",
        "'10' < '9'",
        "10 < '9'",
        "'\\ue000' < '😀'",
        "null >= 0",
        "undefined == null",
        "undefined === null",
        "'1' == 1",
        "a.missing == null",
        "0.1 + 0.2",
        "9007199254740992 + 1",
        "['a', 'b'].includes(b)",
        "[1, 2, 3].length",
        "JSON.stringify(a)",
        "Array.isArray(a.list) && !a.none",
        "a.yes ? a.no ? 1 : 2 : 3",
        "'\\ud83d' + '\\ude00'",
        "'\\x41\\u{1F600}\\q'",
        "a\n.n",
        "  a . n  ",
        "1 < 2 < 3",
        "!a.none === true",
        "- -1",
        "Number(' 0b11 ')",
        "String(null) + String(1e21)",
    ],
)
def test_native_and_as_in_v8(v8: Any, source: str) -> None:
    assert same(native(source, SCOPE), judged(v8, source, SCOPE))


@pytest.mark.parametrize(
    "source",
    [
        "a.list.map(x => x + 1)",
        "`${a.n}`",
        "new Date()",
        "/x/.test(a.s)",
        "[...a.list]",
        "a, b",
        "a; b",
        "a\nb",
        "{a: 1}",
        "({a: 1})",
        "a.n++",
        "a.n = 1",
        "a.n ** 2",
        "a & b",
        "010",
        "1_000",
        "10n",
        "3px",
        "1..toString()",
        "'\\1'",
        "'unclosed",
        "a ?? b || 1",
        "a.",
        "a..b",
        ".a",
        "a[",
        "a[]",
        "(a",
        "a)",
        "unknown.x",
        "class",
        "this",
        "let",
        "async",
        "a.s.trim?.()",
        "a.s.replace('T', 't')",
        "a.list.includes(1, 2)",
        "JSON.stringify(a, null, 2)",
        "Math.max(1, 2)",
        "a // remark",
        "a /* remark */",
        "äöü",
        "a.#b",
        "[1,,2]",
        "delete a.n",
        "void 0",
        "'n' in a",
        "a instanceof Object",
        "(" * 200 + "a" + ")" * 200,
        "!" * 1000 + "a",
        "a" + "+a" * 1000,
    ],
)
def test_left_to_v8(source: str) -> None:
    with pytest.raises(NotNative):
        compile_native(source, NAMES)


@pytest.mark.parametrize(
    "source",
    [
        "a === a",
        "a + ''",
        "a.list + 1",
        "a.list == 1",
        "a.toString === 1",
        "(a.constructor)['name'] + 1",
        "a.list.push + ''",
        "'😀'[0]",
        "'ა'.toUpperCase()",
        "'ΑΣ'.toLowerCase()",
        "a.list.trim()",
        "a.n.includes(1)",
        "[a].length",
        "[[1]].join()",
    ],
)
def test_uncertain_operands_are_left_to_v8(source: str) -> None:
    with pytest.raises(Uncertain):
        compile_native(source, NAMES).evaluate(SCOPE)


@pytest.mark.parametrize("key", ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "map"])
def test_paths_see_own_properties_only(key: str) -> None:
    for root in ({}, [], "text", 5):
        assert compile_native(f"a.{key}", NAMES).evaluate({"a": root}) is UNDEFINED
    assert compile_native(f"a.{key}.name", NAMES).evaluate({"a": {}}) is UNDEFINED


@pytest.mark.parametrize("key", ["__proto__", "constructor", "prototype"])
def test_forbidden_keys_are_not_read_even_when_own(key: str) -> None:
    assert compile_native(f"a['{key}']", NAMES).evaluate({"a": {key: 1}}) is UNDEFINED


def test_names_are_those_of_steps_in_order() -> None:
    assert compile_native("b + a.n + b + Number('1')", NAMES).names == ("b", "a")
    assert compile_native("b['x']", NAMES).names == ("b",)


def test_case_tables_agree_with_v8_wherever_they_are_used(v8: Any) -> None:
    for code in range(0x590):
        for method in ("toUpperCase", "toLowerCase"):
            scope = {"a": chr(code)}
            try:
                value = compile_native(f"a.{method}()", NAMES).evaluate(scope)
            except Uncertain:
                continue
            assert value == v8.evaluate(f"a.{method}()", scope)["value"], hex(code)

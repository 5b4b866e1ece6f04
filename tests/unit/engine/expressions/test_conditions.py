"""The 22 operators of spec/flow-json.md §4."""

from typing import Any

import pytest

from piecework.engine.expressions import UNDEFINED, ConditionError, evaluate_condition, evaluate_conditions
from piecework.engine.expressions.conditions import OPERATORS

CASES: list[tuple[str, Any, Any, bool]] = [
    ("TEXT_CONTAINS", "Hello", "ELL", True),
    ("TEXT_CONTAINS", {"a": "X"}, '"a":"x"', True),
    ("TEXT_CONTAINS", None, "ul", True),
    ("TEXT_CONTAINS", 12345, 34, True),
    ("TEXT_CONTAINS", "abc", "", True),
    ("TEXT_EXACTLY_MATCHES", "Abc", "aBC", True),
    ("TEXT_EXACTLY_MATCHES", 5.0, "5", True),
    ("TEXT_EXACTLY_MATCHES", True, "true", True),
    ("TEXT_EXACTLY_MATCHES", "abc", "abcd", False),
    ("TEXT_START_WITH", "Hello", "he", True),
    ("TEXT_START_WITH", "Hello", "lo", False),
    ("TEXT_ENDS_WITH", "Hello", "LO", True),
    ("NUMBER_IS_GREATER_THAN", "10", "9", True),
    ("NUMBER_IS_GREATER_THAN", 10, "9", True),
    ("NUMBER_IS_GREATER_THAN", "", -1, True),
    ("NUMBER_IS_GREATER_THAN", "b", "a", True),
    ("NUMBER_IS_GREATER_THAN", "10", "abc", False),
    ("NUMBER_IS_GREATER_THAN", UNDEFINED, 1, False),
    ("NUMBER_IS_LESS_THAN", "abc", "5", False),
    ("NUMBER_IS_LESS_THAN", None, 1, True),
    ("NUMBER_IS_LESS_THAN", " 0x10 ", 17, True),
    ("NUMBER_IS_EQUAL_TO", "5.0", 5, True),
    ("NUMBER_IS_EQUAL_TO", "", 0, True),
    ("NUMBER_IS_EQUAL_TO", True, "1", True),
    ("NUMBER_IS_EQUAL_TO", "abc", "abc", True),
    ("NUMBER_IS_EQUAL_TO", "abc", "ABC", False),
    ("NUMBER_IS_EQUAL_TO", [5], "5", True),
    ("NUMBER_IS_EQUAL_TO", {}, {}, False),
    ("NUMBER_IS_EQUAL_TO", {}, "[object Object]", True),
    ("BOOLEAN_IS_TRUE", "false", None, True),
    ("BOOLEAN_IS_TRUE", [], None, True),
    ("BOOLEAN_IS_TRUE", 0, None, False),
    ("BOOLEAN_IS_TRUE", "", None, False),
    ("BOOLEAN_IS_TRUE", float("nan"), None, False),
    ("BOOLEAN_IS_FALSE", None, None, True),
    ("BOOLEAN_IS_FALSE", {}, None, False),
    ("DATE_IS_BEFORE", "2024-01-01", "2024-01-01T00:00:01Z", True),
    ("DATE_IS_BEFORE", "2024-01-01", "soon", False),
    ("DATE_IS_AFTER", "soon", "2024-01-01", False),
    ("DATE_IS_AFTER", 1705276800001, "2024-01-15", True),
    ("DATE_IS_EQUAL", "01/15/2024", "2024-01-15", True),
    ("DATE_IS_EQUAL", None, None, False),
    ("LIST_CONTAINS", ["A", "b"], "a", True),
    ("LIST_CONTAINS", '["a", 5]', 5, True),
    ("LIST_CONTAINS", [5], "5", True),
    ("LIST_CONTAINS", "scalar", "Scalar", True),
    ("LIST_CONTAINS", "5", 5, True),
    ("LIST_CONTAINS", [{"a": 1}], '{"a":1}', True),
    ("LIST_CONTAINS", [], "a", False),
    ("LIST_CONTAINS", None, "null", True),
    ("LIST_IS_EMPTY", [], None, True),
    ("LIST_IS_EMPTY", "[]", None, True),
    ("LIST_IS_EMPTY", [1], None, False),
    ("LIST_IS_EMPTY", "", None, False),
    ("LIST_IS_EMPTY", {}, None, False),
    ("LIST_IS_NOT_EMPTY", "[1]", None, True),
    ("LIST_IS_NOT_EMPTY", [], None, False),
    ("LIST_IS_NOT_EMPTY", "no list", None, False),
    ("EXISTS", 0, None, True),
    ("EXISTS", False, None, True),
    ("EXISTS", "", None, False),
    ("EXISTS", None, None, False),
    ("EXISTS", UNDEFINED, None, False),
    ("EXISTS", [], None, True),
]

NEGATIONS = {
    "TEXT_CONTAINS": "TEXT_DOES_NOT_CONTAIN",
    "TEXT_EXACTLY_MATCHES": "TEXT_DOES_NOT_EXACTLY_MATCH",
    "TEXT_START_WITH": "TEXT_DOES_NOT_START_WITH",
    "TEXT_ENDS_WITH": "TEXT_DOES_NOT_END_WITH",
    "LIST_CONTAINS": "LIST_DOES_NOT_CONTAIN",
    "EXISTS": "DOES_NOT_EXIST",
}


@pytest.mark.parametrize(("operator", "first", "second", "holds"), CASES)
def test_operators(operator: str, first: Any, second: Any, holds: bool) -> None:
    assert evaluate_condition(operator, first, second, False) is holds
    if operator in NEGATIONS:
        assert evaluate_condition(NEGATIONS[operator], first, second, False) is not holds


def test_there_are_22_operators_and_each_is_tested() -> None:
    assert len(OPERATORS) == 22
    assert {case[0] for case in CASES} | set(NEGATIONS.values()) == set(OPERATORS)


@pytest.mark.parametrize("operator", ["TEXT_CONTAINS", "TEXT_EXACTLY_MATCHES", "TEXT_START_WITH", "TEXT_ENDS_WITH", "LIST_CONTAINS"])
def test_case_counts_when_asked_for(operator: str) -> None:
    assert evaluate_condition(operator, "Abc", "abc", case_sensitive=False)
    assert not evaluate_condition(operator, "Abc", "abc", case_sensitive=True)
    assert evaluate_condition(operator, "Abc", "Abc", case_sensitive=True)


def condition(first: Any, operator: str | None = "BOOLEAN_IS_TRUE", **more: Any) -> dict[str, Any]:
    return {"firstValue": first, "operator": operator, **more}


def test_groups_are_alternatives_and_conditions_in_one_all_needed() -> None:
    yes, no = condition(True), condition(False)
    assert evaluate_conditions([[yes, no], [yes, yes]], "B")
    assert not evaluate_conditions([[yes, no], [no]], "B")
    assert evaluate_conditions([[]], "B")
    assert not evaluate_conditions([], "B")
    assert evaluate_conditions([[condition("Ab", "TEXT_CONTAINS", secondValue="B", caseSensitive=False)]], "B")
    assert not evaluate_conditions([[condition("Ab", "TEXT_CONTAINS", secondValue="B", caseSensitive=True)]], "B")


@pytest.mark.parametrize("operator", [None, "TEXT_STARTS_WITH", ""])
def test_a_missing_or_unknown_operator_is_named_with_its_place(operator: str | None) -> None:
    with pytest.raises(ConditionError) as raised:
        evaluate_conditions([[condition(True)], [condition(True), condition(1, operator)]], "Big orders")
    error = raised.value
    assert (error.field, error.branch, error.group, error.condition) == ("operator", "Big orders", 1, 1)
    assert "Big orders" in str(error)


def test_a_condition_without_operator_at_all() -> None:
    with pytest.raises(ConditionError, match="branch 'B', group 0, condition 0: operator: is required"):
        evaluate_conditions([[{"firstValue": 1}]], "B")


def test_a_text_operator_needs_both_sides() -> None:
    with pytest.raises(ConditionError, match="secondValue"):
        evaluate_condition("TEXT_CONTAINS", "a")
    with pytest.raises(ConditionError, match="firstValue"):
        evaluate_condition("TEXT_CONTAINS", UNDEFINED, "a")

"""The conditions of a router's branch (spec/flow-json.md §4), on values whose templates are already resolved.

Every operator is a function of both sides, and behaves as the JavaScript of the wire does: texts and list items compare as text (what is
no text as its JSON), lower-cased unless the condition is case-sensitive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import orjson

from .dates import parse_date
from .javascript import UNDEFINED, js_less, js_number, js_truthy, json_stringify, loose_equal


class ConditionError(ValueError):
    """A condition that cannot be evaluated. ``field`` names the member at fault; ``branch``, ``group`` and ``condition`` say where it
    stands (the branch's name, positions from 0; None when a condition is evaluated by itself)."""

    def __init__(self, field: str, reason: str, *, branch: str | None = None, group: int | None = None, condition: int | None = None):
        place = "" if group is None else f"branch {branch!r}, group {group}, condition {condition}: "
        super().__init__(f"{place}{field}: {reason}")
        self.field = field
        self.reason = reason
        self.branch = branch
        self.group = group
        self.condition = condition


def evaluate_conditions(groups: Iterable[Iterable[Mapping[str, Any]]], branch: str) -> bool:
    """Whether any group of a branch holds, a group holding when all of its conditions do: an empty group is true, no group at all is
    false. Every condition is evaluated, so that a broken one is reported wherever it stands.

    *groups*: condition objects of the wire (operator, firstValue, secondValue, caseSensitive). Raises ConditionError with its place."""
    held = [
        [_evaluate_placed(condition, branch, group, position) for position, condition in enumerate(conditions)]
        for group, conditions in enumerate(groups)
    ]
    return any(all(results) for results in held)


def _evaluate_placed(condition: Mapping[str, Any], branch: str, group: int, position: int) -> bool:
    try:
        return evaluate_condition(
            condition.get("operator"),
            condition.get("firstValue", UNDEFINED),
            condition.get("secondValue", UNDEFINED),
            js_truthy(condition.get("caseSensitive", False)),
        )
    except ConditionError as error:
        raise ConditionError(error.field, error.reason, branch=branch, group=group, condition=position) from None


def evaluate_condition(operator: str | None, first: Any, second: Any = UNDEFINED, case_sensitive: bool = False) -> bool:
    """One condition on resolved values. Raises ConditionError for a missing or unknown operator, or a side that a text needs and lacks."""
    if operator is None:
        raise ConditionError("operator", "is required")
    evaluate = OPERATORS.get(operator)
    if evaluate is None:
        raise ConditionError("operator", f"unknown operator {operator!r}")
    return evaluate(first, second, case_sensitive)


Operator = Callable[[Any, Any, bool], bool]


# --- text --------------------------------------------------------------------------------------------------------------------------


def _text(value: Any, case_sensitive: bool, field: str) -> str:
    if value is UNDEFINED:
        raise ConditionError(field, "is required by this operator")
    text = value if type(value) is str else json_stringify(value)
    return text if case_sensitive else text.lower()


def _on_texts(compare: Callable[[str, str], bool]) -> Operator:
    def evaluate(first: Any, second: Any, case_sensitive: bool) -> bool:
        return compare(_text(first, case_sensitive, "firstValue"), _text(second, case_sensitive, "secondValue"))

    return evaluate


def _not(operator: Operator) -> Operator:
    return lambda first, second, case_sensitive: not operator(first, second, case_sensitive)


# --- numbers and booleans ----------------------------------------------------------------------------------------------------------


def _number_or_raw(value: Any) -> Any:
    number = js_number(value)
    return value if number != number else number


def _on_numbers(compare: Callable[[Any, Any], bool]) -> Operator:
    return lambda first, second, _: compare(_number_or_raw(first), _number_or_raw(second))


# --- dates -------------------------------------------------------------------------------------------------------------------------


def _on_dates(compare: Callable[[float, float], bool]) -> Operator:
    def evaluate(first: Any, second: Any, _: bool) -> bool:
        left, right = parse_date(first), parse_date(second)
        return left is not None and right is not None and compare(left, right)

    return evaluate


# --- lists -------------------------------------------------------------------------------------------------------------------------


def _parsed(value: Any) -> Any:
    """A text as the JSON that it holds, anything else as it is; UNDEFINED for a text that is no JSON."""
    if type(value) is not str:
        return value
    try:
        return orjson.loads(value)
    except ValueError:
        return UNDEFINED


def _as_list(value: Any) -> list[Any]:
    parsed = _parsed(value)
    if parsed is UNDEFINED:
        parsed = value
    return parsed if type(parsed) is list else [parsed]


def _list_contains(first: Any, second: Any, case_sensitive: bool) -> bool:
    return any(_text(item, case_sensitive, "firstValue") == _text(second, case_sensitive, "secondValue") for item in _as_list(first))


def _list_is_empty(first: Any, second: Any, case_sensitive: bool) -> bool:
    items = _parsed(first)
    return type(items) is list and not items


def _list_is_not_empty(first: Any, second: Any, case_sensitive: bool) -> bool:
    items = _parsed(first)
    return type(items) is list and bool(items)


# --- presence ----------------------------------------------------------------------------------------------------------------------


def _exists(first: Any, second: Any, case_sensitive: bool) -> bool:
    return first is not UNDEFINED and first is not None and not (type(first) is str and first == "")


_contains = _on_texts(lambda first, second: second in first)
_matches = _on_texts(lambda first, second: first == second)
_starts = _on_texts(lambda first, second: first.startswith(second))
_ends = _on_texts(lambda first, second: first.endswith(second))

OPERATORS: Final[dict[str, Operator]] = {
    "TEXT_CONTAINS": _contains,
    "TEXT_DOES_NOT_CONTAIN": _not(_contains),
    "TEXT_EXACTLY_MATCHES": _matches,
    "TEXT_DOES_NOT_EXACTLY_MATCH": _not(_matches),
    "TEXT_START_WITH": _starts,  # the wire's spelling
    "TEXT_DOES_NOT_START_WITH": _not(_starts),
    "TEXT_ENDS_WITH": _ends,
    "TEXT_DOES_NOT_END_WITH": _not(_ends),
    "NUMBER_IS_GREATER_THAN": _on_numbers(lambda first, second: js_less(second, first) is True),
    "NUMBER_IS_LESS_THAN": _on_numbers(lambda first, second: js_less(first, second) is True),
    "NUMBER_IS_EQUAL_TO": _on_numbers(loose_equal),
    "BOOLEAN_IS_TRUE": lambda first, second, case_sensitive: js_truthy(first),
    "BOOLEAN_IS_FALSE": lambda first, second, case_sensitive: not js_truthy(first),
    "DATE_IS_BEFORE": _on_dates(lambda first, second: first < second),
    "DATE_IS_EQUAL": _on_dates(lambda first, second: first == second),
    "DATE_IS_AFTER": _on_dates(lambda first, second: first > second),
    "LIST_CONTAINS": _list_contains,
    "LIST_DOES_NOT_CONTAIN": _not(_list_contains),
    "LIST_IS_EMPTY": _list_is_empty,
    "LIST_IS_NOT_EMPTY": _list_is_not_empty,
    "EXISTS": _exists,
    "DOES_NOT_EXIST": _not(_exists),
}
"""By wire value; spec/flow-json.md §4."""

from typing import Any

from piecework.engine.expressions.flatten import flatten_nested_keys


def test_arrays_are_opened_at_every_level() -> None:
    data = {"rows": [[{"cell": [1, [2]]}], {"cell": 3}, "noise", {"other": 4}]}
    assert flatten_nested_keys(data, ["rows", "cell"]) == [1, 2, 3]


def test_only_scalars_are_values() -> None:
    assert flatten_nested_keys({"a": {"b": 1}}, ["a"]) == []
    assert flatten_nested_keys({"a": None}, ["a"]) == [None]
    assert flatten_nested_keys("text", []) == ["text"]
    assert flatten_nested_keys("text", ["a"]) == []
    assert flatten_nested_keys({"a": 1}, []) == []


def test_depth_is_no_limit() -> None:
    data: Any = {"a": 1}
    for _ in range(5000):
        data = [data]
    assert flatten_nested_keys(data, ["a"]) == [1]

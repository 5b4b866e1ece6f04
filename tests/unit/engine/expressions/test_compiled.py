"""Whole values: spec/engine.md §1, in the form of 0.83 (a variable is the step's output)."""

import math
from typing import Any

import pytest

from piecework.engine.expressions import UNDEFINED, Question, Unresolved, compile_value

NAMES = ["trigger", "step_1", "loop", "step_2"]
SCOPE: dict[str, Any] = {
    "trigger": {"body": {"name": "Ann", "n": 5, "empty": None, "tags": ["a", "b"], "ok": True}},
    "step_1": {"x": 1.5, "whole": 5.0, "text": "text", "nan": math.nan, "big": 1e21},
    "loop": {"item": {"n": 3}, "index": 1},
}


def evaluate(raw: Any, answers: Any = None) -> Any:
    return compile_value(raw, NAMES).evaluate(SCOPE, answers or {})


def questions(raw: Any, answers: Any = None) -> list[Question]:
    with pytest.raises(Unresolved) as raised:
        evaluate(raw, answers)
    return raised.value.questions


def test_a_single_token_keeps_its_type() -> None:
    assert evaluate("{{trigger['body']}}") is SCOPE["trigger"]["body"]
    assert evaluate(" {{ trigger.body.n }} ") == 5
    assert evaluate("{{trigger.body.ok}}") is True
    assert evaluate("{{loop[\"item\"]['n']}}") == 3
    assert evaluate("{{trigger.body.tags[1]}}") == "b"
    assert evaluate("{{trigger.body.tags.length}}") == 2
    assert evaluate("{{step_1.text[0]}}{{step_1['text']['length']}}") == "t4"
    assert evaluate("{{step_1.x * 2}}") == 3
    assert type(evaluate("{{step_1.x * 2}}")) is int


def test_mixed_text_is_stringified() -> None:
    assert evaluate("Hello {{trigger.body.name}}, {{trigger.body.n}}!") == "Hello Ann, 5!"
    assert evaluate("{{trigger.body.tags}}{{trigger.body.ok}}") == '["a","b"]true'
    assert evaluate("{{step_1.whole}} {{step_1.big}} {{step_1.nan}} {{step_1.x}}") == "5 1e+21 null 1.5"
    assert evaluate("{{trigger}} ") == SCOPE["trigger"]
    assert evaluate("- {{trigger.body}}") == '- {"name":"Ann","n":5,"empty":null,"tags":["a","b"],"ok":true}'


@pytest.mark.parametrize(
    "expression",
    ["", " ", "trigger.body.empty", "trigger.body.missing", "trigger.missing.deep.deeper", "step_2", "step_2.x", "trigger.body.tags[-1]"],
)
def test_nothing_is_an_empty_text_in_both_forms(expression: str) -> None:
    assert evaluate(f"{{{{{expression}}}}}") == ""
    assert evaluate(f"<{{{{{expression}}}}}>") == "<>"


@pytest.mark.parametrize("expression", ["trigger.__proto__", "trigger.constructor", "trigger['prototype']", "trigger.toString"])
def test_inherited_properties_are_nothing(expression: str) -> None:
    assert evaluate(f"{{{{{expression}}}}}") == ""


def test_values_are_walked_through_objects_and_arrays_but_not_keys() -> None:
    raw = {"{{key}}": "{{step_1.text}}", "list": [1, "{{loop.index}}", {"deep": "n={{loop.item.n}}"}], "same": {"a": [None, True]}}
    compiled = compile_value(raw, NAMES)
    assert compiled.evaluate(SCOPE) == {
        "{{key}}": "text",
        "list": [1, 1, {"deep": "n=3"}],
        "same": {"a": [None, True]},
    }
    assert list(compiled.evaluate(SCOPE)) == list(raw)
    assert raw["{{key}}"] == "{{step_1.text}}"
    assert compiled.roots == {"step_1", "loop"}
    assert not compiled.constant


@pytest.mark.parametrize("raw", [None, True, 5, "text", "", [], {}, {"a": ["b", {"c": 1}]}, "}} {{"])
def test_constants(raw: Any) -> None:
    compiled = compile_value(raw, NAMES)
    assert compiled.constant
    assert compiled.evaluate({}) == raw
    assert compiled.evaluate_censored({}) == raw
    assert compiled.roots == frozenset()
    assert not compiled.has_secrets


def test_a_formula_is_left_untouched() -> None:
    raw = "ap-formula-v1::{upper({{step_1.text}})}::ap-formula-v1"
    assert compile_value(raw, NAMES).constant
    assert evaluate({"f": raw}) == {"f": raw}


def test_all_questions_at_once_in_order_without_duplicates() -> None:
    raw = {
        "a": [["{{step_1.text.at(0)}}"], "{{connections.one}}"],
        "b": "{{variables['KEY']}} {{loop.item.n.toFixed(trigger.body.n)}} {{connections['one'].token}}",
        "c": {"d": "{{ step_1.text.at(0) }}"},
    }
    assert questions(raw) == [
        Question("javascript", "step_1.text.at(0)", ("step_1",)),
        Question("connection", "one"),
        Question("variable", "KEY"),
        Question("javascript", "loop.item.n.toFixed(trigger.body.n)", ("loop", "trigger")),
    ]
    answers = {
        ("javascript", "step_1.text.at(0)"): "t",
        ("connection", "one"): {"token": "secret"},
        ("variable", "KEY"): "value",
        ("javascript", "loop.item.n.toFixed(trigger.body.n)"): "3.00000",
    }
    assert evaluate(raw, answers) == {"a": [["t"], {"token": "secret"}], "b": "value 3.00000 secret", "c": {"d": "t"}}
    assert questions(raw, {key: value for key, value in answers.items() if key[0] != "variable"}) == [Question("variable", "KEY")]


def test_answers_are_typed_and_undefined_is_an_empty_text() -> None:
    script = "trigger.body.tags.map(tag => tag)"
    assert evaluate(f"{{{{{script}}}}}", {("javascript", script): ["a"]}) == ["a"]
    assert evaluate(f"{{{{{script}}}}}!", {("javascript", script): ["a"]}) == '["a"]!'
    for nothing in (UNDEFINED, None):
        assert evaluate(f"{{{{{script}}}}}", {("javascript", script): nothing}) == ""
        assert evaluate(f"<{{{{{script}}}}}>", {("javascript", script): nothing}) == "<>"


@pytest.mark.parametrize("source", ["trigger..body", "step_1 +", "(((", "`${step_1.x}`", "{a: step_1.x}", "'step_1'.at(0)"])
def test_whatever_is_not_native_is_a_question_never_an_error(source: str) -> None:
    names = tuple(name for name in ("trigger", "step_1") if name in source)
    assert questions(f"x {{{{ {source} }}}}") == [Question("javascript", source, names)]


def test_uncertain_operands_become_a_question_at_run_time() -> None:
    compiled = compile_value("{{trigger.body.n + step_1.text}}", NAMES)
    assert compiled.evaluate({"trigger": {"body": {"n": 1}}, "step_1": {"text": "a"}}) == "1a"
    with pytest.raises(Unresolved) as raised:
        compiled.evaluate({"trigger": {"body": {"n": 1}}, "step_1": {"text": {}}})
    assert raised.value.questions == [Question("javascript", "trigger.body.n + step_1.text", ("trigger", "step_1"))]


@pytest.mark.parametrize(
    ("token", "value"),
    [
        ("connections['x']", {"access_token": "t", "list": [1], "n": None}),
        ("connections.x", {"access_token": "t", "list": [1], "n": None}),
        ('connections["x"]', {"access_token": "t", "list": [1], "n": None}),
        ("connections.['x']", {"access_token": "t", "list": [1], "n": None}),
        ("connections['x'].access_token", "t"),
        ("connections.x.access_token", "t"),
        ("connections.x['list'][0]", 1),
        ("connections.x?.access_token", "t"),
        ("'Bearer' + connections.x", None),
        ("connections['x'].access_token + '!'", "t!"),
        ("connections.x.n", ""),
        ("connections.x.missing.deep", ""),
        ("connections.x.__proto__", ""),
        ("connections.x.list.map(x => x)", ""),
    ],
)
def test_connections(token: str, value: Any) -> None:
    answers = {("connection", "x"): {"access_token": "t", "list": [1], "n": None}}
    if value is None:  # only a token that begins with the root is a connection: anything else is a script that does not see it
        assert questions(f"{{{{{token}}}}}", answers)[0].kind == "javascript"
    else:
        assert evaluate(f"{{{{{token}}}}}", answers) == value


def test_names_of_connections_and_variables() -> None:
    assert questions("{{connections.my-conn_1}}") == [Question("connection", "my-conn_1")]
    assert questions("{{connections['a b.c']}}") == [Question("connection", "a b.c")]
    assert questions("{{variables.NAME}}") == [Question("variable", "NAME")]
    assert evaluate("{{connections}}") == ""
    assert evaluate("<{{variables[0]}}>") == "<>"


def test_a_step_may_be_called_almost_like_a_root() -> None:
    compiled = compile_value("{{connections_1.x}}", ["connections_1"])
    assert compiled.evaluate({"connections_1": {"x": 1}}) == 1
    assert not compiled.has_secrets


def test_missing_secrets_are_empty_texts() -> None:
    assert evaluate("{{connections.x.token}}{{variables.v}}", {("connection", "x"): UNDEFINED, ("variable", "v"): UNDEFINED}) == ""


def test_censoring_replaces_whole_tokens_and_asks_for_no_secret() -> None:
    raw = {"auth": "{{connections['x'].token}}", "url": "https://x/{{variables.KEY}}/{{step_1.text}}", "n": "{{trigger.body.n}}"}
    compiled = compile_value(raw, NAMES)
    assert compiled.has_secrets
    assert compiled.evaluate_censored(SCOPE) == {"auth": "**REDACTED**", "url": "https://x/**REDACTED**/text", "n": 5}
    plain = compile_value({"n": "{{trigger.body.n}}"}, NAMES)
    assert not plain.has_secrets
    assert plain.evaluate_censored(SCOPE) == plain.evaluate(SCOPE)


ITEMS: dict[str, Any] = {"items": [{"a": [{"b": 1}, {"b": "two"}]}, {"a": {"b": None}}, {"c": 1}], "one": "!", "short": ["x"]}


def flatten(raw: str) -> Any:
    return compile_value(raw, NAMES).evaluate({"step_1": ITEMS})


def test_flatten_nested_keys_gives_a_list() -> None:
    assert flatten("{{flattenNestedKeys(step_1.items, ['a', 'b'])}}") == [1, "two", None]
    assert flatten("{{ flattenNestedKeys(step_1, ['items', 'a', 'b']) }}") == [1, "two", None]
    assert flatten("{{flattenNestedKeys(step_1.items, ['a', 'b']).length}}") == 3


def test_flatten_nested_keys_in_a_text_gives_a_text_for_each() -> None:
    row = "{{flattenNestedKeys(step_1.items, ['a', 'b'])}}"
    assert flatten(f"- {row}{{{{step_1.one}}}}") == ["- 1!", "- two!", "- !"]
    assert flatten(f"{row}/{row}") == ["1/1", "two/two", "/"]
    assert flatten(f"{row} {{{{step_1.short}}}}") == ["1 x", "two ", " "]
    assert flatten("x {{flattenNestedKeys(step_1.items, ['nothing'])}}") == []
    assert flatten("x {{flattenNestedKeys(step_2.items, ['a'])}}") == []


def test_flatten_nested_keys_with_other_arguments_is_a_question() -> None:
    assert questions("{{flattenNestedKeys(step_1.items.filter(Boolean), ['a'])}}")[0].names == ("step_1",)


@pytest.mark.parametrize("depth", [500, 20_000])
def test_depth_is_no_limit(depth: int) -> None:
    raw: Any = "{{step_1.text}} {{step_1.x}}"
    for level in range(depth):
        raw = {"k": raw} if level % 2 else [raw]
    value = compile_value(raw, NAMES).evaluate(SCOPE)
    for _ in range(depth):
        value = value["k"] if type(value) is dict else value[0]
    assert value == "text 1.5"

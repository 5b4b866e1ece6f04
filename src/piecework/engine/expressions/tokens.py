"""One ``{{ … }}`` token, compiled: a step's value, a script's answer, a connection or a project variable.

A compiled token is called with the scope, the answers and the list to which it appends its question when an answer is missing; it gives
the typed value, with an empty text for undefined, null and failure (spec/engine.md §1).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, NamedTuple

from .flatten import NAME as FLATTEN_NESTED_KEYS
from .javascript import UNDEFINED, js_trim
from .lexer import NotNative
from .native import Evaluator, compile_native
from .properties import ScriptFailure, Uncertain
from .questions import Answers, Kind, Question

REDACTED: Final = "**REDACTED**"

Read = Callable[[Mapping[str, Any], Answers, list[Question]], Any]

_SECRET_ROOT = re.compile(r"(connections|variables)(?![A-Za-z0-9_$])")
# The dot before a bracket is no JavaScript, but the wire reads it; a name after a dot runs to the next dot, hyphens included.
_SECRET = re.compile(
    r"(?P<root>connections|variables)\s*(?:\.?\s*\[\s*(?:'(?P<single>[^']+)'|\"(?P<double>[^\"]+)\")\s*\]|\.\s*(?P<dotted>[^\s.?\[\]'\"]+))(?P<rest>.*)",
    re.DOTALL,
)
_KINDS: Final[dict[str, Kind]] = {"connections": "connection", "variables": "variable"}
_ANSWER: Final = "answer"
"""The name under which the path behind a connection sees the connection."""
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


class TokenReader(NamedTuple):
    """``read`` gives the value, ``read_censored`` the one that may be stored; ``roots`` are the steps mentioned."""

    read: Read
    read_censored: Read
    roots: tuple[str, ...] = ()
    is_secret: bool = False
    is_flattening: bool = False


def compile_token(source: str, names: Collection[str]) -> TokenReader:
    """The reader of the trimmed inside of a token; *names* are the steps of the flow."""
    if not source:
        return _plain(_nothing)
    if _SECRET_ROOT.match(source):
        return _compile_secret(source)
    is_flattening = source.startswith(FLATTEN_NESTED_KEYS)
    try:
        native = compile_native(source, names)
    except NotNative:
        mentioned = _names_in(source, names)
        return _plain(_script(Question("javascript", source, mentioned)), mentioned, is_flattening)
    return _plain(_native(native.evaluate, Question("javascript", source, native.names)), native.names, is_flattening)


def _plain(read: Read, roots: tuple[str, ...] = (), is_flattening: bool = False) -> TokenReader:
    return TokenReader(read, read, roots, is_flattening=is_flattening)


def _names_in(source: str, names: Collection[str]) -> tuple[str, ...]:
    """The step names among the words of *source*, those inside quotes too: one too many costs little, one too few the value."""
    return tuple(dict.fromkeys(word for word in _IDENTIFIER.findall(source) if word in names))


def _nothing(scope: Mapping[str, Any], answers: Answers, asked: list[Question]) -> Any:
    return ""


def _redacted(scope: Mapping[str, Any], answers: Answers, asked: list[Question]) -> Any:
    return REDACTED


def _native(evaluate: Evaluator, question: Question) -> Read:
    def read(scope: Mapping[str, Any], answers: Answers, asked: list[Question]) -> Any:
        try:
            value = evaluate(scope)
        except ScriptFailure:
            return ""
        except Uncertain:
            value = _answer(question, answers, asked)
        return "" if value is None or value is UNDEFINED else value

    return read


def _script(question: Question) -> Read:
    def read(scope: Mapping[str, Any], answers: Answers, asked: list[Question]) -> Any:
        value = _answer(question, answers, asked)
        return "" if value is None or value is UNDEFINED else value

    return read


def _answer(question: Question, answers: Answers, asked: list[Question]) -> Any:
    """The answer to *question*; without one the question joins *asked* and the value is undefined for now."""
    key = (question.kind, question.text)
    if key in answers:
        return answers[key]
    if question not in asked:
        asked.append(question)
    return UNDEFINED


def _compile_secret(source: str) -> TokenReader:
    match = _SECRET.fullmatch(source)
    if match is None:
        return _plain(_nothing)
    name = match["single"] or match["double"] or match["dotted"]
    question = Question(_KINDS[match["root"]], name)
    return TokenReader(_secret(question, js_trim(match["rest"])), _redacted, is_secret=True)


def _secret(question: Question, rest: str) -> Read:
    """What *rest* (``.access_token``, ``['x'].y`` …) gives on the answer. It never goes to V8: a secret stays out of scripts' reach."""
    if not rest:
        return _script(question)
    try:
        evaluate = compile_native(_ANSWER + rest, (_ANSWER,)).evaluate
    except NotNative:
        return _nothing

    def read(scope: Mapping[str, Any], answers: Answers, asked: list[Question]) -> Any:
        answer = _answer(question, answers, asked)
        try:
            value = evaluate({_ANSWER: answer})
        except (ScriptFailure, Uncertain):
            return ""
        return "" if value is None or value is UNDEFINED else value

    return read

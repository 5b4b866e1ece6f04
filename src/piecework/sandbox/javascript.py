"""Requests to a V8 child and the meaning of its answers (``child.py`` is the other side)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from piecework.sandbox.errors import CodeFailed
from piecework.sandbox.limits import Limits
from piecework.sandbox.outcome import from_json, successful, to_json
from piecework.sandbox.worker import Frame


class Answer(NamedTuple):
    """One expression's value; not ``ok`` when it threw (``error`` says what) or was undefined (``error`` is empty)."""

    ok: bool
    value: Any
    error: str


def code_request(source: str, inputs: Any, limits: Limits) -> Frame:
    header = {"op": "code", "source": source, "cpu": limits.cpu_seconds, "output": limits.output_bytes, "stdout": limits.stdout_bytes}
    return to_json(header), to_json(inputs)


def evaluate_request(expressions: Sequence[str], scope: Mapping[str, Any], limits: Limits) -> Frame:
    header = {"op": "evaluate", "expressions": list(expressions), "cpu": limits.cpu_seconds, "output": limits.output_bytes}
    return to_json(header), to_json(dict(scope))


def compile_request(code: str, limits: Limits) -> Frame:
    return to_json({"op": "compile", "cpu": limits.cpu_seconds}), code.encode("utf-8", "replace")


def evaluate_result(frame: Frame, count: int, limits: Limits) -> list[Answer]:
    successful(frame, limits)
    try:
        answers = [_answer(*pair) for pair in from_json(frame[1], "")]
    except TypeError:
        answers = []
    if len(answers) != count:
        raise CodeFailed("The expressions broke their own sandbox")
    return answers


def compile_result(frame: Frame, limits: Limits) -> str:
    successful(frame, limits)
    return frame[1].decode()


def _answer(ok: Any, content: Any) -> Answer:
    return Answer(True, content, "") if ok is True else Answer(False, None, content or "")

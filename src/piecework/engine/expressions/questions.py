"""What a template needs from outside before its value is known: JavaScript's result, a connection, a project variable."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

Kind = Literal["javascript", "connection", "variable"]


class Question(NamedTuple):
    """``javascript``: *text* is the source of an expression, *names* the steps whose outputs it mentions and must see as variables.
    ``connection``: *text* is the external id. ``variable``: *text* is the name."""

    kind: Kind
    text: str
    names: tuple[str, ...] = ()


Answers = Mapping[tuple[str, str], Any]
"""Answers by (kind, text): the typed value, or UNDEFINED for one that is missing or has failed."""

NO_ANSWERS: Final[Answers] = MappingProxyType({})


class Unresolved(Exception):  # asks for answers, is not a failure
    """A value cannot be evaluated yet. ``questions``: all that it still needs, in order of appearance, each once."""

    def __init__(self, questions: list[Question]) -> None:
        super().__init__(f"{len(questions)} open question(s)")
        self.questions = questions

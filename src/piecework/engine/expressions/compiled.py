"""A value with templates in it, compiled once per flow version and evaluated for every step: ``compile_value``.

The value becomes a flat plan, so that neither compiling nor evaluating depends on Python's stack. Every text with tokens is a *leaf*;
every container with a leaf somewhere below is copied, its changing members set from the cells computed before. What holds no token is
shared as it is, and so are the parts of the scope that paths lead to: values are immutable once they travel.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from typing import Any, NamedTuple

from .javascript import UNDEFINED, json_stringify
from .questions import NO_ANSWERS, Answers, Question, Unresolved
from .template import Template, split_template
from .tokens import Read, compile_token

Container = dict[str, Any] | list[Any]


class Compiled:
    """A compiled value.

    constant: no templates inside. roots: the step names mentioned. has_secrets: whether a connection or a variable is mentioned; if not,
    ``evaluate_censored`` gives the same as ``evaluate``.
    """

    __slots__ = ("_copies", "_leaves", "_raw", "constant", "has_secrets", "roots")

    def __init__(self, raw: Any, leaves: list[_Leaf], copies: list[_Copy]) -> None:
        self._raw = raw
        self._leaves = leaves
        self._copies = copies
        self.constant = not leaves
        self.has_secrets = any(leaf.is_secret for leaf in leaves)
        self.roots = frozenset(chain.from_iterable(leaf.roots for leaf in leaves))

    def evaluate(self, scope: Mapping[str, Any], answers: Answers = NO_ANSWERS) -> Any:
        """The value in *scope* (step name -> output; a step that has not run is absent). Raises Unresolved with all that is missing
        from *answers*."""
        if self.constant:
            return self._raw
        asked: list[Question] = []
        cells = [leaf.read(scope, answers, asked) for leaf in self._leaves]
        return self._assemble(cells, asked)

    def evaluate_censored(self, scope: Mapping[str, Any], answers: Answers = NO_ANSWERS) -> Any:
        """The value as it may be stored: what a connection or variable token gives is ``**REDACTED**``, and is not asked for."""
        if self.constant:
            return self._raw
        asked: list[Question] = []
        cells = [leaf.read_censored(scope, answers, asked) for leaf in self._leaves]
        return self._assemble(cells, asked)

    def _assemble(self, cells: list[Any], asked: list[Question]) -> Any:
        if asked:
            raise Unresolved(asked)
        for original, members in self._copies:
            copy: Any = original.copy()
            for key, cell in members:
                copy[key] = cells[cell]
            cells.append(copy)
        return cells[-1]


class _Leaf(NamedTuple):
    """A text with tokens: cell *n* of the plan is leaf *n*."""

    read: Read
    read_censored: Read
    roots: tuple[str, ...]
    is_secret: bool


class _Copy(NamedTuple):
    """A container whose *members* (key or index, number of the cell) change; its own cell follows those of all before it."""

    original: Container
    members: list[tuple[Any, int]]


def compile_value(raw: Any, names: Collection[str]) -> Compiled:
    """*raw* (any JSON value, nested as deep as it likes) compiled; *names* are the step names of the flow. Keys are no templates."""
    known = frozenset(names)
    leaves: list[_Leaf] = []
    containers: list[_Place] = []
    stack: list[tuple[Any, _Place | None, Any]] = [(raw, None, None)]
    while stack:  # depth first, in the order of the text, so that questions are asked in that order
        item, parent, key = stack.pop()
        if type(item) is str:
            leaf = _compile_text(item, known)
            if leaf is not None:
                if parent is not None:
                    parent.changing.append((key, len(leaves)))
                leaves.append(leaf)
        elif type(item) is dict or type(item) is list:
            place = _Place(item, parent, key, [])
            containers.append(place)
            members: Iterable[tuple[Any, Any]] = item.items() if type(item) is dict else enumerate(item)
            stack.extend(reversed([(member, place, key) for key, member in members]))
    return Compiled(raw, leaves, _copies(containers, len(leaves)))


class _Place(NamedTuple):
    """A container found on the walk, the one that holds it under *key*, and its changing members (see ``_Copy``)."""

    container: Container
    parent: _Place | None
    key: Any
    changing: list[tuple[Any, int]]


def _copies(containers: list[_Place], first_cell: int) -> list[_Copy]:
    """The containers with leaves below them, the inner ones first; their cells start at *first_cell*."""
    copies: list[_Copy] = []
    for container, parent, key, changing in reversed(containers):
        if changing:
            if parent is not None:
                parent.changing.append((key, first_cell + len(copies)))
            copies.append(_Copy(container, changing))
    return copies


# --- texts -------------------------------------------------------------------------------------------------------------------------


def _compile_text(text: str, names: frozenset[str]) -> _Leaf | None:
    """The leaf of a text, None for one without tokens."""
    template = split_template(text)
    if not template.expressions:
        return None
    tokens = [compile_token(expression, names) for expression in template.expressions]
    roots = tuple(chain.from_iterable(token.roots for token in tokens))
    is_secret = any(token.is_secret for token in tokens)
    if template.is_one_token:
        return _Leaf(tokens[0].read, tokens[0].read_censored, roots, is_secret)
    mix = _zip_mix if any(token.is_flattening for token in tokens) else _text_mix
    return _Leaf(
        mix(template, [token.read for token in tokens]), mix(template, [token.read_censored for token in tokens]), roots, is_secret
    )


def _text_mix(template: Template, reads: list[Read]) -> Read:
    """Text and tokens as one text."""
    first, *following = template.texts
    pairs = tuple(zip(reads, following, strict=True))

    def read(scope: Mapping[str, Any], answers: Answers, asked: list[Question]) -> Any:
        parts = [first]
        for read_token, text in pairs:
            value = read_token(scope, answers, asked)
            parts.append(value if type(value) is str else json_stringify(value))
            parts.append(text)
        return "".join(parts)

    return read


def _zip_mix(template: Template, reads: list[Read]) -> Read:
    """Text around ``flattenNestedKeys``: one text for every element of the longest array among the tokens' values. Shorter arrays end in
    empty texts, other values repeat; without any array the result is empty (spec/engine.md §1)."""
    first, *following = template.texts

    def read(scope: Mapping[str, Any], answers: Answers, asked: list[Question]) -> Any:
        values = [read_token(scope, answers, asked) for read_token in reads]
        length = max((len(value) for value in values if type(value) is list), default=0)
        return [first + "".join(map(_joined, _row(values, row), following)) for row in range(length)]

    return read


def _row(values: list[Any], row: int) -> Iterable[Any]:
    for value in values:
        if type(value) is not list:
            yield value
        else:
            yield value[row] if row < len(value) else None


def _joined(value: Any, text: str) -> str:
    if value is None or value is UNDEFINED:
        return text
    return (value if type(value) is str else json_stringify(value)) + text

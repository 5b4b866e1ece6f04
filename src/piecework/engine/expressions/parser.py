"""A Pratt parser for the part of JavaScript that is evaluated without JavaScript: one expression, no statements.

It accepts nothing that JavaScript would read otherwise. In doubt it raises ``NotNative``, never a syntax error: V8 says what is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from .javascript import UNDEFINED, is_number
from .lexer import NotNative, Token, tokenize

MAX_NESTING: Final = 40
"""Levels of brackets, calls, unary operators and branches; deeper expressions go to V8."""


@dataclass(frozen=True, slots=True)
class Constant:
    value: Any


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """``target.key``, ``target[key]``, and with *optional* ``target?.key``; a dotted key is a Constant."""

    target: Node
    key: Node
    optional: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """The extent that an optional member gives up at once when its target is null or undefined."""

    body: Node


@dataclass(frozen=True, slots=True)
class Call:
    callee: Node
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Unary:
    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic and comparison: both sides are always evaluated."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logical:
    """``&&``, ``||``, ``??``: the right side only when it is needed."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Conditional:
    test: Node
    consequent: Node
    alternate: Node


@dataclass(frozen=True, slots=True)
class ArrayLiteral:
    items: tuple[Node, ...]


Node = Constant | Name | Member | Chain | Call | Unary | Binary | Logical | Conditional | ArrayLiteral

_CONDITIONAL: Final = 1
_LOGICAL = {"??": 2, "||": 2, "&&": 3}  # ?? may not meet || or && without brackets; see _logical
_BINARY = {"==": 4, "!=": 4, "===": 4, "!==": 4, "<": 5, ">": 5, "<=": 5, ">=": 5, "+": 6, "-": 6, "*": 7, "/": 7, "%": 7}
_UNARY: Final = 8
_KEYWORDS = {"true": True, "false": False, "null": None}
_RESERVED_WORDS = """
    arguments async await break case catch class const continue debugger default delete do else enum eval export extends finally for
    function if implements import in instanceof interface let new package private protected public return static super switch this
    throw try var void while with yield
"""
_RESERVED = frozenset(_RESERVED_WORDS.split())


def parse(source: str) -> Node:
    """The tree of *source*. Raises NotNative for all that is not evaluated natively, wrong JavaScript included."""
    return _Parser(tokenize(source)).parse()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._position = 0
        self._nesting = 0

    def parse(self) -> Node:
        tree = self._expression(0)
        if self._peek().kind != "end":
            raise NotNative
        return tree

    def _peek(self) -> Token:
        return self._tokens[self._position]

    def _next(self) -> Token:
        token = self._tokens[self._position]
        self._position += 1
        return token

    def _at(self, punctuator: str) -> bool:
        token = self._tokens[self._position]
        return token.kind == "punctuator" and token.value == punctuator

    def _skip(self, punctuator: str) -> bool:
        found = self._at(punctuator)
        self._position += found
        return found

    def _expect(self, punctuator: str) -> None:
        if not self._skip(punctuator):
            raise NotNative

    def _expression(self, minimum: int) -> Node:
        """An expression whose operators bind tighter than *minimum*."""
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise NotNative
        left = self._unary()
        while (stronger := self._operator(left, minimum)) is not None:
            left = stronger
        self._nesting -= 1
        return left

    def _operator(self, left: Node, minimum: int) -> Node | None:
        """*left* joined with what follows it, None if nothing that binds tighter than *minimum* does."""
        token = self._peek()
        if token.kind != "punctuator":
            return None
        operator = token.value
        if operator in _BINARY and _BINARY[operator] > minimum:
            self._next()
            return Binary(operator, left, self._expression(_BINARY[operator]))
        if operator in _LOGICAL and _LOGICAL[operator] > minimum:
            self._next()
            return self._logical(operator, left, self._expression(_LOGICAL[operator]))
        if operator == "?" and minimum < _CONDITIONAL:
            self._next()
            consequent = self._expression(0)
            self._expect(":")
            return Conditional(left, consequent, self._expression(0))
        return None

    def _logical(self, operator: str, left: Node, right: Node) -> Node:
        for side in (left, right):
            if isinstance(side, Logical) and (side.operator == "??") != (operator == "??"):
                raise NotNative  # a syntax error unless the side was in brackets, which the tree no longer shows
        return Logical(operator, left, right)

    def _unary(self) -> Node:
        token = self._peek()
        is_typeof = token.kind == "name" and token.value == "typeof"
        if not is_typeof and not (token.kind == "punctuator" and token.value in ("-", "+", "!")):
            return self._postfix()
        self._next()
        operand = self._expression(_UNARY)
        if token.value == "-" and isinstance(operand, Constant) and is_number(operand.value) and operand.value:
            return Constant(-operand.value)
        return Unary(token.value, operand)

    def _postfix(self) -> Node:
        node = self._primary()
        optional_seen = False
        while True:
            optional = self._skip("?.")
            optional_seen = optional_seen or optional
            if self._at("("):
                if optional:
                    raise NotNative
                node = Call(node, self._items("(", ")"))
            elif self._skip("["):
                node = Member(node, self._expression(0), optional)
                self._expect("]")
            elif optional or self._skip("."):
                node = Member(node, self._property_name(), optional)
            else:
                return Chain(node) if optional_seen else node

    def _property_name(self) -> Node:
        token = self._next()
        if token.kind != "name":
            raise NotNative
        return Constant(token.value)

    def _primary(self) -> Node:
        token = self._next()
        if token.kind == "literal":
            return Constant(token.value)
        if token.kind == "name":
            return self._name(token.value)
        if token.kind == "punctuator" and token.value == "(":
            node = self._expression(0)
            self._expect(")")
            return node
        if token.kind == "punctuator" and token.value == "[":
            self._position -= 1
            return ArrayLiteral(self._items("[", "]"))
        raise NotNative

    def _name(self, name: str) -> Node:
        if name in _KEYWORDS:
            return Constant(_KEYWORDS[name])
        if name in _RESERVED or name == "typeof":
            raise NotNative
        return Constant(UNDEFINED) if name == "undefined" else Name(name)

    def _items(self, opening: str, closing: str) -> tuple[Node, ...]:
        """Expressions between brackets; one comma may trail, holes and spreads are not native."""
        self._expect(opening)
        items: list[Node] = []
        while not self._skip(closing):
            items.append(self._expression(0))
            if not self._skip(","):
                self._expect(closing)
                break
        return tuple(items)

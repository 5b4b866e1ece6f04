"""From an expression's tree to a closure that evaluates it: ``compile_native``.

The closure takes the scope (step name -> output) and returns the value, or raises ``ScriptFailure`` where JavaScript would throw and
``Uncertain`` where only V8 knows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from .functions import GLOBALS, METHODS
from .javascript import UNDEFINED, is_object, js_string, js_truthy, js_typeof, plain_number
from .lexer import NotNative
from .operators import BINARY, NEEDS_RIGHT, UNARY
from .parser import ArrayLiteral, Binary, Call, Chain, Conditional, Constant, Logical, Member, Name, Node, Unary, parse
from .properties import FORBIDDEN, Step, Uncertain, path_step, read_path, read_property, read_variable

Scope = Mapping[str, Any]
Evaluator = Callable[[Scope], Any]


class Native(NamedTuple):
    """An expression that Python evaluates, and the steps that it names, in order."""

    evaluate: Evaluator
    names: tuple[str, ...]


class _Nullish(Exception):  # a jump, not a failure
    """An optional member met null or undefined: the chain around it is undefined."""


def compile_native(source: str, names: Collection[str]) -> Native:
    """The evaluator of *source*, whose variables are *names*. Raises NotNative."""
    tree = parse(source)
    path = _property_path(tree, names)
    if path is not None:
        return Native(_path_evaluator(*path), (path[0],))
    compiler = _Compiler(names)
    return Native(_settling(compiler.compile(tree)), tuple(compiler.mentioned))


def _settling(evaluate: Evaluator) -> Evaluator:
    return lambda scope: _settled(evaluate(scope))


def _settled(value: Any) -> Any:
    """A result as JSON carries it: whole numbers are ints."""
    return plain_number(value) if type(value) is float else value


# --- property paths ----------------------------------------------------------------------------------------------------------------


def _property_path(tree: Node, names: Collection[str]) -> tuple[str, tuple[Step, ...]] | None:
    """Root and steps of a tree that is nothing but a path; an optional member is like any other, as a path never throws."""
    keys: list[str] = []
    while not isinstance(tree, Name):
        if isinstance(tree, Chain):
            tree = tree.body
        elif isinstance(tree, Member) and isinstance(tree.key, Constant):
            keys.append(js_string(tree.key.value))
            tree = tree.target
        else:
            return None
    if tree.name not in names:
        return None
    return tree.name, tuple(path_step(key) for key in reversed(keys))


def _path_evaluator(root: str, steps: tuple[Step, ...]) -> Evaluator:
    if any(key in FORBIDDEN for key, _ in steps):
        return _nothing
    return lambda scope: read_path(scope.get(root, UNDEFINED), steps)


def _nothing(scope: Scope) -> Any:
    return UNDEFINED


# --- everything else ---------------------------------------------------------------------------------------------------------------


class _Compiler:
    """Compiles one tree and remembers in ``mentioned`` which steps it names (a dict for its order)."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names
        self.mentioned: dict[str, None] = {}

    def compile(self, node: Node) -> Evaluator:
        match node:
            case Constant(value):
                return lambda scope: value
            case Name(name):
                return self._variable(name)
            case Member(target, key, optional):
                return self._member(target, key, optional)
            case Chain(body):
                return _chain(self.compile(body))
            case Unary(operator, operand):
                return self._unary(operator, operand)
            case Binary(operator, left, right):
                return _binary(BINARY[operator], self.compile(left), self.compile(right))
            case Logical(operator, left, right):
                return _logical(NEEDS_RIGHT[operator], self.compile(left), self.compile(right))
            case Conditional(test, consequent, alternate):
                return _conditional(self.compile(test), self.compile(consequent), self.compile(alternate))
            case ArrayLiteral(items):
                return _array([self.compile(item) for item in items])
            case Call(callee, arguments):
                return self._call(callee, [self.compile(argument) for argument in arguments])

    def _variable(self, name: str) -> Evaluator:
        if name not in self._names:
            raise NotNative
        self.mentioned[name] = None
        return lambda scope: read_variable(scope, name)

    def _unary(self, operator: str, operand: Node) -> Evaluator:
        apply, evaluate = UNARY[operator], self.compile(operand)
        if operator == "typeof" and isinstance(operand, Name):
            name = operand.name
            return lambda scope: js_typeof(scope.get(name, UNDEFINED))  # the one way to mention a missing variable without a failure
        return lambda scope: apply(evaluate(scope))

    def _member(self, target: Node, key: Node, optional: bool) -> Evaluator:
        read_target, read_key = self.compile(target), self.compile(key)
        if optional:
            read_target = _jump_on_nullish(read_target)
        return lambda scope: read_property(read_target(scope), read_key(scope))

    def _call(self, callee: Node, arguments: list[Evaluator]) -> Evaluator:
        function = GLOBALS.get((self._global_name(callee), len(arguments)))
        if function is not None:
            return _apply(function, arguments)
        match callee:
            case Member(target, Constant(str() as name), optional) if (name, len(arguments)) in METHODS:
                receiver = self.compile(target)
                return _apply(METHODS[name, len(arguments)], [_jump_on_nullish(receiver) if optional else receiver, *arguments])
            case _:
                raise NotNative

    def _global_name(self, callee: Node) -> str:
        """``Name`` or ``Name.key`` of something that is not a step, else an empty text."""
        match callee:
            case Name(name) if name not in self._names:
                return name
            case Member(Name(name), Constant(str() as key), False) if name not in self._names:
                return f"{name}.{key}"
            case _:
                return ""


def _chain(body: Evaluator) -> Evaluator:
    def evaluate(scope: Scope) -> Any:
        try:
            return body(scope)
        except _Nullish:
            return UNDEFINED

    return evaluate


def _jump_on_nullish(target: Evaluator) -> Evaluator:
    def evaluate(scope: Scope) -> Any:
        value = target(scope)
        if value is None or value is UNDEFINED:
            raise _Nullish
        return value

    return evaluate


def _binary(apply: Callable[[Any, Any], Any], left: Evaluator, right: Evaluator) -> Evaluator:
    return lambda scope: apply(left(scope), right(scope))


def _logical(needs_right: Callable[[Any], bool], left: Evaluator, right: Evaluator) -> Evaluator:
    def evaluate(scope: Scope) -> Any:
        value = left(scope)
        return right(scope) if needs_right(value) else value

    return evaluate


def _conditional(test: Evaluator, consequent: Evaluator, alternate: Evaluator) -> Evaluator:
    return lambda scope: consequent(scope) if js_truthy(test(scope)) else alternate(scope)


def _array(items: list[Evaluator]) -> Evaluator:
    """An array of primitives. Objects and undefined inside one are V8's: what becomes of them depends on where the array goes."""

    def evaluate(scope: Scope) -> list[Any]:
        values = [_settled(item(scope)) for item in items]
        if any(value is UNDEFINED or is_object(value) for value in values):
            raise Uncertain
        return values

    return evaluate


def _apply(function: Callable[..., Any], arguments: list[Evaluator]) -> Evaluator:
    return lambda scope: function(*[argument(scope) for argument in arguments])

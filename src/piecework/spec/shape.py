"""Checks of received JSON, with the wire's words for what is wrong.

A ``Check`` is called with a value (``UNDEFINED`` if its key is absent) and its path and yields one ``Problem`` for each fault. Checks never change
the value, so unknown fields survive. Messages are those of Activepieces 0.83: ``Invalid input: expected string, received undefined``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a received document or of a step.

    ``path`` names the field with dots (``trigger.nextAction.settings.sourceCode.code``), ``step`` the step it concerns where there is one.
    """

    path: str
    message: str
    step: str | None = None

    def __str__(self) -> str:
        where = f"{self.step}: {self.path}" if self.step else self.path
        return f"{where} {self.message}".strip()


class _Undefined:
    def __repr__(self) -> str:
        return "undefined"


UNDEFINED: Final = _Undefined()
"""Stands for the value of a key that is absent."""

Schema = Mapping[str, Any]
"""A JSON Schema (2020-12)."""


@dataclass(frozen=True, slots=True)
class Check:
    """A check, and what it says about a value as a JSON schema, for the API's description. ``required``: the key must be there."""

    problems: Callable[[Any, str], Iterator[Problem]]
    schema: Schema
    required: bool = True

    def __call__(self, value: Any, path: str) -> Iterator[Problem]:
        """The faults of a value at a path."""
        return self.problems(value, path)


def described(schema: Schema) -> Callable[[Callable[[Any, str], Iterator[Problem]]], Check]:
    """Makes a check of a function, with the schema that says as much of it as JSON Schema can."""
    return lambda problems: Check(problems, schema)


def join(path: str, key: str | int) -> str:
    """Path of a member: ``join("trigger", "name") == "trigger.name"``; either may be empty."""
    return f"{path}.{key}" if path and key != "" else path or str(key)


def received(value: object) -> str:
    """The wire's word for the type of a value."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case int() | float():
            return "number"
        case list():
            return "array"
        case dict():
            return "object"
        case _:
            return "undefined"


def _expected(word: str, accepts: Callable[[object], bool], schema: Schema) -> Check:
    def problems(value: Any, path: str) -> Iterator[Problem]:
        if not accepts(value):
            yield Problem(path, f"Invalid input: expected {word}, received {received(value)}")

    return Check(problems, schema)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


string: Final = _expected("string", lambda value: isinstance(value, str), {"type": "string"})
boolean: Final = _expected("boolean", lambda value: isinstance(value, bool), {"type": "boolean"})
number: Final = _expected("number", _is_number, {"type": "number"})
integer: Final = _expected("int", _is_integer, {"type": "integer"})


def integer_from(least: int, most: int) -> Check:
    """An integer between two bounds, both included. The words are those of the wire's validator for them."""

    def problems(value: Any, path: str) -> Iterator[Problem]:
        yield from integer(value, path)
        if _is_integer(value) and value < least:
            yield Problem(path, f"Too small: expected number to be >={least}")
        elif _is_integer(value) and value > most:
            yield Problem(path, f"Too big: expected number to be <={most}")

    return Check(problems, {"type": "integer", "minimum": least, "maximum": most})


record: Final = _expected("record", lambda value: isinstance(value, dict), {"type": "object", "additionalProperties": True})
anything: Final = Check(lambda value, path: iter(()), {}, required=False)
"""Accepts every value, and none."""


@described({"type": "string"})
def text(value: Any, path: str) -> Iterator[Problem]:
    """A string that every store accepts: no NUL character and no lone surrogate."""
    yield from string(value, path)
    if isinstance(value, str) and any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value):
        yield Problem(path, "Invalid string: must not contain NUL characters or lone surrogates")


def choice(options: type[StrEnum]) -> Check:
    """One of the values of an enumeration."""
    values = [str(option) for option in options]
    message = "Invalid option: expected one of " + "|".join(f'"{value}"' for value in values)

    def problems(value: Any, path: str) -> Iterator[Problem]:
        if value not in values:
            yield Problem(path, message)

    return Check(problems, {"type": "string", "enum": values})


def optional(inner: Check) -> Check:
    """The key may be absent."""

    def problems(value: Any, path: str) -> Iterator[Problem]:
        if value is not UNDEFINED:
            yield from inner(value, path)

    return Check(problems, inner.schema, required=False)


def nullable(inner: Check) -> Check:
    """The value may be null."""

    def problems(value: Any, path: str) -> Iterator[Problem]:
        if value is not None:
            yield from inner(value, path)

    return Check(problems, {"anyOf": [inner.schema, {"type": "null"}]}, inner.required)


def array(of: Check) -> Check:
    """A list whose members all pass."""

    def problems(value: Any, path: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem(path, f"Invalid input: expected array, received {received(value)}")
            return
        for index, member in enumerate(value):
            yield from of(member, join(path, index))

    return Check(problems, {"type": "array", "items": of.schema})


def members(**fields: Check) -> Check:
    """An object with these fields; other fields are not looked at."""

    def problems(value: Any, path: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(path, f"Invalid input: expected object, received {received(value)}")
            return
        for key, field in fields.items():
            yield from field(value.get(key, UNDEFINED), join(path, key))

    properties = {key: field.schema for key, field in fields.items()}
    required = [key for key, field in fields.items() if field.required]
    return Check(problems, {"type": "object", "properties": properties, "required": required})


def both(*checks: Check) -> Check:
    """Every one of the checks."""

    def problems(value: Any, path: str) -> Iterator[Problem]:
        for inner in checks:
            yield from inner(value, path)

    return Check(problems, {"allOf": [inner.schema for inner in checks]}, any(inner.required for inner in checks))


def fastify_message(problems: Iterable[Problem]) -> str:
    """The message of a Fastify validation error: ``body/request/displayName Invalid input: …`` joined by ``, ``.

    Paths must start at the request body.
    """
    return ", ".join(f"body/{problem.path.replace('.', '/')} {problem.message}" for problem in problems)

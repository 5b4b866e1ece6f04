"""Checks of received JSON, with the wire's words for what is wrong.

A ``Check`` takes a value (``UNDEFINED`` if its key is absent) and its path and yields one ``Problem`` for each fault. Checks never change
the value, so unknown fields survive. Messages are those of Activepieces 0.83: ``Invalid input: expected string, received undefined``.
"""

from collections.abc import Callable, Iterable, Iterator
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

Check = Callable[[Any, str], Iterator[Problem]]


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


def _expected(word: str, accepts: Callable[[object], bool]) -> Check:
    def check(value: Any, path: str) -> Iterator[Problem]:
        if not accepts(value):
            yield Problem(path, f"Invalid input: expected {word}, received {received(value)}")

    return check


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


string: Final[Check] = _expected("string", lambda value: isinstance(value, str))
boolean: Final[Check] = _expected("boolean", lambda value: isinstance(value, bool))
number: Final[Check] = _expected("number", _is_number)
integer: Final[Check] = _expected("int", lambda value: isinstance(value, int) and not isinstance(value, bool))
record: Final[Check] = _expected("record", lambda value: isinstance(value, dict))


def anything(value: Any, path: str) -> Iterator[Problem]:
    """Accepts every value, and none."""
    yield from ()


def text(value: Any, path: str) -> Iterator[Problem]:
    """A string that every store accepts: no NUL character and no lone surrogate."""
    yield from string(value, path)
    if isinstance(value, str) and any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value):
        yield Problem(path, "Invalid string: must not contain NUL characters or lone surrogates")


def choice(options: type[StrEnum]) -> Check:
    """One of the values of an enumeration."""
    values = tuple(str(option) for option in options)
    message = "Invalid option: expected one of " + "|".join(f'"{value}"' for value in values)

    def check(value: Any, path: str) -> Iterator[Problem]:
        if value not in values:
            yield Problem(path, message)

    return check


def optional(inner: Check) -> Check:
    """The key may be absent."""

    def check(value: Any, path: str) -> Iterator[Problem]:
        if value is not UNDEFINED:
            yield from inner(value, path)

    return check


def nullable(inner: Check) -> Check:
    """The value may be null."""

    def check(value: Any, path: str) -> Iterator[Problem]:
        if value is not None:
            yield from inner(value, path)

    return check


def array(of: Check) -> Check:
    """A list whose members all pass."""

    def check(value: Any, path: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem(path, f"Invalid input: expected array, received {received(value)}")
            return
        for index, member in enumerate(value):
            yield from of(member, join(path, index))

    return check


def members(**fields: Check) -> Check:
    """An object with these fields; other fields are not looked at."""

    def check(value: Any, path: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(path, f"Invalid input: expected object, received {received(value)}")
            return
        for key, field in fields.items():
            yield from field(value.get(key, UNDEFINED), join(path, key))

    return check


def both(*checks: Check) -> Check:
    """Every one of the checks."""

    def check(value: Any, path: str) -> Iterator[Problem]:
        for inner in checks:
            yield from inner(value, path)

    return check


def fastify_message(problems: Iterable[Problem]) -> str:
    """The message of a Fastify validation error: ``body/request/displayName Invalid input: …`` joined by ``, ``.

    Paths must start at the request body.
    """
    return ", ".join(f"body/{problem.path.replace('.', '/')} {problem.message}" for problem in problems)

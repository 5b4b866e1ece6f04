"""From what a flow's input holds to what a property promises: one pure function per type (spec/engine.md §2).

Each takes any JSON value but null and gives the processed value, or None for "as good as missing" (an empty number field), or raises
``Rejected`` with the wire's wording. JavaScript's conversions are kept where flows depend on them.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast

import orjson

Coerce = Callable[[Any], Any]


class Rejected(Exception):
    """A value does not fit. ``str()`` is the message for the flow's author."""


def shown(value: Any) -> str:
    """A value as the messages quote it: text as it is, everything else as JSON, cut at 200 characters."""
    text = value if isinstance(value, str) else json_text(value)
    return text if len(text) <= 200 else f"{text[:200]}…"


def rejected(expected: str, value: Any) -> Rejected:
    return Rejected(f"Expected {expected}, received: {shown(value)}")


def to_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, int):
        return str(value)
    return json_text(value)


def json_text(value: Any) -> str:
    """Compact JSON, also of integers beyond 64 bits and of values that JSON does not know (as text)."""
    try:
        return orjson.dumps(value, default=str).decode()
    except TypeError:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str)


def to_optional_text(value: Any) -> str | None:
    """Like ``to_text``, but an empty text counts as missing."""
    return to_text(value) or None


def number_text(value: float) -> str:
    """A float as JavaScript prints it: ``3`` for 3.0, ``0.1`` for 0.1."""
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return repr(value)


def to_number(value: Any) -> float | int | None:
    """JavaScript's ``Number()``: blank text is None (the field is empty), a boolean is 0 or 1."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        if value != value:
            raise rejected("number", "NaN")
        return value
    if isinstance(value, str):
        text = value.strip()
        return parse_number(text) if text else None
    raise rejected("number", value)


def number_within(number: float | int | None, minimum: float | None, maximum: float | None, whole: bool) -> float | int | None:
    """The number, if it is whole where it has to be and within the inclusive bounds."""
    if number is None:
        return None
    if whole and number % 1 != 0:
        raise rejected("whole number", number)
    if (minimum is not None and number < minimum) or (maximum is not None and number > maximum):
        bounds = [f"at least {minimum:g}"] if minimum is not None else []
        bounds += [f"at most {maximum:g}"] if maximum is not None else []
        raise rejected(f"number, {' and '.join(bounds)}", number)
    return int(number) if whole else number


def one_of(known: Sequence[tuple[Any, Any]], value: Any) -> Any:
    """What an option stands for, by its value in JSON: ``known`` holds (value in JSON, what the code gets). True is not 1 here."""
    for plain, meant in known:
        if plain == value and isinstance(plain, bool) == isinstance(value, bool):
            return meant
    raise rejected(f"one of {', '.join(shown(plain) for plain, _ in known)}", value)


_PREFIXED = {"0x": 16, "0o": 8, "0b": 2}


def parse_number(text: str) -> float | int:
    """A number from text without surrounding blanks. Whole numbers stay exact integers; digits' underscores are refused."""
    if "_" in text:
        raise rejected("number", text)
    try:
        radix = _PREFIXED.get(text[:2].lower())
        return int(text, radix) if radix else int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        raise rejected("number", text) from None
    if number != number or (number in (float("inf"), float("-inf")) and not text.lstrip("+-").startswith("Infinity")):
        raise rejected("number", text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def to_checkbox(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        word = value.strip().lower()
        if word in ("true", "false"):
            return word == "true"
        if not word:
            return None
    raise rejected("boolean", value)


def to_json(value: Any) -> Any:
    """Text is parsed; text that is not JSON (XML, a plain body) passes as it is. Empty text counts as missing."""
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    try:
        return orjson.loads(value)
    except ValueError:
        return value


def to_object(value: Any) -> dict[str, Any] | None:
    """An object, or the text of one."""
    return _of_type(dict, "object", value)


def to_array(value: Any) -> list[Any] | None:
    """A list, or the text of one."""
    return _of_type(list, "array", value)


def _of_type(wanted: type[Any], called: str, value: Any) -> Any:
    """A value of the wanted type, or the one that a JSON text stands for; blank text is None. Raises InvalidInput."""
    if isinstance(value, wanted):
        return value
    parsed = to_json(value) if isinstance(value, str) else None
    if isinstance(parsed, wanted) or (isinstance(value, str) and not value.strip()):
        return parsed
    raise rejected(called, value)


def to_choices(value: Any) -> list[Any] | None:
    """The values of a multi-select: a list, the text of one, or a single value."""
    if isinstance(value, list):
        return cast("list[Any]", value)
    if isinstance(value, str) and not value.strip():
        return None
    parsed = to_json(value)
    return cast("list[Any]", parsed) if isinstance(parsed, list) else [value]


def to_date_time(value: Any) -> str | None:
    """ISO 8601 in UTC with milliseconds. Text is ISO 8601 or that of RFC 1123 (``Sun, 22 Nov 2026 00:10:56 GMT``), as JavaScript's
    ``toISOString`` and ``toUTCString`` give them; without an offset it is read as UTC. A number is milliseconds since 1970.
    """
    moment = to_moment(value)
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_moment(value: Any) -> datetime | None:
    """As ``to_date_time``, as an aware datetime in UTC."""
    moment = _moment(value)
    return None if moment is None else moment.astimezone(UTC)


def _moment(value: Any) -> datetime | None:
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
        if isinstance(value, str):
            if not value.strip():
                return None
            text = value.strip()
            parsed = parsedate_to_datetime(text) if text[0].isalpha() else datetime.fromisoformat(text)
            return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        pass
    message = "Invalid datetime format. Expected ISO format (e.g. 2024-03-14T12:00:00.000Z), received: "
    raise Rejected(message + shown(value))


def untouched(value: Any) -> Any:
    return value


def to_file_reference(value: Any) -> Any:
    """A URL, a data URL or an already loaded file; the bytes come later (``Action.resolve_files``)."""
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        if text.startswith(("http://", "https://", "data:")):
            return text
    elif isinstance(value, Mapping):
        return cast("Mapping[str, Any]", value)
    raise rejected("file url or base64 with mimeType", value)


def to_optional_file_reference(value: Any) -> Any:
    """Like ``to_file_reference``, but what is no file counts as missing, as on the wire."""
    try:
        return to_file_reference(value)
    except Rejected:
        return None


def zipped(value: Any) -> Any:
    """An object of lists as a list of objects: ``{"a": [1, 2], "b": 3}`` gives ``[{"a": 1, "b": 3}, {"a": 2, "b": 3}]``."""
    if not isinstance(value, dict):
        return value
    columns = cast("dict[str, Any]", value)
    length = max((len(column) if isinstance(column, list) else 1 for column in columns.values()), default=0)
    return [{key: _at(column, index) for key, column in columns.items()} for index in range(length)]


def _at(column: Any, index: int) -> Any:
    if not isinstance(column, list):
        return column
    items = cast("list[Any]", column)
    return items[index] if index < len(items) else None

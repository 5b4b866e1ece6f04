"""The fields of a form: under which key each one's value travels, and what is accepted as a value."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from piecework.sdk import PayloadRejected, PropertyProblem

_WORD_AFTER_BLANK = re.compile(r"\s+([0-9a-zA-Z_])")
_DROPPED = re.compile(r"[\\\"'\n\r\t]")


def field_key(display_name: str) -> str:
    """The key of a field by its name, as the wire makes it: ``Your e-mail`` is ``yourE-mail``. The form page makes the same
    (web/src/app/human-input/form-fields.ts).
    """
    return _DROPPED.sub("", _WORD_AFTER_BLANK.sub(lambda blank: blank[1].upper(), display_name.lower()))


def read_fields(inputs: Sequence[Mapping[str, Any]], body: Any) -> dict[str, Any]:
    """The values of a form's fields by key; what the form has no field for is left out, and so is an optional field that was not sent.

    :param inputs: the trigger's ``inputs``: ``displayName``, ``type``, ``required``.
    Raises PayloadRejected with every field that is missing or is no yes or no.
    """
    sent: Mapping[str, Any] = body if isinstance(body, dict) else {}
    values: dict[str, Any] = {}
    problems: list[PropertyProblem] = []
    for field in inputs:
        name = str(field.get("displayName") or "")
        key = field_key(name)
        value = sent.get(key)
        if field.get("type") == "toggle":
            switched = _switched(value, required=bool(field.get("required")))
            if switched is None:
                problems.append(PropertyProblem(key, f"{name} must be true or false"))
            values[key] = switched
        elif value in (None, "") and field.get("required"):
            problems.append(PropertyProblem(key, f"{name} is required"))
        elif key in sent:
            values[key] = value
    if problems:
        raise PayloadRejected(problems)
    return values


def _switched(value: Any, *, required: bool) -> bool | None:
    """A toggle's value, None for what is none. An optional one that was not sent is off, as a page's unchecked box."""
    if value is None and not required:
        return False
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None

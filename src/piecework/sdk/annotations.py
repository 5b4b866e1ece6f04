"""From a parameter's annotation to the field of the form: ``count: int`` is a number, ``Literal["a", "b"]`` a choice.

An annotation that carries a property (``Annotated[str, LongText("Body")]``) says it all; these are the readings of those that carry none.
``Annotated[int, "Help text"]`` adds the text below the field.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from typing_extensions import is_typeddict

from piecework.sdk.errors import PieceDefinitionError
from piecework.sdk.properties import (
    Array,
    Checkbox,
    DateTime,
    File,
    Json,
    Number,
    Object,
    Property,
    ShortText,
    StaticDropdown,
    StaticMultiSelect,
    title_from,
)
from piecework.sdk.services import LoadedFile


def property_of(annotation: Any, where: str) -> Property:
    """The property that an annotation stands for; ``where`` names the parameter in the PieceDefinitionError of one that stands for none."""
    help_text: str | None = None
    if get_origin(annotation) is Annotated:
        annotation, *notes = get_args(annotation)
        for note in notes:
            if isinstance(note, Property):
                return note
        help_text = next((note for note in notes if isinstance(note, str)), None)
    found = _read(_without_none(annotation))
    if found is None:
        raise PieceDefinitionError(
            f"{where}: the form has no field for {annotation!r}; annotate the parameter with a property, as in Annotated[str, ShortText()]"
        )
    return dataclasses.replace(found, help=help_text) if help_text else found


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, types.UnionType):
        kept = [part for part in get_args(annotation) if part is not type(None)]
        if len(kept) == 1:
            return _without_none(kept[0])
    return annotation


_PLAIN: dict[Any, type[Property]] = {str: ShortText, bool: Checkbox, int: Number, float: Number, dict: Object, list: Array, Any: Json}


def _read(annotation: Any) -> Property | None:
    if annotation in _PLAIN:
        return Number(whole=True) if annotation is int else _PLAIN[annotation]()
    if annotation is datetime:
        return DateTime(as_datetime=True)
    if annotation is LoadedFile:
        return File()
    choices = _choices(annotation)
    if choices is not None:
        return StaticDropdown(options=choices, only_these=True)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (dict, Mapping):
        return Object()
    if origin is list and len(arguments) == 1:
        return _list_of(arguments[0])
    return None


def _list_of(item: Any) -> Property | None:
    choices = _choices(item)
    if choices is not None:
        return StaticMultiSelect(options=choices, only_these=True)
    if is_typeddict(item):
        hints = get_type_hints(item, include_extras=True)
        required: frozenset[str] = item.__required_keys__
        return Array(of={name: _member(item, name, hint, name in required) for name, hint in hints.items()})
    return Array()


def _member(owner: Any, name: str, hint: Any, required: bool) -> Property:
    prop = property_of(hint, f"{owner.__qualname__}.{name}")
    return dataclasses.replace(prop, title=prop.title or title_from(name), required=required if prop.required is None else prop.required)


def _choices(annotation: Any) -> Mapping[str, Any] | None:
    """What can be chosen, by label: a Literal's values or an Enum's members (which the code gets as members)."""
    if get_origin(annotation) is Literal:
        return {title_from(value) if isinstance(value, str) else str(value): value for value in get_args(annotation)}
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return {title_from(member.name.lower()): member for member in annotation}
    return None

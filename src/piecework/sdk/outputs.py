"""What a function's return type says: the schema of a step's output, and what orders or identifies the items of a poll."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Annotated, Any, cast, get_args, get_origin, get_type_hints

from pydantic import BaseModel, TypeAdapter
from pydantic.errors import PydanticUserError
from typing_extensions import is_typeddict

from piecework.sdk.errors import PieceDefinitionError
from piecework.sdk.polling import ById, ByTime, Dedupe


@dataclasses.dataclass(frozen=True, slots=True)
class Cursor:
    """Marks the field that orders the items of a poll: ``completed_at: Annotated[datetime, Cursor()]``."""


@cache
def output_schema(function: Callable[..., Any]) -> dict[str, Any] | None:
    """The JSON schema of what a function returns, None unless its return type names fields (a TypedDict, dataclass or model, or a list)."""
    returned = _returned(function)
    if returned is None or _item_type(returned) is None:
        return None
    return _adapter(returned, function).json_schema(mode="serialization")


def json_of(function: Callable[..., Any]) -> Callable[[Any], Any] | None:
    """How to make plain JSON values of what the function returns; None where its return type names no fields: then it is given as it is."""
    returned = _returned(function)
    if returned is None or _item_type(returned) is None:
        return None
    adapter = _adapter(returned, function)
    return lambda value: adapter.dump_python(value, mode="json", warnings=False)


def _adapter(returned: Any, function: Callable[..., Any]) -> TypeAdapter[Any]:
    try:
        return TypeAdapter(returned)
    except PydanticUserError as error:
        raise PieceDefinitionError(f"{function.__module__}.{function.__qualname__}: the return type cannot be used: {error}") from None


def dedupe_of(function: Callable[..., Any]) -> Dedupe:
    """How the items of a poll are told apart, by its return type; see ``Piece.poll``."""
    item = _item_type(_returned(function))
    hints = get_type_hints(item, include_extras=True) if item is not None else {}
    for name, hint in hints.items():
        if get_origin(hint) is Annotated and any(isinstance(note, Cursor) for note in get_args(hint)[1:]):
            return ByTime(_moment_of(name))
    if "id" in hints:
        return ById(lambda found: str(_field(found, "id")))
    raise PieceDefinitionError(
        f"{function.__module__}.{function.__qualname__}: say how items are told apart: dedupe=…, or return list[Item] where Item has a field "
        "`id` or one annotated with Cursor()"
    )


def _returned(function: Callable[..., Any]) -> Any:
    try:
        return get_type_hints(function, include_extras=True).get("return")
    except NameError:
        return None


def _item_type(returned: Any) -> type[Any] | None:
    """The type with fields that is returned, or of which a list is."""
    if get_origin(returned) is list:
        (returned,) = get_args(returned)
    if not isinstance(returned, type):
        return None
    has_fields = is_typeddict(returned) or dataclasses.is_dataclass(returned) or issubclass(returned, BaseModel)
    return cast("type[Any]", returned) if has_fields else None


def _field(item: Any, name: str) -> Any:
    return cast("Mapping[str, Any]", item)[name] if isinstance(item, Mapping) else getattr(item, name)


def _moment_of(name: str) -> Callable[[Any], datetime]:
    adapter = TypeAdapter(datetime)

    def moment(item: Any) -> datetime:
        found = adapter.validate_python(_field(item, name))
        if found.tzinfo is None:
            raise ValueError(f"{name}: a time without its zone orders nothing: {found}")
        return found

    return moment

"""Between JSON and the types of the database. Arguments often come as texts; the database says what each should be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from uuid import UUID

from piecework.sdk import PieceError, database_value, json_text

if TYPE_CHECKING:
    from asyncpg import Attribute, Record, Type


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json_text(value)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in ("t", "true", "y", "yes", "on", "1"):
        return True
    if word in ("f", "false", "n", "no", "off", "0"):
        return False
    raise ValueError(f"{value!r} is not a boolean")


def _moment(value: Any) -> datetime:
    found = datetime.fromisoformat(str(value))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _json(value: Any) -> str:
    """JSON as text; a text that is JSON counts as that."""
    return value if isinstance(value, str) else json_text(value)


_READ: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("int2", "int4", "int8", "oid"), lambda value: int(value)),
    **dict.fromkeys(("float4", "float8"), float),
    **dict.fromkeys(("text", "varchar", "bpchar", "name", "citext", "xml"), _text),
    **dict.fromkeys(("json", "jsonb"), _json),
    "numeric": lambda value: Decimal(str(value)),
    "bool": _boolean,
    "uuid": lambda value: UUID(str(value)),
    "timestamptz": _moment,
    "timestamp": lambda value: _moment(value).astimezone(UTC).replace(tzinfo=None),
    "date": lambda value: date.fromisoformat(str(value)[:10]),
    "time": lambda value: time.fromisoformat(str(value)),
    "bytea": lambda value: str(value).encode(),
}


def arguments(given: Sequence[Any], types: Sequence[Type]) -> list[Any]:
    """The values for ``$1``, ``$2``, … as the query wants them. Raises PieceError that names the argument."""
    if len(given) != len(types):
        raise PieceError(f"args: the query has {len(types)} arguments, {len(given)} are given")
    return [_argument(f"args.{index}", value, kind) for index, (value, kind) in enumerate(zip(given, types, strict=True))]


def _argument(where: str, value: Any, kind: Type) -> Any:
    if value is None:
        return None
    try:
        if kind.kind == "array" and isinstance(value, list):
            read = _READ.get(kind.name.removesuffix("[]"), _unchanged)
            return [None if item is None else read(item) for item in value]
        return _READ.get(kind.name, _unchanged)(value)
    except (ValueError, InvalidOperation):
        raise PieceError(f"{where}: {value!r} is not a value of type {kind.name}") from None


def _unchanged(value: Any) -> Any:
    return value


def rows(found: Sequence[Record], columns: Sequence[Attribute]) -> list[dict[str, Any]]:
    """Rows as JSON. As on the wire, 8-byte integers are texts and JSON columns are values."""
    from_column = {column.name: column.type.name for column in columns}
    return [{name: _cell(value, from_column.get(name, "")) for name, value in record.items()} for record in found]


def _cell(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "int8":
        return str(value)
    if kind in ("json", "jsonb"):
        import orjson

        return orjson.loads(value)
    return database_value(value)

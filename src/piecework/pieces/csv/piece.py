"""CSV: between tables of text and JSON."""

import csv
import io
from typing import Annotated, Any, cast

from piecework.sdk import HIDDEN, Checkbox, Json, LongText, Markdown, Piece, PieceCategory, PieceError, StaticDropdown, json_text

piece = Piece("csv", display_name="CSV", version="0.4.13", description="Convert between CSV and JSON.", categories=[PieceCategory.CORE])

DELIMITERS = {"Comma": ",", "Tab": "\t"}
MAX_FIELD_CHARACTERS = 100 * 1024 * 1024
SAMPLE = [
    {"name": "John", "age": 30, "address": {"street": "123 Main St", "city": "Los Angeles"}},
    {"name": "Jane", "age": 25, "address": {"street": "123 Main St", "city": "Los Angeles"}},
]


@piece.action(name="convert_csv_to_json", display_name="Convert CSV to JSON", pure=True, error_handling=HIDDEN)
def convert_csv_to_json(
    csv_text: Annotated[str, LongText("CSV Text", "The table.", default="")],
    *,
    has_headers: Annotated[bool, Checkbox("Does the CSV have headers?", "Whether the first row names the columns.", required=True)] = False,
    delimiter_type: Annotated[str, StaticDropdown("Delimiter Type", "What separates the columns.", options=DELIMITERS, default="")],
) -> list[Any]:
    """Read a table: a list of objects if it has headers, else a list of lists. All values are texts."""
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    text = csv_text.removeprefix("\ufeff")
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_type or ",", strict=True) if row]
    except (csv.Error, TypeError, ValueError) as error:
        raise PieceError(f"csv_text: not a CSV: {error}") from None
    width = len(rows[0]) if rows else 0
    for number, row in enumerate(rows, 1):
        if len(row) != width:
            raise PieceError(f"csv_text: row {number} has {len(row)} columns instead of {width}")
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]] if has_headers else rows


@piece.action(name="convert_json_to_csv", display_name="Convert JSON to CSV", pure=True, error_handling=HIDDEN)
def convert_json_to_csv(
    *,
    markdown: Annotated[
        None, Markdown(None, "Every object becomes a row. Nested objects and lists become columns of their own, such as `address.city`.")
    ] = None,
    json_array: Annotated[Any, Json("JSON Array", "A list of objects.", default=SAMPLE)],
    delimiter_type: Annotated[
        str, StaticDropdown("Delimiter Type", "What separates the columns.", options=DELIMITERS, required=True)
    ] = ",",
) -> str:
    """Write a list of objects as a table with a header row."""
    if not isinstance(json_array, list):
        raise PieceError("json_array: must be a list of objects")
    rows = [flattened(item) for item in cast("list[Any]", json_array)]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    if not columns:
        return ""
    table = io.StringIO()
    writer = csv.DictWriter(table, columns, delimiter=delimiter_type, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return table.getvalue()


def flattened(value: Any) -> dict[str, str]:
    """Leaves by their path: ``{"a": {"b": [1]}}`` gives ``{"a.b.0": "1"}``."""
    leaves: dict[str, str] = {}
    pending: list[tuple[str, Any]] = [("", value)]
    while pending:
        path, item = pending.pop()
        if isinstance(item, dict | list) and item:
            members = cast("dict[str, Any]", item).items() if isinstance(item, dict) else enumerate(cast("list[Any]", item))
            pending.extend(reversed([(f"{path}.{name}" if path else str(name), member) for name, member in members]))
        elif path:
            leaves[path] = _cell(item)
    return leaves


def _cell(value: Any) -> str:
    if value is None or value in ({}, []):
        return ""
    return value if isinstance(value, str) else json_text(value)

"""Plain text: join, split, slugs, defaults and tables."""

import re
from typing import Annotated, Any

from piecework.pieces.text_helper.piece import piece
from piecework.sdk import HIDDEN, Array, Json, PieceError, ShortText, json_text

SYMBOLS = {
    "&": "and",
    "$": "dollar",
    "%": "percent",
    "<": "less",
    ">": "greater",
    "|": "or",
    "€": "euro",
    "£": "pound",
    "¢": "cent",
    "∞": "infinity",
}
NOT_IN_A_SLUG = re.compile(r"[^\w\s$*+~.()'\"!\-:@]+", re.ASCII)


@piece.action(name="concat", display_name="Concatenate", pure=True, error_handling=HIDDEN)
def concat(
    texts: Annotated[list[Any], Array("Texts", "The texts to join, in their order.")],
    separator: Annotated[str | None, ShortText("Separator", "What stands between them.")] = None,
) -> str:
    """Join texts."""
    return (separator or "").join(as_text(text) for text in texts)


@piece.action(name="split", display_name="Split", pure=True, error_handling=HIDDEN)
def split(
    text: Annotated[str, ShortText("Text", "The text to cut.")],
    delimiter: Annotated[str, ShortText("Delimiter", "The text at which to cut; if empty, every character stands alone.")],
) -> list[str]:
    """Cut a text into a list."""
    return text.split(delimiter) if delimiter else list(text)


@piece.action(name="slugify", display_name="Slugify", pure=True)
def slugify(text: Annotated[str, ShortText("Text", "The text to make a slug of.")]) -> str:
    """Make a text fit for a URL: Latin letters without accents, hyphens for blanks. Upper and lower case stay."""
    return re.sub(r"\s+", "-", "".join(slug_part(letter) for letter in text).strip())


@piece.action(name="defaultValue", display_name="Use Default Value if Input is Empty", pure=True, error_handling=HIDDEN)
def default_value(
    value: Annotated[str | None, ShortText("Enter value", "The value that may be empty.")] = None,
    *,
    defaultString: Annotated[str, ShortText("Default Value", "What to give in its place.")],
) -> str:
    """Give a value, or another one if it is an empty text or list."""
    return defaultString if value in (None, "", "[]") else value


@piece.action(name="json_to_ascii_table", display_name="List to Text Table", pure=True, error_handling=HIDDEN)
def json_to_ascii_table(data: Annotated[Any, Json("List", "A list of objects.")]) -> str:
    """Draw a list of objects as a table of plain text."""
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise PieceError("data: must be a list of objects")
    if not data:
        return ""
    columns = list(dict.fromkeys(name for row in data for name in row))
    rows = [[as_text(row.get(name)) for name in columns] for row in data]
    widths = [max(len(cell) for cell in column) for column in zip(columns, *rows, strict=True)]
    line = "+" + "+".join("-" * (width + 2) for width in widths) + "+"
    return "\n".join([line, table_row(columns, widths), line, *(table_row(row, widths) for row in rows), line])


def table_row(cells: list[str], widths: list[int]) -> str:
    return "|" + "|".join(f" {cell:<{width}} " for cell, width in zip(cells, widths, strict=True)) + "|"


def slug_part(letter: str) -> str:
    """What one character becomes in a slug."""
    if letter in SYMBOLS:
        return SYMBOLS[letter]
    if letter == "-":
        return " "
    if letter.isascii():
        return NOT_IN_A_SLUG.sub("", letter)
    if letter.isspace():
        return " "
    from anyascii import anyascii

    return NOT_IN_A_SLUG.sub("", anyascii(letter))


def as_text(value: Any) -> str:
    """Text as it is, nothing as nothing, everything else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json_text(value)

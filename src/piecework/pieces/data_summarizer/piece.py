"""Data Summarizer: sums, averages and counts of lists."""

import json
from typing import Annotated, Any

from piecework.sdk import Array, InvalidInput, Markdown, Piece, PieceCategory, PieceError, PropertyProblem

piece = Piece(
    "data-summarizer",
    display_name="Data Summarizer",
    version="0.0.10",
    description="Sum, average and count lists.",
    categories=[PieceCategory.CORE],
)

Note = Annotated[None, Markdown(None, "To use a list of an earlier step, switch the field to a dynamic value first.")]
FieldsNote = Annotated[None, Markdown(None, "For objects: the fields to compare. Without any, whole values are compared.")]
Values = Annotated[list[Any], Array("Values", "The list.")]


@piece.action(name="calculateAverage", display_name="Calculate Average", pure=True)
def calculate_average(*, note: Note = None, values: Values) -> dict[str, float]:
    """Give the average of a list of numbers."""
    numbers = as_numbers(values)
    return {"average": whole(sum(numbers) / len(numbers))}


@piece.action(name="calculateSum", display_name="Calculate Sum", pure=True)
def calculate_sum(*, note: Note = None, values: Values) -> dict[str, float]:
    """Give the sum of a list of numbers."""
    return {"sum": whole(sum(as_numbers(values, may_be_empty=True)))}


@piece.action(name="getMinMax", display_name="Find Min and Max", pure=True)
def get_min_max(*, note: Note = None, values: Values) -> dict[str, float]:
    """Give the smallest and the largest number of a list."""
    numbers = as_numbers(values)
    return {"max": max(numbers), "min": min(numbers)}


@piece.action(name="countUniques", display_name="Count Uniques", pure=True)
def count_uniques(
    *,
    note: Note = None,
    values: Values,
    fieldsExplanation: FieldsNote = None,
    fields: Annotated[list[Any] | None, Array("Fields", "The names of the fields to compare.")] = None,
) -> dict[str, int]:
    """Count the different values of a list."""
    names = [name for name in fields or [] if isinstance(name, str) and name]
    compared = [_only(value, names) for value in values] if names else values
    return {"numUniques": len({json.dumps(value, sort_keys=True) for value in compared})}


def _only(value: Any, names: list[str]) -> Any:
    return {name: value[name] for name in names if name in value} if isinstance(value, dict) else {}


def as_numbers(values: list[Any], *, may_be_empty: bool = False) -> list[float]:
    """The values as numbers; numeric text counts. Raises InvalidInput that names every value that is none, PieceError for an empty list."""
    if not values and not may_be_empty:
        raise PieceError("values: the list is empty")
    numbers: list[float] = []
    problems: list[PropertyProblem] = []
    for index, value in enumerate(values):
        try:
            numbers.append(whole(float(value)))
        except (TypeError, ValueError):
            problems.append(PropertyProblem(f"values.{index}", f"Expected number, received: {value}"))
    if problems:
        raise InvalidInput(problems)
    return numbers


def whole(number: float) -> float:
    """JavaScript has one number type: 4.0 is 4."""
    return int(number) if isinstance(number, float) and number.is_integer() else number

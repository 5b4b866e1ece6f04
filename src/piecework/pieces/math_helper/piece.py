"""Math Helper: arithmetic on two numbers, with JavaScript's results.

Whole results are integers, and a remainder has the sign of the dividend.
"""

import math
from typing import Annotated

from piecework.sdk import HIDDEN, ActionContext, Number, Piece, PieceCategory, PieceError

piece = Piece(
    "math-helper",
    display_name="Math Helper",
    version="0.0.21",
    description="Add, subtract, multiply and divide numbers, or draw a random one.",
    categories=[PieceCategory.CORE],
)

First = Annotated[float, Number("First Number", "The number on the left of the operation.")]
Second = Annotated[float, Number("Second Number", "The number on the right of the operation.")]


@piece.action(name="addition_math", display_name="Addition", pure=True, error_handling=HIDDEN)
def add(first_number: First, second_number: Second) -> float:
    """Add the second number to the first."""
    return whole(first_number + second_number)


@piece.action(name="subtraction_math", display_name="Subtraction", pure=True, error_handling=HIDDEN)
def subtract(
    first_number: Annotated[float, Number("First Number", "The number to subtract from the second one.")],
    second_number: Annotated[float, Number("Second Number", "The number from which the first one is subtracted.")],
) -> float:
    """Subtract the first number from the second."""
    return whole(second_number - first_number)


@piece.action(name="multiplication_math", display_name="Multiplication", pure=True, error_handling=HIDDEN)
def multiply(first_number: First, second_number: Second) -> float:
    """Multiply two numbers."""
    return whole(first_number * second_number)


@piece.action(name="division_math", display_name="Division", pure=True, error_handling=HIDDEN)
def divide(first_number: First, second_number: Second) -> float:
    """Divide the first number by the second."""
    if second_number == 0:
        raise PieceError("Cannot divide by zero")
    return whole(first_number / second_number)


@piece.action(name="modulo_math", display_name="Modulo", pure=True, error_handling=HIDDEN)
def modulo(first_number: First, second_number: Second) -> float:
    """Give what remains when the first number is divided by the second."""
    if second_number == 0:
        raise PieceError("Cannot divide by zero")
    return whole(math.fmod(first_number, second_number))


@piece.action(name="generateRandom_math", display_name="Generate Random Number", pure=True, error_handling=HIDDEN)
def generate_random(
    ctx: ActionContext,
    first_number: Annotated[float, Number("First Number", "The smallest number that may come.")],
    second_number: Annotated[float, Number("Second Number", "The largest number that may come.")],
) -> int:
    """Draw a whole number between two bounds, both included."""
    low, high = math.ceil(min(first_number, second_number)), math.floor(max(first_number, second_number))
    if low > high:
        raise PieceError("There is no whole number between the two bounds")
    return ctx.random.randint(low, high)


def whole(number: float) -> float:
    """JavaScript has one number type: 4 / 2 is 2, not 2.0."""
    return int(number) if isinstance(number, float) and number.is_integer() and abs(number) < 2**53 else number

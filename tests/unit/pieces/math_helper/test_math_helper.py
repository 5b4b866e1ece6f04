from typing import Any

import pytest

from piecework.pieces.math_helper import piece
from piecework.sdk import PieceError
from piecework.sdk.testing import run_action


@pytest.mark.parametrize(
    ("name", "first", "second", "result"),
    [
        ("addition_math", 2, "3", 5),
        ("addition_math", 0.5, 0.5, 1),
        ("subtraction_math", 2, 5, 3),
        ("multiplication_math", 1.5, 3, 4.5),
        ("division_math", 9, 3, 3),
        ("division_math", 1, 4, 0.25),
        ("modulo_math", -7, 3, -1),
    ],
)
async def test_arithmetic(name: str, first: Any, second: Any, result: Any) -> None:
    value = await run_action(piece, name, {"first_number": first, "second_number": second})
    assert value == result
    assert type(value) is type(result)


@pytest.mark.parametrize("name", ["division_math", "modulo_math"])
async def test_by_zero(name: str) -> None:
    with pytest.raises(PieceError, match="zero"):
        await run_action(piece, name, {"first_number": 1, "second_number": 0})


async def test_random() -> None:
    for bounds in ((1, 3), (3, 1), (0.5, 2.5)):
        value = await run_action(piece, "generateRandom_math", {"first_number": bounds[0], "second_number": bounds[1]})
        assert min(bounds) <= value <= max(bounds)
    with pytest.raises(PieceError, match="no whole number"):
        await run_action(piece, "generateRandom_math", {"first_number": 0.1, "second_number": 0.2})

from typing import Any

import pytest

from piecework.pieces.data_summarizer import piece
from piecework.sdk import InvalidInput, PieceError
from piecework.sdk.testing import run_action


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("calculateAverage", {"values": [1, "2", 4.5]}, {"average": 2.5}),
        ("calculateSum", {"values": [1, "2", 3.0]}, {"sum": 6}),
        ("calculateSum", {"values": []}, {"sum": 0}),
        ("getMinMax", {"values": [3, -1, "7.5"]}, {"max": 7.5, "min": -1}),
        ("countUniques", {"values": [1, 1, "1", {"a": 1, "b": 2}, {"b": 2, "a": 1}]}, {"numUniques": 3}),
        ("countUniques", {"values": [{"a": 1, "b": 2}, {"a": 1, "b": 3}], "fields": ["a"]}, {"numUniques": 1}),
    ],
)
async def test_results(name: str, given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert await run_action(piece, name, given) == expected


async def test_refusals() -> None:
    with pytest.raises(InvalidInput) as failure:
        await run_action(piece, "calculateSum", {"values": [1, "x", None]})
    assert failure.value.as_wire() == {
        "values.1": ["Expected number, received: x"],
        "values.2": ["Expected number, received: None"],
    }
    for name in ("calculateAverage", "getMinMax"):
        with pytest.raises(PieceError, match="empty"):
            await run_action(piece, name, {"values": []})

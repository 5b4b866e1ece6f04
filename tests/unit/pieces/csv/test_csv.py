from typing import Any

import pytest

from piecework.pieces.csv import piece
from piecework.sdk import PieceError
from piecework.sdk.testing import run_action


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"csv_text": "a,b\n1,2\n\n3,4\n", "has_headers": True, "delimiter_type": ","}, [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]),
        ({"csv_text": '\ufeffa\tb\r\n"x\ny"\t"q""q"', "delimiter_type": "\t"}, [["a", "b"], ["x\ny", 'q"q']]),
        ({"csv_text": "", "delimiter_type": ","}, []),
    ],
)
async def test_reading(given: dict[str, Any], expected: list[Any]) -> None:
    assert await run_action(piece, "convert_csv_to_json", given) == expected


@pytest.mark.parametrize("text", ["a,b\n1", 'a,"b'])
async def test_broken_tables(text: str) -> None:
    with pytest.raises(PieceError, match="csv_text"):
        await run_action(piece, "convert_csv_to_json", {"csv_text": text, "delimiter_type": ","})


async def test_writing() -> None:
    rows = [{"n": 'a,"b"', "x": {"y": [1, True]}}, {"n": None, "z": 1.5}]
    assert await run_action(piece, "convert_json_to_csv", {"json_array": rows}) == 'n,x.y.0,x.y.1,z\n"a,""b""",1,true,\n,,,1.5\n'
    assert await run_action(piece, "convert_json_to_csv", {"json_array": []}) == ""
    with pytest.raises(PieceError, match="json_array"):
        await run_action(piece, "convert_json_to_csv", {"json_array": {"a": 1}})

from typing import Any

import pytest

from piecework.pieces.yaml import piece
from piecework.sdk import PieceError
from piecework.sdk.testing import run_action


async def read(text: str, **given: Any) -> Any:
    return await run_action(piece, "yaml_to_json", {"yaml": text, **given})


async def test_there_and_back() -> None:
    value = {"name": "Ünsal", "tags": ["a", "yes", "1"], "n": 1.5, "none": None, "deep": {"b": True}}
    text = await run_action(piece, "json_to_yaml", {"json": value})
    assert text.startswith("name: Ünsal\ntags:\n- a\n")
    assert await read(text) == value


async def test_dates_become_texts() -> None:
    assert await read("day: 2026-01-31\nat: 2026-01-31T10:00:00+01:00") == {
        "day": "2026-01-31T00:00:00.000Z",
        "at": "2026-01-31T09:00:00.000Z",
    }


async def test_several_documents() -> None:
    assert await read("a: 1\n---\nb: 2\n", several=True) == [{"a": 1}, {"b": 2}]
    with pytest.raises(PieceError, match="2 documents"):
        await read("a: 1\n---\nb: 2\n")


@pytest.mark.parametrize("text", ["a: [", "!!python/object/apply:os.system [ls]", "a: &x [1]\nb: *x", "[" * 5000, "? {a: 1}\n: 2"])
async def test_refused(text: str) -> None:
    with pytest.raises(PieceError, match="yaml: "):
        await read(text)

import pytest

from piecework.pieces.json import piece
from piecework.pieces.json.piece import evaluate
from piecework.sdk import PieceError
from piecework.sdk.testing import run_action


async def test_to_text_and_back() -> None:
    assert await run_action(piece, "convert_json_to_text", {"json": {"a": [1, None]}}) == '{"a":[1,null]}'
    assert await run_action(piece, "convert_json_to_text", {"json": {"a": 2**70}}) == f'{{"a":{2**70}}}'
    assert await run_action(piece, "convert_text_to_json", {"text": '{"a":[1,null]}'}) == {"a": [1, None]}
    with pytest.raises(PieceError, match="text: not valid JSON"):
        await run_action(piece, "convert_text_to_json", {"text": "{"})


async def test_jsonata() -> None:
    data = {"items": [{"n": "a", "p": 5}, {"n": "b", "p": 20}]}
    assert await run_action(piece, "run_jsonata_query", {"json": data, "query": "items[p > 10].n"}) == "b"
    assert await run_action(piece, "run_jsonata_query", {"json": data, "query": "$sum(items.p)"}) == 25
    assert await run_action(piece, "run_jsonata_query", {"json": data, "query": "nothing"}) is None


async def test_bad_query() -> None:
    with pytest.raises(PieceError, match="query: "):
        await run_action(piece, "run_jsonata_query", {"json": {}, "query": "a["})


@pytest.mark.parametrize("query", ["($f := function($n) { $f($n + 1) }; $f(0))", "($f := function($n) { 1 + $f($n + 1) }; $f(0))"])
def test_endless_queries(query: str) -> None:
    with pytest.raises(PieceError, match="query: "):
        evaluate(query, {}, milliseconds=200)

from typing import Any

import pytest

from piecework.pieces.store import piece
from piecework.sdk import PieceError, StoreScope
from piecework.sdk.testing import FakeContext, MemoryStore, run_action


async def test_put_and_get_by_scope() -> None:
    store = MemoryStore()
    ctx = FakeContext(store=store)
    for scope in ("COLLECTION", "FLOW", "RUN"):
        assert await run_action(piece, "put", {"key": "k", "value": {"a": 1}, "store_scope": scope}, ctx) == '{"a":1}'
    assert set(store.values) == {(StoreScope.PROJECT, "k"), (StoreScope.FLOW, "k"), (StoreScope.FLOW, "run_run1/k")}
    assert await run_action(piece, "get", {"key": "k"}, ctx) == '{"a":1}'
    assert await run_action(piece, "get", {"key": "x", "defaultValue": "d"}, ctx) == "d"
    assert await run_action(piece, "remove_value", {"key": "k"}, ctx) == {"success": True}
    assert await run_action(piece, "get", {"key": "k"}, ctx) is None


async def test_append() -> None:
    ctx = FakeContext()
    assert await run_action(piece, "append", {"key": "k", "value": "a", "separator": "\\n"}, ctx) == "a"
    assert await run_action(piece, "append", {"key": "k", "value": "b", "separator": "\\n"}, ctx) == "a\nb"


async def test_lists() -> None:
    ctx = FakeContext()
    assert await run_action(piece, "add_to_list", {"key": "k", "value": ["a", {"b": 1}, 3]}, ctx) == ["a", {"b": 1}, 3]
    again = {"key": "k", "value": '["a", "c"]', "ignore_if_exists": True}
    assert await run_action(piece, "add_to_list", again, ctx) == ["a", {"b": 1}, 3, "c"]
    assert await run_action(piece, "remove_from_list", {"key": "k", "value": "a"}, ctx) == [{"b": 1}, 3, "c"]
    assert await run_action(piece, "remove_from_list", {"key": "k", "value": '{"b": 1}'}, ctx) == [3, "c"]
    assert await run_action(piece, "remove_from_list", {"key": "k", "value": "unknown"}, ctx) == [3, "c"]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("get", {"key": "x" * 129}),
        ("get", {"key": "k", "store_scope": "WORLD"}),
        ("append", {"key": "list", "value": "x"}),
        ("add_to_list", {"key": "text", "value": ["x"]}),
        ("remove_from_list", {"key": "text", "value": "x"}),
    ],
)
async def test_refusals(name: str, given: dict[str, Any]) -> None:
    store = MemoryStore({(StoreScope.PROJECT, "list"): [1], (StoreScope.PROJECT, "text"): "t"})
    with pytest.raises(PieceError):
        await run_action(piece, name, given, FakeContext(store=store))

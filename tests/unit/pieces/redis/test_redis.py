"""Against a real Redis."""

from typing import Any

import pytest

from piecework.pieces.redis import piece
from piecework.sdk import AuthCheck, CustomAuthValue, PieceError
from piecework.sdk.testing import TEST_SERVER, FakeContext, ScriptedHttp, run_action


def auth(port: int, **changes: Any) -> CustomAuthValue:
    return CustomAuthValue({"host": "127.0.0.1", "port": port, "password": "s3cret"} | changes)


async def run(port: int, action: str, **given: Any) -> Any:
    return await run_action(piece, action, given, FakeContext(auth=auth(port)))


async def test_values(redis_port: int) -> None:
    assert await run(redis_port, "get_value", key="a b") == {"value": None}
    assert await run(redis_port, "set_value", key="a b", value="Ünsal\r\n*1") == {"written": True}
    assert await run(redis_port, "set_value", key="a b", value="other", only_if_new=True) == {"written": False}
    assert await run(redis_port, "get_value", key="a b") == {"value": "Ünsal\r\n*1"}
    await run(redis_port, "set_value", key="short", value="x", expires_in=50)
    assert 0 < await run(redis_port, "run_command", command="ttl", arguments=["short"]) <= 50
    assert await run(redis_port, "delete_value", key="a b") == {"deleted": True}
    assert await run(redis_port, "increment_value", key="count") == {"value": 1}
    assert await run(redis_port, "increment_value", key="count", by=-3) == {"value": -2}


async def test_lists_and_messages(redis_port: int) -> None:
    assert await run(redis_port, "push_to_list", key="list", values=["a", {"b": 1}]) == {"length": 2}
    assert await run(redis_port, "pop_from_list", key="list") == {"value": "a"}
    assert await run(redis_port, "pop_from_list", key="list") == {"value": '{"b":1}'}
    assert await run(redis_port, "pop_from_list", key="list") == {"value": None}
    assert await run(redis_port, "publish_message", channel="news", message="hi") == {"receivers": 0}


async def test_any_command(redis_port: int) -> None:
    await run(redis_port, "run_command", command="HSET", arguments=["hash", "a", 1])
    found = await run(redis_port, "run_command", command="HGETALL", arguments=["hash"])
    assert found in ({"a": "1"}, ["a", "1"])
    for command in ("MONITOR", "subscribe", "GET x\r\nFLUSHALL"):
        with pytest.raises(PieceError, match="command: "):
            await run(redis_port, "run_command", command=command)
    with pytest.raises(PieceError, match=r"Operation against a key"):
        await run(redis_port, "get_value", key="hash")


async def test_connections_are_tried(redis_port: int) -> None:
    async def tried(**changes: Any) -> str | None:
        return await piece.auths[0].check(AuthCheck(auth(redis_port, **changes), ScriptedHttp(), TEST_SERVER))

    assert await tried() is None
    assert await tried(password="wr0ng")
    assert await tried(tls=True)
    assert "host: " in (await tried(host="/run/redis.sock") or "")

"""Pieces that misbehave: each is contained and named, and the others go on."""

import asyncio
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.bubblewrap import bubblewrap_works
from tests.npm_packages import unpacked
from tests.unit.sandbox.npm.conftest import FACTS, MODERN, SMALL, Act, act_on

from piecework.sandbox.errors import MemoryLimitExceeded, OutputTooLarge, SandboxError, SandboxUnavailable, TimeLimitExceeded
from piecework.sandbox.npm import node
from piecework.sandbox.npm.errors import PieceThrew
from piecework.sandbox.npm.host import HostGone, HostLimits, NpmHost, json_for_javascript

EARLY = "@local/piece-early@0.2.0"


async def test_calls_run_side_by_side_in_one_thread(host: NpmHost, act: Act) -> None:
    hanging = asyncio.create_task(act("hang"))
    counts = await asyncio.gather(*(act("count") for _ in range(50)))
    assert sorted(counts) == list(range(1, 51))
    assert host.state().threads == 1
    hanging.cancel()
    await asyncio.gather(hanging, return_exceptions=True)


async def test_values_that_json_cannot_say(act: Act) -> None:
    assert await act("strange") == {
        "big": str(2**70),
        "map": {"a": 1},
        "set": [1, 2],
        "nan": None,
        "buffer": {"type": "Buffer", "data": [97]},
    }
    assert await act("circle") == {"list": ["1"], "self": "[Circular]"}
    assert await act("echo") == {}


async def test_numbers_beyond_what_javascript_knows_travel_as_text(act: Act) -> None:
    given = {"exact": 2**53 - 1, "long": [2**53, {"deep": -(2**60)}], "text": "a", "yes": True, "float": 1e300}
    assert (await act("echo", value=given))["value"] == {**given, "long": [str(2**53), {"deep": str(-(2**60))}]}
    assert given["long"] == [2**53, {"deep": -(2**60)}]
    nested: Any = 2**60
    for _ in range(500):
        nested = [nested]
    assert json_for_javascript(nested) == b"[" * 500 + f'"{2**60}"'.encode() + b"]" * 500


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("throws", "TypeError", "does not fit"),
        ("throwsText", "Error", "just text"),
        ("throwsCause", "TypeError", "^fetch failed: no such host$"),
        ("exit", "Error", r"The piece called process\.exit\(1\)"),
        ("late", "Error", "thrown too late"),
        ("nope", "Error", "The piece has no action nope"),
    ],
)
async def test_what_a_piece_throws(act: Act, name: str, error: str, message: str) -> None:
    with pytest.raises(PieceThrew, match=message) as caught:
        await act(name)
    assert caught.value.name == error
    assert await act("count") == 1  # the same thread: nothing was restarted


async def test_failed_http_calls_say_what_came_back(act: Act) -> None:
    with pytest.raises(PieceThrew) as caught:
        await act("httpError")
    assert caught.value.detail == {"response": {"status": 422, "body": {"no": "good"}}, "request": {"body": {"a": 1}}}


async def test_a_rejection_that_nobody_waits_for_harms_nobody(act: Act) -> None:
    assert await act("unwatched") == "fine"
    assert await act("count") == 1


async def test_a_result_that_is_too_large(act: Act) -> None:
    with pytest.raises(OutputTooLarge, match="larger than 1000000 bytes"):
        await act("huge", size=10_000_000)
    assert await act("count") == 1


async def test_one_value_that_is_larger_than_the_heap_does_not_end_the_process(host: NpmHost, act: Act) -> None:
    with pytest.raises((OutputTooLarge, MemoryLimitExceeded)):
        await act("huge", size=100_000_000)
    assert await act("count") == 1
    assert host.state().restarts == 0


@pytest.mark.parametrize(("bomb", "error"), [("loop", TimeLimitExceeded), ("heap", SandboxError), ("buffers", MemoryLimitExceeded)])
async def test_a_bomb_takes_its_own_thread_only(pieces: Path, bomb: str, error: type[SandboxError]) -> None:
    host = NpmHost(pieces, replace(SMALL, blocked_seconds=2.0))
    try:
        await _explode(host, pieces, bomb, error)
    finally:
        await host.close()


async def _explode(host: NpmHost, pieces: Path, bomb: str, error: type[SandboxError]) -> None:
    unpacked(EARLY, pieces)
    act, other = (act_on(host, pieces / spec.replace("/", "+")) for spec in (MODERN, EARLY))
    await other("greet", authentication="a", name="b")
    exploding = asyncio.create_task(act(bomb))
    answered = 0
    while not exploding.done():
        assert await other("greet", authentication="Ada", name="Bob") == "Ada greets Bob"
        answered += 1
        await asyncio.sleep(0)
    with pytest.raises(error, match="@local\\+piece-modern"):
        await exploding
    assert answered > 10
    assert host.state().kills == 1
    assert host.state().restarts == 0
    assert await act("count") == 1  # a new thread


async def test_a_heap_bomb_is_told_as_memory_where_it_has_the_time(pieces: Path) -> None:
    host = NpmHost(pieces, HostLimits(memory_mb=32, blocked_seconds=60))
    try:
        with pytest.raises(MemoryLimitExceeded, match="32 MB"):
            await act_on(host, pieces / MODERN.replace("/", "+"))("heap")
    finally:
        await host.close()


async def test_who_gives_up_retires_the_thread_and_harms_nobody(host: NpmHost, act: Act) -> None:
    others = asyncio.create_task(act("unwatched"))
    assert await act("count") == 1
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await act("hang")
    assert await act("count") == 1  # a new thread already
    assert await others == "fine"
    assert host.state() == (1, 0, 0, 0)


async def test_the_thread_that_was_used_longest_ago_makes_room(host: NpmHost, act: Act, pieces: Path) -> None:
    folders = [pieces / MODERN.replace("/", "+")]
    for version in ("2.0.0", "3.0.0"):
        folders.append(pieces / f"@local+piece-modern@{version}")
        shutil.copytree(folders[0], folders[-1])
    for folder in folders:
        assert await act_on(host, folder)("count") == 1
    assert host.state().threads == SMALL.threads
    assert await act_on(host, folders[2])("count") == 2
    assert await act_on(host, folders[0])("count") == 1


async def test_the_host_is_started_again_when_it_has_died(host: NpmHost, act: Act) -> None:
    hanging = asyncio.create_task(act("hang"))
    assert await act("count") == 1
    process = host._process
    assert process is not None
    assert process._process is not None
    os.kill(process._process.pid, signal.SIGKILL)
    with pytest.raises(HostGone, match="started again"):
        await hanging
    assert await act("count") == 1
    assert host.state().restarts == 1


async def test_a_piece_that_cannot_be_loaded(host: NpmHost, pieces: Path) -> None:
    for name, source, message in (
        ("broken", "throw new Error('out of order')", "out of order"),
        ("needy", "require('not-there')", "Cannot find module 'not-there'"),
        ("empty", "exports.a = {}", "exports no piece"),
        ("syntax", "const = 1", "Unexpected token"),
    ):
        package = pieces / f"{name}@1.0.0" / "package"
        package.mkdir(parents=True)
        (package / "package.json").write_text('{"main": "index.js"}')
        (package / "index.js").write_text(source)
        with pytest.raises(PieceThrew, match=message):
            await host.call(package.parent, {"op": "describe"})
    assert host.state().threads == 0


@pytest.mark.parametrize("confined", [False, pytest.param(True, marks=pytest.mark.skipif(not bubblewrap_works(), reason="no bubblewrap"))])
async def test_what_a_piece_may_see(pieces: Path, monkeypatch: pytest.MonkeyPatch, confined: bool) -> None:
    monkeypatch.setenv("AP_JWT_SECRET", "planted")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted")
    host = NpmHost(pieces, SMALL, confined=confined)
    try:
        seen = await act_on(host, pieces / MODERN.replace("/", "+"))("looksAround")
    finally:
        await host.close()
    refused = {name: seen.pop(name) for name in ("readsSystem", "startsProcess", "startsThread", "killsItself")}
    assert set(refused.values()) == {"refused"}
    assert seen["scratch"] == "x"
    assert seen["exists"] is False
    assert {"AP_JWT_SECRET", "AWS_SECRET_ACCESS_KEY"}.isdisjoint(seen["environment"])


async def test_where_bubblewrap_is_missing_it_is_refused(pieces: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node.shutil, "which", lambda name: None)
    host = NpmHost(pieces, SMALL, confined=True)
    with pytest.raises(SandboxUnavailable, match="AP_EXECUTION_MODE asks for pieces in a sandbox, which needs bubblewrap"):
        await host.call(pieces / MODERN.replace("/", "+"), {"op": "describe"})
    await host.close()


async def test_what_pieces_print_goes_nowhere(act: Act, capfd: pytest.CaptureFixture[str]) -> None:
    assert await act("prints", secret="planted-4711") == 1
    said = capfd.readouterr()
    assert "planted-4711" not in said.out + said.err


async def test_closing_tells_everybody(host: NpmHost, act: Act) -> None:
    hanging = asyncio.create_task(act("hang"))
    await act("count")
    await host.close()
    with pytest.raises(SandboxUnavailable, match="stopping"):
        await hanging
    with pytest.raises(SandboxUnavailable, match="stopping"):
        await act("count")


async def test_what_may_be_asked_of_the_platform(host: NpmHost, pieces: Path) -> None:
    asked: list[tuple[str, dict[str, Any], bytes]] = []

    async def answer(operation: str, arguments: dict[str, Any], data: bytes) -> Any:
        asked.append((operation, arguments, data))
        if operation == "connections.get":
            raise ValueError("there is none")
        return "answered"

    folder = pieces / MODERN.replace("/", "+")
    call = {"op": "action", "name": "remembers", "props": {"scope": "COLLECTION"}, "facts": FACTS}
    value = (await host.call(folder, call, answer=answer))["value"]
    assert value == {"before": "answered", "put": {"n": 1}, "after": "answered", "deleted": "answered"}
    assert asked[1] == ("store.put", {"key": "key", "value": {"n": 1}, "scope": "COLLECTION"}, b"")
    with pytest.raises(PieceThrew, match="there is none"):
        await host.call(folder, {"op": "action", "name": "connects", "props": {"name": "a"}, "facts": FACTS}, answer=answer)
    with pytest.raises(PieceThrew, match=r"store\.get cannot be used here"):
        await host.call(folder, call)

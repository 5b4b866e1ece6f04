from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.npm_packages import unpacked

from piecework.sandbox.npm.host import HostLimits, NpmHost

MODERN = "@local/piece-modern@1.2.0"
FACTS = {
    "step": "step_1",
    "project": "p",
    "apiUrl": "http://api.test/",
    "publicUrl": "http://public.test/",
    "token": "",
    "flow": "f",
    "version": "v",
    "test": False,
    "run": "r",
    "waitpoint": "w",
    "executionType": "BEGIN",
    "resumePayload": None,
}
SMALL = HostLimits(memory_mb=64, threads=2, blocked_seconds=20.0, output_bytes=1_000_000)

Act = Callable[..., Awaitable[Any]]


@pytest.fixture
def pieces(tmp_path: Path) -> Path:
    """The root of installed pieces, with the modern one in it."""
    root = tmp_path / "pieces"
    root.mkdir()
    unpacked(MODERN, root)
    return root


@pytest.fixture
async def host(pieces: Path) -> AsyncIterator[NpmHost]:
    host = NpmHost(pieces, SMALL)
    yield host
    await host.close()


def act_on(host: NpmHost, folder: Path) -> Act:
    """Runs an action of a piece; gives its value."""

    async def act(name: str, /, **props: Any) -> Any:
        answer = await host.call(folder, {"op": "action", "name": name, "props": props, "facts": FACTS})
        return answer["value"]

    return act


@pytest.fixture
def act(host: NpmHost, pieces: Path) -> Act:
    return act_on(host, pieces / MODERN.replace("/", "+"))

"""What the server promises when its surroundings fail: signals, a locked file, a full disk, a run that kills it, a kill during a pause."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.server_process import StartServer
from tests.faults.flows import action, publish_steps, wait_for
from tests.faults.pieces import install
from tests.faults.sink import Sink
from tests.faults.test_kill_server import ended_runs, load, publish

OPEN: dict[str, Any] = {"allow_open_sign_up": True, "log_level": "error"}


async def test_sigterm_under_load_is_graceful(start_server: StartServer, tmp_path: Path) -> None:
    data = tmp_path / "data"
    acknowledged: set[str] = set()
    counter = [0]
    with Sink() as sink:
        server = start_server(data, **OPEN)
        flow_id, session = publish(server, sink)
        stop = asyncio.Event()
        clients = [asyncio.create_task(load(f"{server.url}/api/v1/webhooks/{flow_id}", acknowledged, counter, stop)) for _ in range(4)]
        await asyncio.sleep(1.0)
        server.process.terminate()
        code = await asyncio.to_thread(server.process.wait, 40)
        stop.set()
        await asyncio.gather(*clients)
        assert code == 0, "it ended by itself, not by the signal"
        connection = sqlite3.connect(data / "piecework.db")
        assert connection.execute("SELECT count(*) FROM job WHERE claimed = 1 OR kills > 0").fetchone() == (0,)
        connection.close()
        server = start_server(data, **OPEN)
        runs = await ended_runs(server, session)
        server.stop()
    names = Counter(run["trigger"]["output"]["body"]["id"] for run in runs)
    assert acknowledged
    assert acknowledged - set(names) == set()
    assert max(names.values()) == 1


async def test_a_locked_database_loses_nothing(start_server: StartServer, tmp_path: Path) -> None:
    data = tmp_path / "data"
    acknowledged: set[str] = set()
    with Sink() as sink:
        server = start_server(data, **OPEN)
        flow_id, session = publish(server, sink)
        stop = asyncio.Event()
        clients = [asyncio.create_task(load(f"{server.url}/api/v1/webhooks/{flow_id}", acknowledged, [0], stop)) for _ in range(1)]
        await asyncio.sleep(0.5)
        await asyncio.to_thread(lock_for, data / "piecework.db", 2.0)
        await asyncio.sleep(0.5)
        stop.set()
        await asyncio.gather(*clients)
        runs = await ended_runs(server, session)
        server.stop()
    names = Counter(run["trigger"]["output"]["body"]["id"] for run in runs)
    assert acknowledged - set(names) == set()
    assert max(names.values()) == 1


def lock_for(database: Path, seconds: float) -> None:
    connection = sqlite3.connect(database, isolation_level=None, timeout=10)
    connection.execute("BEGIN EXCLUSIVE")
    time.sleep(seconds)
    connection.execute("ROLLBACK")
    connection.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0 or subprocess.run([mount, "-t", "tmpfs", "-o", "size=12m", "none", folder]).returncode:
        pytest.skip("a small disk needs root and mount")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize("folder", [".", "data"], ids=["", "and the log is on it too"])
async def test_a_full_disk(start_server: StartServer, small_disk: Path, folder: str) -> None:
    data = small_disk / folder
    acknowledged: set[str] = set()
    refused = 0
    with Sink() as sink:
        server = start_server(data, **OPEN)
        flow_id, session = publish(server, sink)
        url = f"{server.url}/api/v1/webhooks/{flow_id}"
        ballast = small_disk / "ballast"
        async with httpx.AsyncClient(timeout=30) as client:

            async def call(name: str) -> int:
                response = await client.post(url, json={"id": name, "items": [1, 2, 3], "pad": "x" * 20_000})
                if response.status_code == 200:
                    acknowledged.add(name)
                return response.status_code

            for number in range(10):
                assert await call(f"before{number}") == 200
            with ballast.open("wb") as file:
                try:
                    while True:
                        os.write(file.fileno(), b"\0" * 4096)
                except OSError:
                    pass
            for number in range(60):
                if await call(f"full{number}") >= 500:
                    refused += 1
                    if refused >= 5:
                        break
            assert refused >= 5, "the disk never was full"
            ballast.unlink()
            deadline = time.monotonic() + 15
            while await call(f"after{time.monotonic()}") != 200:
                assert time.monotonic() < deadline, "it did not recover"
                await asyncio.sleep(0.2)
        runs = await ended_runs(server, session)
        server.stop()
    names = Counter(run["trigger"]["output"]["body"]["id"] for run in runs)
    assert acknowledged - set(names) == set()
    assert max(names.values()) == 1


PIECE = '''
import os
from piecework.sdk import ActionContext, Piece

piece = Piece("deadly", display_name="Deadly", version="0.1.0")


@piece.action(name="die")
def die(ctx: ActionContext) -> None:
    """Ends the process."""
    os._exit(9)
'''


async def test_a_run_that_kills_its_worker_is_given_up_and_harms_no_other(
    start_server: StartServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "package", "deadly", PIECE, monkeypatch)
    data = tmp_path / "data"
    server = start_server(data, **OPEN)
    session = server.sign_up("owner@example.com")
    deadly = publish_steps(server, session, action("deadly", "0.1.0", "die"))
    delay = publish_steps(server, session, action("delay", "0.3.27", "delayFor", unit="seconds", delayFor=2))
    with server.client() as client:
        for _ in range(3):
            client.post(f"/webhooks/{delay}", json={}).raise_for_status()
        with contextlib.suppress(httpx.TransportError):
            client.post(f"/webhooks/{deadly}", json={})
    server.process.wait(10)
    lives = 0
    while True:
        lives += 1
        assert lives <= 5, "the run goes on killing"
        try:
            server = start_server(data, **OPEN)
        except AssertionError:
            continue
        try:
            server.process.wait(2)
        except subprocess.TimeoutExpired:
            break
    wait_for(data, {"INTERNAL_ERROR": 1, "SUCCEEDED": 3})
    server.stop()


async def test_a_delay_survives_a_kill(start_server: StartServer, tmp_path: Path) -> None:
    data = tmp_path / "data"
    server = start_server(data, **OPEN)
    session = server.sign_up("owner@example.com")
    delay = publish_steps(server, session, action("delay", "0.3.27", "delayFor", unit="seconds", delayFor=15))
    with server.client() as client:
        client.post(f"/webhooks/{delay}", json={}).raise_for_status()
    wait_for(data, {"PAUSED": 1})
    server.process.kill()
    server.process.wait()
    connection = sqlite3.connect(data / "piecework.db")
    connection.execute("UPDATE job SET dueAt = ?", (int(time.time() * 1000) + 1000,))  # its time is nearly over
    connection.commit()
    connection.close()
    server = start_server(data, **OPEN)
    wait_for(data, {"SUCCEEDED": 1})
    server.stop()

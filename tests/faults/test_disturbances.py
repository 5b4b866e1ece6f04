"""Load on a server whose surroundings fail: signals, a locked file, a full disk, a clock that is set. Nothing is lost, done twice or stuck."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.bubblewrap import bubblewrap_works
from tests.e2e.server_process import StartServer
from tests.faults import ledger
from tests.faults.campaign import Campaign
from tests.faults.pieces import install
from tests.faults.sink import Sink

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

Record = Callable[[str, object], None]
TIMES = 4
RUNS = 120
"""Calls that are acknowledged before each disturbance, and after the last one."""


@pytest.fixture
def campaign(start_server: StartServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Campaign]:
    install(tmp_path / "package", "ledger", ledger.PIECE, monkeypatch)
    with Sink() as sink:
        yield Campaign(start_server, tmp_path / "data", sink, random.Random(7), python=bubblewrap_works(), webhook_timeout_seconds=20)


async def more(campaign: Campaign) -> None:
    """Wait for some more acknowledged calls."""
    await campaign.until_acknowledged(campaign.acknowledged + RUNS)


async def closed(campaign: Campaign, what: str, record: Record) -> None:
    """Every run ends, and the account is right."""
    await campaign.settle()
    campaign.server.stop()
    account = campaign.account()
    record("summary", f"faults: {account.runs} runs, {what}: {account.text}")
    account.check()


async def test_sigterm_is_graceful(campaign: Campaign, record_property: Record) -> None:
    await asyncio.to_thread(campaign.start)
    for _ in range(TIMES):
        async with campaign.load():
            await more(campaign)
            campaign.server.process.terminate()
            assert await asyncio.to_thread(campaign.server.process.wait, 60) == 0, "it ended by itself, not by the signal"
        with closing(sqlite3.connect(campaign.data / "piecework.db")) as connection:
            assert connection.execute("SELECT count(*) FROM job WHERE claimed = 1 OR kills > 0").fetchone() == (0,)
        campaign.look()
        await asyncio.to_thread(campaign.start)
    await closed(campaign, f"SIGTERM {TIMES} times", record_property)


async def test_a_server_that_is_stopped_for_a_while(campaign: Campaign, record_property: Record) -> None:
    await asyncio.to_thread(campaign.start)
    async with campaign.load():
        for _ in range(TIMES):
            await more(campaign)
            campaign.server.process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(campaign.chance.uniform(0.5, 1.5))
            campaign.server.process.send_signal(signal.SIGCONT)
        await more(campaign)
    assert not campaign.refused
    await closed(campaign, f"stopped {TIMES} times", record_property)


async def test_a_locked_database(campaign: Campaign, record_property: Record) -> None:
    await asyncio.to_thread(campaign.start)
    async with campaign.load():
        for _ in range(TIMES):
            await more(campaign)
            await asyncio.to_thread(lock_for, campaign.data / "piecework.db", campaign.chance.uniform(0.5, 2.0))
        await more(campaign)
    assert not campaign.refused, "whoever calls waits"
    await closed(campaign, f"database locked {TIMES} times", record_property)


def lock_for(database: Path, seconds: float) -> None:
    """Hold the lock that every writer needs."""
    with closing(sqlite3.connect(database, isolation_level=None, timeout=30)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 40 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0 or subprocess.run([mount, "-t", "tmpfs", "-o", "size=40m", "none", folder]).returncode:
        pytest.skip("a small disk needs root and mount")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize("folder", [".", "data"], ids=["", "and the log is on it too"])
async def test_a_full_disk(campaign: Campaign, small_disk: Path, folder: str, record_property: Record) -> None:
    campaign.data = small_disk / folder
    campaign.padding = 20_000
    campaign.settings["webhook_timeout_seconds"] = 2
    ballast = small_disk / "ballast"
    await asyncio.to_thread(campaign.start)
    async with campaign.load():
        await more(campaign)
        for _ in range(2):
            refused = campaign.refused["503"]
            await asyncio.to_thread(fill, ballast)
            async with asyncio.timeout(60):
                while campaign.refused["503"] < refused + 10:
                    await asyncio.sleep(0.05)
            ballast.unlink()
            await more(campaign)
    assert set(campaign.refused) <= {"503", "408"}, "408: a synchronous call whose run could not be written in time"
    await closed(campaign, f"disk full twice, {campaign.refused['503']} calls refused", record_property)


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass


def faketime() -> str:
    """Debian's libfaketime; skips the test where it is not."""
    for path in Path("/usr/lib").glob("*/faketime/libfaketime.so.1"):
        return str(path)
    pytest.skip("setting a server's clock needs libfaketime")


OFFSETS = ("+3600", "+0", "-7200", "+86400", "-86400")
"""Seconds, against the true time, one after the other; it stays at the last."""


async def test_a_clock_that_is_set_ahead_and_back(campaign: Campaign, monkeypatch: pytest.MonkeyPatch, record_property: Record) -> None:
    offset = campaign.data.parent / "offset"
    offset.write_text("+0")
    monkeypatch.setenv("LD_PRELOAD", faketime())
    monkeypatch.setenv("FAKETIME_TIMESTAMP_FILE", str(offset))
    monkeypatch.setenv("FAKETIME_FORCE_MONOTONIC_FIX", "0")  # its repair makes every wait for a lock spin
    for name in ("FAKETIME_CACHE_DURATION", "FAKETIME_DONT_FAKE_MONOTONIC", "NO_FAKE_STAT"):
        monkeypatch.setenv(name, "1")
    await asyncio.to_thread(campaign.start)
    async with campaign.load():
        for seconds in OFFSETS:
            await more(campaign)
            offset.write_text(seconds)
            await asyncio.sleep(1.0)  # the file is read once a second
        await more(campaign)
    assert not campaign.refused
    await closed(campaign, f"clock set {len(OFFSETS)} times", record_property)

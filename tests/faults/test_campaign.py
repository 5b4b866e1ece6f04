"""Ten thousand runs, more than three hundred kills: of the server, which is the worker too, and of the processes in which code runs.

1. No acknowledged call is without its run, none has two, and every run ends; one that succeeded has had all of its effects.
2. No effect whose success was recorded happens again; the one in flight has the same idempotency key when it does.
3. Nothing is left: no run, no job, no journal entry.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bubblewrap import bubblewrap_works
from tests.e2e.server_process import StartServer
from tests.faults import ledger
from tests.faults.campaign import Campaign
from tests.faults.pieces import install
from tests.faults.sink import Sink

LIVES = 40
RUNS = 10_000
CHILD_KILLS = 7
"""In each life."""
STILLBORN = 4
"""After each so many lives one is killed while it starts."""


@pytest.mark.slow
@pytest.mark.timeout(1200)
async def test_thousands_of_runs_and_hundreds_of_kills(
    start_server: StartServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    install(tmp_path / "package", "ledger", ledger.PIECE, monkeypatch)
    seed = int(os.environ.get("FAULTS_SEED", random.randrange(2**32)))
    print(f"FAULTS_SEED={seed}")
    chance = random.Random(seed)
    with Sink() as sink:
        campaign = Campaign(start_server, tmp_path / "data", sink, chance, python=bubblewrap_works())
        await asyncio.to_thread(campaign.start)
        for life in range(1, LIVES + 1):
            async with campaign.load():
                killing = asyncio.create_task(campaign.kill_children(CHILD_KILLS))
                await campaign.until_acknowledged(RUNS * life // LIVES + chance.randint(-40, 40))
                await killing
                await asyncio.to_thread(campaign.kill_server)
            if life % STILLBORN == 0:
                await asyncio.to_thread(campaign.kill_while_starting)
            await asyncio.to_thread(campaign.start)
        await campaign.settle()
        campaign.server.stop()
        account = campaign.account()
    kills = campaign.kills
    line = (
        f"faults: {account.runs} runs, {kills.total()} kills ({kills['server']} server, {kills['sandbox']} sandbox children, "
        f"{campaign.at_work} of them at work): {account.text} [seed {seed}]"
    )
    record_property("summary", line)
    account.check()
    assert account.runs >= RUNS
    assert kills.total() >= 300

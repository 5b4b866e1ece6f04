"""Delays go by while the clock is set."""

import asyncio
from pathlib import Path
from time import time

import pytest
from tests.patience import PATIENCE_SECONDS
from tests.unit.server.worker.driven import driven, step

from piecework.sdk import ActionContext
from piecework.sdk.context import DelayPause
from piecework.server.adapters.sqlite import delays, runs


async def test_a_clock_that_is_set_back_prolongs_no_delay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_by = [0.0]
    for module in (delays, runs):
        monkeypatch.setattr(module, "time", lambda: time() + set_by[0])

    def wait(ctx: ActionContext) -> str:
        if ctx.execution_type == "BEGIN":
            ctx.run.pause(DelayPause(ctx.now(), 0.3))
            set_by[0] = -7200.0  # before the pause is written
        return "waited"

    async with driven(tmp_path / "piecework.db", step("a"), {"a": wait}) as life:
        run = await life.begin()
        assert await life.until(run.id, "SUCCEEDED", "FAILED") == "SUCCEEDED"
        assert life.executed == ["a", "a"]


async def test_only_what_the_clock_denies_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    over: list[int] = []
    measured = delays.Delays(over.extend)
    now = time() * 1000
    measured.begin(1, int(now) + 200, 0.2)
    measured.begin(2, int(now) + 3_600_000, 0.1)
    measured.begin(3, int(now) + 3_600_000, 3600)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(measured._heap) > 1:
            await asyncio.sleep(0.01)
    assert over == [2]
    measured.close()

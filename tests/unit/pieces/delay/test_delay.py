from datetime import timedelta
from typing import Any

import pytest

from piecework.pieces.delay import piece
from piecework.sdk import DelayPause, PieceError
from piecework.sdk.testing import NOON, FakeContext, run_action


async def test_pauses_then_reports() -> None:
    given = {"unit": "minutes", "delayFor": 15}
    ctx = FakeContext()
    assert await run_action(piece, "delayFor", given, ctx) == {}
    assert ctx.run.outcome.pause == DelayPause(NOON + timedelta(minutes=15), 900)
    done = {"delayForInMs": 900_000, "success": True}
    for finished in (FakeContext(execution_type="RESUME"), FakeContext(test=True)):
        assert await run_action(piece, "delayFor", given, finished) == done
        assert finished.run.outcome.kind == "none"


async def test_until() -> None:
    later, earlier = {"delayUntilTimestamp": "2026-01-15T14:00:00+01:00"}, {"delayUntilTimestamp": "2026-01-15T12:00:00Z"}
    ctx = FakeContext()
    assert await run_action(piece, "delay_until", later, ctx) == {}
    assert ctx.run.outcome.pause == DelayPause(NOON + timedelta(hours=1))
    past = FakeContext()
    assert await run_action(piece, "delay_until", earlier, past) == {"delayTill": "2026-01-15T12:00:00.000Z", "success": True}
    assert past.run.outcome.kind == "none"


@pytest.mark.parametrize("given", [{"delayFor": -1}, {"delayFor": 1, "unit": "weeks"}, {"delayFor": 1e12, "unit": "days"}])
async def test_refusals(given: dict[str, Any]) -> None:
    with pytest.raises(PieceError):
        await run_action(piece, "delayFor", given)

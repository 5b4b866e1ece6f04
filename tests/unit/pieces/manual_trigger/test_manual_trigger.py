from piecework.pieces.manual_trigger import piece
from piecework.sdk.testing import run_trigger


async def test_fires() -> None:
    assert await run_trigger(piece, "manual_trigger", {}) == [{}]
    assert piece.triggers["manual_trigger"].describe()["type"] == "MANUAL"

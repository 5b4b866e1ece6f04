import pytest

from piecework.pieces.tags import piece
from piecework.sdk import PieceError
from piecework.sdk.testing import FakeContext, run_action


async def test_add_tag() -> None:
    ctx = FakeContext()
    assert await run_action(piece, "add_tag", {"name": " vip "}, ctx) == {"success": True}
    assert ctx.run.tags == ["vip"]
    with pytest.raises(PieceError, match="name"):
        await run_action(piece, "add_tag", {"name": " "}, ctx)

from piecework.pieces.data_mapper import piece
from piecework.sdk.testing import run_action


async def test_maps() -> None:
    assert await run_action(piece, "advanced_mapping", {"mapping": {"who": "Ada"}}) == {"who": "Ada"}
    assert await run_action(piece, "advanced_mapping", {"mapping": '{"who": "Ada"}'}) == {"who": "Ada"}

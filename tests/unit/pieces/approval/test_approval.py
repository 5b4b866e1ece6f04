import pytest

from piecework.pieces.approval import piece
from piecework.sdk import WebhookPause
from piecework.sdk.testing import FakeContext, run_action


async def test_waits() -> None:
    ctx = FakeContext()
    assert await run_action(piece, "wait_for_approval", {}, ctx) == {"approved": True}
    assert ctx.run.outcome.pause == WebhookPause()


@pytest.mark.parametrize(("query", "approved"), [({"action": "approve"}, True), ({"action": "disapprove"}, False), ({}, False)])
async def test_decision(query: dict[str, str], approved: bool) -> None:
    ctx = FakeContext(execution_type="RESUME", resume_payload={"body": {}, "headers": {}, "queryParams": query})
    assert await run_action(piece, "wait_for_approval", {}, ctx) == {"approved": approved}


async def test_links() -> None:
    links = await run_action(piece, "create_approval_links", {})
    assert links["approvalLink"].startswith("https://flows.test/api/v1/flow-runs/run1/requests/")
    assert links["disapprovalLink"].endswith("?action=disapprove")

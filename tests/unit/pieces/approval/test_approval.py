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
    assert links["reviewLink"] == "https://flows.test/api/v1/flow-runs/run1/requests/waitpoint1/confirm"


@pytest.mark.parametrize(
    ("body", "comment"),
    [({"comment": "Only this once"}, "Only this once"), ({"comment": " "}, None), ({"comment": 7}, None), ("comment", None), (None, None)],
)
async def test_a_comment_comes_with_the_decision(body: object, comment: str | None) -> None:
    ctx = FakeContext(execution_type="RESUME", resume_payload={"body": body, "headers": {}, "queryParams": {"action": "approve"}})
    expected = {"approved": True} if comment is None else {"approved": True, "comment": comment}
    assert await run_action(piece, "wait_for_approval", {}, ctx) == expected

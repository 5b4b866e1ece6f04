"""What the approval page says, and that it stays one document without scripts whatever stands on it."""

from datetime import UTC, datetime, timedelta

import pytest

from piecework.server.modules.approvals._repository import WaitpointRow
from piecework.server.modules.approvals.page import ask, tell
from piecework.server.modules.approvals.schemas import ApprovalRequest, Stage
from piecework.server.modules.approvals.service import stage_of
from piecework.server.modules.approvals.words import WORDS, language_of

ASKED = datetime(2026, 11, 22, 14, 5, 59, tzinfo=UTC)
OPEN = ApprovalRequest(Stage.OPEN, "Ours", "<b>Orders</b>", 'Ask "Ada" & Bob', ASKED, ASKED + timedelta(days=3), "w" * 21)
HOSTILE = '"><script>alert(1)</script>'


def html_of(request: ApprovalRequest, *actions: str, language: str = "") -> str:
    return bytes(ask(request, {action: f"../x/confirm?action={action}" for action in actions}, language).body).decode()


def test_the_question() -> None:
    html = html_of(OPEN, "approve", "disapprove")
    assert "&lt;b&gt;Orders&lt;/b&gt;" in html
    assert "Ask &quot;Ada&quot; &amp; Bob" in html
    assert "2026-11-22 14:05 UTC" in html
    assert "2026-11-25 14:05 UTC" in html
    assert html.count("<button") == 2
    assert '<form method="post">' in html


def test_a_link_with_an_answer_has_one_button() -> None:
    assert html_of(OPEN, "disapprove").count("<button") == 1
    hostile = html_of(OPEN, HOSTILE)
    assert "<script" not in hostile
    assert f"“{'x' * 40}…”" in html_of(OPEN, "x" * 1_000)


def test_an_answer_is_told_without_what_was_only_to_be_decided() -> None:
    html = bytes(tell(OPEN, "approve", "").body).decode()
    assert "Recorded: approved" in html
    assert "2026-11-25" not in html
    assert "<button" not in html
    assert "<script" not in bytes(tell(OPEN, HOSTILE, "").body).decode()


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.OPEN])
@pytest.mark.parametrize("language", ["en", "de"])
def test_where_nothing_is_asked_there_is_no_button(stage: Stage, language: str) -> None:
    response = ask(ApprovalRequest(stage), {"approve": "x"}, language)
    html = bytes(response.body).decode()
    assert WORDS[language].heading[stage] in html
    assert "<button" not in html
    assert response.status_code == (404 if stage is Stage.UNKNOWN else 200)


def test_the_page_needs_nothing_and_allows_nothing() -> None:
    response = ask(OPEN, {"approve": "x"}, "")
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB, de;q=0.5", "en"),
        ("fr, de;q=0.1", "de"),
        ("de;q=0, en", "en"),
        ("de;q=x", "en"),
    ],
)
def test_the_language_is_the_readers(header: str, language: str) -> None:
    assert language_of(header) == language


def row(status: str, kind: str = "WEBHOOK", resume_at: int | None = None) -> WaitpointRow:
    return WaitpointRow("w" * 21, "approval", kind, status, "2026-11-22T14:05:59.000Z", resume_at)


@pytest.mark.parametrize(
    ("waitpoint", "unfinished", "named", "stage"),
    [
        (None, True, True, Stage.OPEN),
        (None, True, False, Stage.NOT_YET),
        (None, False, True, Stage.OVER),
        (row("PENDING"), True, True, Stage.OPEN),
        (row("PENDING", resume_at=1), False, True, Stage.EXPIRED),
        (row("PENDING", resume_at=10**13), False, True, Stage.OVER),
        (row("COMPLETED"), True, True, Stage.ANSWERED),
        (row("COMPLETED"), False, False, Stage.ANSWERED),
        (row("PENDING", "DELAY"), True, False, Stage.NOT_YET),
        (row("COMPLETED", "DELAY"), False, False, Stage.OVER),
    ],
)
def test_stages(waitpoint: WaitpointRow | None, unfinished: bool, named: bool, stage: Stage) -> None:
    assert stage_of(waitpoint, unfinished=unfinished, named=named) is stage

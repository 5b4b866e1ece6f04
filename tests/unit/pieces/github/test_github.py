"""GitHub, against exchanges written from its REST reference (docs.github.com/en/rest)."""

import hashlib
import hmac
from typing import Any

import pytest
from tests.unit.pieces.recorded import Enabled, Exchange, act, choose, exchange

from piecework.pieces.github import piece
from piecework.pieces.github.triggers import HOOK
from piecework.sdk import OAuth2Token, PieceError, StoreScope, WebhookAuthFailed

API = "https://api.github.com"
REPO = {"owner": "ada", "repo": "engine"}
BEARER = {"Authorization": "Bearer key", "X-GitHub-Api-Version": "2022-11-28"}


@pytest.mark.parametrize(
    ("action", "given", "method", "path", "body"),
    [
        ("github_create_issue", {"title": "T", "description": "D"}, "POST", "/issues", {"title": "T", "body": "D"}),
        ("update_issue", {"issue_number": 7, "state": "closed"}, "PATCH", "/issues/7", {"state": "closed"}),
        ("createCommentOnAIssue", {"issue_number": 7, "comment": "Hi"}, "POST", "/issues/7/comments", {"body": "Hi"}),
        ("add_labels_to_issue", {"issue_number": 7, "labels": ["bug"]}, "POST", "/issues/7/labels", {"labels": ["bug"]}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("repository", [REPO, "ada/engine"])
def test_issues(action: str, given: dict[str, Any], method: str, path: str, body: dict[str, Any], repository: Any) -> None:
    asked = exchange(method, f"{API}/repos/ada/engine{path}", {"number": 7}, 201, headers=BEARER, json=body)
    assert act(piece, action, {"repository": repository, **given}, asked) == {"status": 201, "headers": {}, "body": {"number": 7}}


def test_finding_an_issue() -> None:
    params = {"q": 'repo:ada/engine is:issue in:title "it  broke" state:open', "per_page": 1}
    asked = exchange("GET", f"{API}/search/issues", {"total_count": 1, "items": [{"number": 7}]}, params=params)
    given = {"repository": REPO, "title": 'it "broke"', "state": "open"}
    assert act(piece, "find_issue", given, asked) == {"found": True, "result": [{"number": 7}]}


def test_branches() -> None:
    source = exchange("GET", f"{API}/repos/ada/engine/branches/feature%2Fa", {"name": "feature/a", "commit": {"sha": "abc"}})
    made = exchange("POST", f"{API}/repos/ada/engine/git/refs", {"ref": "refs/heads/b"}, 201, json={"ref": "refs/heads/b", "sha": "abc"})
    given = {"repository": REPO, "source_branch": "feature/a", "new_branch_name": "b"}
    assert act(piece, "create_branch", given, source, made)["status"] == 201
    gone = exchange("DELETE", f"{API}/repos/ada/engine/git/refs/heads/feature/a", b"", 204)
    assert act(piece, "delete_branch", {"repository": REPO, "branch": "feature/a"}, gone)["status"] == 204


def test_graphql() -> None:
    asked = {"query": "query($n:Int!){x}", "variables": {"n": 1}}
    answer = exchange("POST", f"{API}/graphql", {"data": {"x": 1}}, json=asked)
    assert act(piece, "rawGraphqlQuery", asked, answer, auth=OAuth2Token("key"))["body"] == {"data": {"x": 1}}
    failed = exchange("POST", f"{API}/graphql", {"errors": [{"message": "Field 'x' doesn't exist"}]}, json={"query": "{x}"})
    with pytest.raises(PieceError, match="Field 'x'"):
        act(piece, "rawGraphqlQuery", {"query": "{x}"}, failed)


def test_no_repository() -> None:
    with pytest.raises(PieceError, match="owner/name"):
        act(piece, "delete_branch", {"repository": "engine", "branch": "b"})


def test_choices() -> None:
    def page(path: str, number: int, entries: list[Any], **params: Any) -> Exchange:
        return exchange("GET", f"{API}{path}", entries, params={**params, "per_page": 100, "page": number})

    full = [{"full_name": f"ada/r{n}", "name": f"r{n}", "owner": {"login": "ada"}} for n in range(100)]
    offered = choose(
        piece,
        "github_create_issue",
        "repository",
        page("/user/repos", 1, full, sort="pushed"),
        page("/user/repos", 2, full[:1], sort="pushed"),
    )
    assert len(offered["options"]) == 101
    assert offered["options"][0] == {"label": "ada/r0", "value": {"owner": "ada", "repo": "r0"}}
    assert choose(piece, "github_create_issue", "labels")["disabled"]
    for prop, path, entry, option in [
        ("labels", "labels", {"name": "bug"}, ("bug", "bug")),
        ("assignees", "assignees", {"login": "ada"}, ("ada", "ada")),
        ("milestone", "milestones", {"title": "1.0", "number": 3}, ("1.0", 3)),
    ]:
        found = choose(piece, "update_issue", prop, page(f"/repos/ada/engine/{path}", 1, [entry]), repository=REPO)
        assert found["options"] == [{"label": option[0], "value": option[1]}]
    issues = [{"number": 7, "title": "Broken"}, {"number": 8, "title": "Fix", "pull_request": {}}]
    found = choose(piece, "update_issue", "issue_number", page("/repos/ada/engine/issues", 1, issues, state="open"), repository=REPO)
    assert found["options"] == [{"label": "#7 Broken", "value": 7}]


def enabled(name: str) -> Enabled:
    trigger = Enabled(piece, name, {"repository": REPO})
    trigger.enable(exchange("POST", f"{API}/repos/ada/engine/hooks", {"id": 42}, 201, json="REDACTED"))
    return trigger


def signed(trigger: Enabled, body: Any, raw: str, event: str) -> list[Any]:
    secret = trigger.store.values[StoreScope.FLOW, HOOK]["secret"]
    signature = hmac.new(secret.encode(), raw.encode(), hashlib.sha256).hexdigest()
    return trigger.call(body, headers={"x-hub-signature-256": f"sha256={signature}", "x-github-event": event}, raw=raw)


def test_events_that_github_signed() -> None:
    trigger = enabled("trigger_issues")
    assert signed(trigger, {"zen": "Keep it simple"}, '{"zen": "…"}', "ping") == []
    assert signed(trigger, {"action": "opened"}, '{"action": "opened"}', "issues") == [{"action": "opened"}]
    with pytest.raises(WebhookAuthFailed):
        trigger.call({"action": "opened"}, headers={"x-hub-signature-256": "sha256=0"}, raw="{}")
    trigger.disable(exchange("DELETE", f"{API}/repos/ada/engine/hooks/42", {"message": "Not Found"}, 404))
    assert trigger.store.values == {}


def test_a_release_counts_once() -> None:
    trigger = enabled("new_release")
    assert [len(signed(trigger, {"action": action}, "{}", "release")) for action in ("created", "published", "edited")] == [1, 0, 0]

"""GitLab, against exchanges written from its REST reference (docs.gitlab.com/api/rest)."""

from typing import Any

import pytest
from tests.unit.pieces.recorded import Enabled, act, choose, exchange

from piecework.pieces.gitlab import piece
from piecework.pieces.gitlab.triggers import HOOK
from piecework.sdk import CustomAuthValue, OAuth2Token, StoreScope, WebhookAuthFailed

CLOUD = "https://gitlab.com/api/v4"
OWN = CustomAuthValue({"accessToken": "key", "baseUrl": "https://git.test/"})
BEARER = {"Authorization": "Bearer key"}


@pytest.mark.parametrize(("auth", "api"), [(OAuth2Token("key"), CLOUD), (OWN, "https://git.test/api/v4")])
@pytest.mark.parametrize(
    ("action", "given", "method", "path", "body"),
    [
        ("create_issue", {"title": "T", "description": "D"}, "POST", "", {"title": "T", "description": "D"}),
        ("update_issue", {"issue_number": 7, "state": "close"}, "PUT", "/7", {"state_event": "close"}),
        ("create_issue_comment", {"issue_number": 7, "comment": "Hi"}, "POST", "/7/notes", {"body": "Hi"}),
    ],
)
def test_issues(auth: Any, api: str, action: str, given: dict[str, Any], method: str, path: str, body: dict[str, Any]) -> None:
    asked = exchange(method, f"{api}/projects/ada%2Fengine/issues{path}", {"iid": 7}, 201, headers=BEARER, json=body)
    assert act(piece, action, {"projectId": "ada/engine", **given}, asked, auth=auth) == {"iid": 7}


def test_choices() -> None:
    params = {"simple": "true", "membership": "true", "order_by": "last_activity_at", "per_page": 100}
    full = [{"id": number, "name": "n", "path_with_namespace": f"ada/p{number}"} for number in range(100)]
    pages = (
        exchange("GET", f"{CLOUD}/projects", full, params=params | {"page": 1}),
        exchange("GET", f"{CLOUD}/projects", [{"id": 100, "name": "last"}], params=params | {"page": 2}),
    )
    offered = choose(piece, "create_issue", "projectId", *pages, auth=OAuth2Token("key"))["options"]
    assert (offered[0], offered[100]) == ({"label": "ada/p0", "value": 0}, {"label": "last", "value": 100})


def test_events() -> None:
    trigger = Enabled(piece, "project_issue_event", {"projectId": 5, "actiontype": "open"}, OWN)
    hooks = "https://git.test/api/v4/projects/5/hooks"
    trigger.enable(exchange("POST", hooks, {"id": 42}, 201, json="REDACTED"))
    token = {"x-gitlab-token": trigger.store.values[StoreScope.FLOW, HOOK]["token"]}
    opened, closed = ({"object_attributes": {"action": action}} for action in ("open", "close"))
    assert trigger.call(opened, headers=token) == [opened]
    assert trigger.call(closed, headers=token) == []
    with pytest.raises(WebhookAuthFailed):
        trigger.call(opened)
    trigger.disable(exchange("DELETE", f"{hooks}/42", {"message": "404 Not found"}, 404))
    assert trigger.store.values == {}

"""Todoist, against exchanges written from its API reference (developer.todoist.com/api/v1)."""

from typing import Any

import pytest
from tests.unit.pieces import recorded
from tests.unit.pieces.recorded import Enabled, Exchange, choose, exchange

from piecework.pieces.todoist import piece
from piecework.sdk import OAuth2Token, PieceError

API = "https://api.todoist.com/api/v1"
AUTH = OAuth2Token("key")


def act(action: str, given: dict[str, Any], *exchanges: Exchange) -> Any:
    return recorded.act(piece, action, given, *exchanges, auth=AUTH)


@pytest.mark.parametrize(
    ("due", "field"), [("2026-01-31", "due_date"), ("2026-01-31T12:00:00Z", "due_datetime"), ("next Monday", "due_string")]
)
def test_a_new_task_is_created_once(due: str, field: str) -> None:
    body = {"content": "Buy milk", "project_id": "p1", "priority": 4, field: due}
    headers = {"Authorization": "Bearer key", "X-Request-Id": "run1:step_1"}
    asked = exchange("POST", f"{API}/tasks", {"id": "7"}, headers=headers, json=body)
    assert act("create_task", {"content": "Buy milk", "project_id": "p1", "priority": 4, "due_date": due}, asked) == {"id": "7"}


def test_changing_and_completing() -> None:
    changed = exchange("POST", f"{API}/tasks/7", {"id": "7"}, json={"content": "Buy oat milk"})
    assert act("update_task", {"task_id": "7", "content": "Buy oat milk", "labels": []}, changed) == {"id": "7"}
    assert act("mark_task_completed", {"task_id": "7"}, exchange("POST", f"{API}/tasks/7/close", b"", 204)) is None


def test_finding_page_by_page() -> None:
    pages = (
        exchange("GET", f"{API}/tasks", {"results": [{"id": "1", "content": "a"}], "next_cursor": "c"}, params={"limit": 200}),
        exchange(
            "GET", f"{API}/tasks", {"results": [{"id": "2", "content": "b"}], "next_cursor": None}, params={"limit": 200, "cursor": "c"}
        ),
    )
    assert act("find_task", {"name": "b"}, *pages)["id"] == "2"
    with pytest.raises(PieceError, match="Task not found"):
        act("find_task", {"name": "c"}, *pages)


def test_choices() -> None:
    projects = exchange("GET", f"{API}/projects", {"results": [{"id": "p1", "name": "Home"}]}, params={"limit": 200})
    assert choose(piece, "create_task", "project_id", projects, auth=AUTH)["options"] == [{"label": "Home", "value": "p1"}]
    assert choose(piece, "create_task", "section_id", auth=AUTH)["disabled"]
    sections = exchange("GET", f"{API}/sections", {"results": [{"id": "s1", "name": "Shed"}]}, params={"project_id": "p1", "limit": 200})
    offered = choose(piece, "create_task", "section_id", sections, auth=AUTH, project_id="p1")
    assert offered["options"] == [{"label": "Shed", "value": "s1"}]


def test_completed_tasks() -> None:
    def listed(since: str, *items: dict[str, Any]) -> Exchange:
        params = {"since": since, "until": "2026-01-15T12:01:00Z", "project_id": "p1", "limit": 200}
        return exchange("GET", f"{API}/tasks/completed/by_completion_date", {"items": list(items), "next_cursor": None}, params=params)

    old, new = ({"id": str(hour), "completed_at": f"2026-01-15T{hour}:00:00.000000Z"} for hour in (10, 11))
    trigger = Enabled(piece, "task_completed", {"project_id": "p1"}, AUTH)
    trigger.enable(listed("2026-01-08T12:00:00Z", old))
    assert trigger.poll(listed("2026-01-15T10:00:00Z", old, new)) == [new]

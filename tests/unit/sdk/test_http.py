"""``ctx.http.get`` and its siblings: what every piece would otherwise write by hand."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from piecework.sdk import HttpError, HttpFailed, PieceError
from piecework.sdk.http import retry_after
from piecework.sdk.testing import Reply, ScriptedHttp

URL = "https://api.example/tasks"


@dataclass
class Task:
    id: int
    due: datetime | None = None


@pytest.mark.parametrize(("body", "value"), [({"id": 7}, {"id": 7}), ("plain", "plain"), (b"", None), ([], [])])
async def test_the_body_is_given(body: Any, value: Any) -> None:
    assert await ScriptedHttp(Reply(200, body)).get(URL) == value


async def test_the_body_is_typed() -> None:
    http = ScriptedHttp(Reply(200, [{"id": "7", "due": "2026-01-31T09:30:00Z", "more": 1}]))
    assert await http.get(URL, into=list[Task], params={"page": 1}) == [Task(7, datetime(2026, 1, 31, 9, 30, tzinfo=UTC))]
    assert http.calls[0].options == {"params": {"page": 1}}


async def test_another_shape_is_named() -> None:
    with pytest.raises(PieceError, match=r"answered 200 with another shape than expected: 0\.id"):
        await ScriptedHttp(Reply(200, [{"name": "x"}])).get(URL, into=list[Task])


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
async def test_a_failure_shows_the_answer(method: str) -> None:
    http = ScriptedHttp(Reply(422, {"error": "no title"}))
    with pytest.raises(HttpFailed) as failed:
        await getattr(http, method)(URL, json={"title": ""})
    assert http.calls[0].method == method.upper()
    assert failed.value.status == 422
    assert failed.value.detail == {"response": {"status": 422, "body": {"error": "no title"}}, "request": {"body": {"title": ""}}}


async def test_no_answer_is_a_failure_too() -> None:
    with pytest.raises(HttpFailed) as failed:
        await ScriptedHttp(HttpError("No answer within 3 seconds", reason="timeout")).get(URL)
    assert failed.value.detail == {"response": {"status": 500, "body": "No answer within 3 seconds"}, "request": {}}


async def test_a_busy_service_is_asked_again_when_it_says_when() -> None:
    busy = Reply(429, "slow down", {"retry-after": "0"})
    http = ScriptedHttp(busy, busy, Reply(200, 1))
    assert await http.post(URL) == 1
    assert len(http.calls) == 3


@pytest.mark.parametrize(
    ("method", "status", "headers", "calls"),
    [
        ("post", 429, {}, 1),
        ("post", 429, {"retry-after": "31"}, 1),
        ("post", 429, {"retry-after": "soon"}, 1),
        ("post", 503, {"retry-after": "0"}, 1),
        ("get", 503, {"retry-after": "0"}, 3),
        ("get", 500, {"retry-after": "0"}, 1),
    ],
)
async def test_it_is_asked_again_only_where_that_is_right(method: str, status: int, headers: dict[str, str], calls: int) -> None:
    http = ScriptedHttp(*[Reply(status, "no", headers)] * 3)
    with pytest.raises(HttpFailed):
        await getattr(http, method)(URL)
    assert len(http.calls) == calls


def test_retry_after_as_a_date() -> None:
    now = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
    assert retry_after(Reply(429, headers={"retry-after": "Sat, 31 Jan 2026 09:30:07 GMT"}), now) == 7.0
    assert retry_after(Reply(429, headers={"retry-after": "Sat, 31 Jan 2026 09:30:07 GMT"}), now + timedelta(minutes=1)) == 0.0
    assert retry_after(Reply(429), now) is None

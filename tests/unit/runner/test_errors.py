"""What a failed step's record says."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from piecework.engine.expressions.tokens import REDACTED
from piecework.runner.errors import RAW_LIMIT, failure
from piecework.runner.secrets import Secrets
from piecework.sandbox.errors import CodeFailed, MemoryLimitExceeded, TimeLimitExceeded
from piecework.sdk.errors import HttpFailed, InvalidInput, PieceError, PropertyProblem
from piecework.spec.run import FlowRunStatus


def knowing(*texts: str) -> Callable[[str], str]:
    """Takes these secrets out of a text."""
    secrets = Secrets()
    secrets.add(texts)
    return secrets.scrub_text


def record(error: BaseException, *secrets: str) -> dict[str, Any]:
    event = failure(error, 0, 0, knowing(*secrets))
    assert event.error is not None
    return dict(event.error)


def call(status: int, body: Any, sent: Any = None, **more: Any) -> HttpFailed:
    request = {} if sent is None else {"body": sent}
    return HttpFailed("failed", {"response": {"status": status, "body": body}, "request": request}, **more)


def test_a_sentence() -> None:
    event = failure(PieceError("not so"), 0, 0)
    assert event.message == "not so"
    assert event.error == {"__apErrorVersion": 1, "message": "not so", "errorName": "PieceError"}
    assert (event.final, event.ends) == (False, FlowRunStatus.FAILED)


def test_code() -> None:
    event = failure(CodeFailed("x is not defined", name="ReferenceError", stack="ReferenceError: x is not defined\n    at step:1:1"), 0, 0)
    assert event.error == {
        "__apErrorVersion": 1,
        "message": "x is not defined",
        "errorName": "ReferenceError",
        "raw": "ReferenceError: x is not defined\n    at step:1:1",
    }


def test_what_ends_the_run() -> None:
    assert failure(MemoryLimitExceeded("too much"), 0, 0).ends is FlowRunStatus.MEMORY_LIMIT_EXCEEDED
    assert failure(MemoryLimitExceeded("too much"), 0, 0).final
    assert not failure(TimeLimitExceeded("too long"), 0, 0).final


def test_properties() -> None:
    event = failure(InvalidInput([PropertyProblem("a", "Expected number, received: x"), PropertyProblem("b.0.c", "no")]), 0, 0)
    assert event.error is not None
    assert event.error["problems"] == [{"property": "a", "message": "Expected number, received: x"}, {"property": "b.0.c", "message": "no"}]
    assert json.loads(event.message) == {"a": ["Expected number, received: x"], "b.0.c": ["no"]}
    assert event.invalid == ("a", "b.0.c")


def test_a_call() -> None:
    headers = {"content-type": "application/json", "set-cookie": "s=1", "x-auth-token": "t", "www-authenticate": "Basic"}
    error = call(
        404, {"message": "no such thing"}, {"id": 1}, method="PUT", url="https://ada:pw@x.test/things/1?key=k#f", response_headers=headers
    )
    assert record(error) == {
        "__apErrorVersion": 1,
        "message": "no such thing",
        "errorName": "HttpFailed",
        "status": 404,
        "apiMessage": "no such thing",
        "requestUrl": "https://x.test/things/1",
        "requestMethod": "PUT",
        "requestBody": {"id": 1},
        "responseBody": {"message": "no such thing"},
        "responseHeaders": {
            "content-type": "application/json",
            "set-cookie": REDACTED,
            "x-auth-token": REDACTED,
            "www-authenticate": REDACTED,
        },
        "raw": json.dumps(error.detail, indent=2),
    }


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"message": "deep"}}, "deep"),
        ({"errors": [{"detail": "first"}, {"detail": "second"}]}, "first"),
        ([{"message": "in a list"}], "in a list"),
        ("plain", "plain"),
        ("<html>no</html>", "The server answered 500"),
        (None, "The server answered 500"),
        ({"code": 7}, "The server answered 500"),
    ],
)
def test_the_sentence_in_an_answer(body: Any, said: str) -> None:
    assert record(call(500, body))["message"] == said


def test_nothing_is_without_bounds() -> None:
    event = failure(call(500, {"message": "m" * 50_000}, {"sent": "s" * 50_000}), 0, 0)
    assert event.error is not None
    assert len(event.message) == RAW_LIMIT
    assert all(len(str(value)) <= RAW_LIMIT + 1 for value in event.error.values())


def test_secrets_are_nowhere() -> None:
    pem = '-----BEGIN KEY-----\nab"cd\n-----END KEY-----'
    body = {"message": f"token s3cret/key refused: {pem}", "echo": ["s3cret/key"]}
    error = call(401, body, {"t": "s3cret/key"}, method="GET", url="https://x.test/s3cret%2Fkey/list")
    secrets = ["s3cret/key", pem]
    event = failure(error, 0, 0, knowing(*secrets))
    shown = event.message + json.dumps(event.error)
    assert "s3cret" not in shown
    assert "BEGIN KEY" not in shown
    assert event.error is not None
    assert event.error["requestUrl"] == f"https://x.test/{REDACTED}/list"
    assert event.error["message"] == f"token {REDACTED} refused: {REDACTED}"


def test_short_texts_are_no_secrets() -> None:
    assert failure(PieceError("a b c"), 0, 0, knowing("b", "")).message == "a b c"

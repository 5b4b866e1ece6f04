"""What a run that ends has for the run that called its flow."""

from typing import Any

import orjson
import pytest

from piecework.sdk.services import Server
from piecework.server.modules.runs.parents import read_resume_link, to_parent
from piecework.server.ports.runs import JobKind, RunRow, new_run
from piecework.spec.run import FlowRunStatus, RunEnvironment

PARENT, WAITPOINT = "P" * 21, "w" * 21
HERE = Server(public_url="https://flows.test/sub/api/")


def child(status: FlowRunStatus, **columns: Any) -> RunRow:
    run = new_run("p" * 21, "f" * 21, "v" * 21, RunEnvironment.PRODUCTION)
    run.status, run.parent_run_id, run.fail_parent_on_failure = status, PARENT, True
    for name, value in columns.items():
        setattr(run, name, value)
    return run


def body_of(run: RunRow) -> dict[str, Any]:
    news = to_parent(run, HERE)
    assert news is not None
    payload = orjson.loads(news.payload)
    assert payload.keys() == {"body", "headers", "queryParams"}
    return payload["body"]


def test_a_run_that_failed_says_where_and_why() -> None:
    run = child(FlowRunStatus.FAILED, failed_step_name="step_1", failed_step_display_name="Send", failed_step_message="no luck")
    assert body_of(run) == {
        "status": "error",
        "data": {
            "message": f"no luck\nThe called flow failed in the step Send (run {run.id})",
            "link": f"https://flows.test/sub/flows/{run.flow_id}/runs/{run.id}",
        },
    }


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (FlowRunStatus.CANCELED, "was cancelled"),
        (FlowRunStatus.TIMEOUT, "ended TIMEOUT"),
        (FlowRunStatus.INTERNAL_ERROR, "ended INTERNAL_ERROR"),
        (FlowRunStatus.LOG_SIZE_EXCEEDED, "ended LOG_SIZE_EXCEEDED"),
    ],
)
def test_every_bad_end_is_told(status: FlowRunStatus, text: str) -> None:
    assert text in body_of(child(status))["data"]["message"]


def test_a_run_that_was_waited_for_and_answered_nothing() -> None:
    assert body_of(child(FlowRunStatus.SUCCEEDED, parent_waitpoint_id=WAITPOINT)) == {"status": "success", "data": None}


@pytest.mark.parametrize(
    ("run", "kind"),
    [
        (child(FlowRunStatus.FAILED, parent_run_id=None), None),
        (child(FlowRunStatus.FAILED, fail_parent_on_failure=False), None),
        (child(FlowRunStatus.SUCCEEDED), None),
        (child(FlowRunStatus.FAILED), JobKind.RETRY),
        (child(FlowRunStatus.RUNNING, parent_waitpoint_id=WAITPOINT), None),
    ],
)
def test_nobody_is_told(run: RunRow, kind: JobKind | None) -> None:
    assert to_parent(run, HERE, kind) is None


def test_a_retried_run_tells_the_pause_that_it_knows() -> None:
    news = to_parent(child(FlowRunStatus.FAILED, parent_waitpoint_id=WAITPOINT), HERE, JobKind.RETRY)
    assert news is not None
    assert (news.run_id, news.waitpoint_id) == (PARENT, WAITPOINT)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{PARENT}/waitpoints/{WAITPOINT}", (PARENT, WAITPOINT, None, {})),
        (f"{PARENT}/waitpoints/{WAITPOINT}/sync?a=1&b=", (PARENT, WAITPOINT, None, {"a": "1"})),
        (f"{PARENT}/requests/any", (PARENT, None, "any", {})),
        (f"{PARENT}/waitpoints/short", None),
        (f"{PARENT}", None),
    ],
)
def test_links(path: str, expected: Any) -> None:
    assert read_resume_link(f"http://localhost:8080/api/v1/flow-runs/{path}") == expected
    assert read_resume_link(f"ftp://localhost/api/v1/flow-runs/{path}") is None

"""What a run that ends has for the run that called its flow (spec/engine.md §5, decision 16)."""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from piecework.sdk.services import Server
from piecework.server.ports.runs import JobKind, RunRow, ToParent
from piecework.spec import jsons
from piecework.spec.run import UNFINISHED, FlowRunStatus


class ResumeLink(NamedTuple):
    """What a link resumes. ``request_id``: that of the wire's older form, which need not name a waitpoint (see ``steps_meant``)."""

    run_id: str
    waitpoint_id: str | None
    request_id: str | None
    query: dict[str, str]


_ONE_ID = "([0-9A-Za-z]{21})"
_RESUME_LINK = re.compile(rf"https?://[^?#]+/v1/flow-runs/{_ONE_ID}/(?:waitpoints/{_ONE_ID}|requests/([^/?#]+))(?:/sync)?(?:\?([^#]*))?")


def read_resume_link(url: str) -> ResumeLink | None:
    """What a link of the form that ``modules/resuming`` answers resumes; None for any other URL.

    Whether it is one of ours the run's id tells: the address under which the server is known may have changed since the link was made.
    """
    parts = _RESUME_LINK.fullmatch(url)
    return None if parts is None else ResumeLink(parts[1], parts[2], parts[3], dict(parse_qsl(parts[4] or "")))


def steps_meant(request_id: str) -> str:
    """What the paths of the steps begin with that an older link may mean (``RunHooks.pending_resume_url``); empty for all."""
    return f"{request_id.replace(',', '/')}/" if ":" in request_id else ""


MAX_CALL_DEPTH = 20
"""Runs in a chain of which each began the next; a flow that calls itself without end comes to it soon."""


class Parent(NamedTuple):
    """The run that begins another one: its id, whether the child's failure is its own, and the pause that the child's answer ends."""

    run_id: str | None
    fails: bool = False
    waitpoint_id: str | None = None


NO_PARENT = Parent(None)


class TooManyCalls(Exception):
    """A run would be the next of a chain that is as long as one may be."""

    def __init__(self) -> None:
        super().__init__(f"The flows call each other more than {MAX_CALL_DEPTH} levels deep: does one of them call itself without end?")


def to_parent(run: RunRow, server: Server, kind: JobKind | None = None) -> ToParent | None:
    """The news for the parent, None where nobody waits for any.

    A child that was waited for and ended well without having answered has answered nothing: the parent goes on with null. One that has answered
    already cannot answer twice: the pause is over then. Without a named pause only failures are told, as on the wire, and not those of a RETRY:
    the parent has heard of the first one, and whatever it waits for now is something else.
    """
    if run.parent_run_id is None or run.status in UNFINISHED:
        return None
    succeeded = run.status == FlowRunStatus.SUCCEEDED
    if run.parent_waitpoint_id is None and (succeeded or kind is JobKind.RETRY or not run.fail_parent_on_failure):
        return None
    body = {"status": "success", "data": None} if succeeded else {"status": "error", "data": _failure(run, server)}
    payload = jsons.dumps({"body": body, "headers": {}, "queryParams": {}})
    return ToParent(run.parent_run_id, run.parent_waitpoint_id, payload)


def _failure(run: RunRow, server: Server) -> dict[str, Any]:
    """The cause stands first: through many callers the text grows at its end, where it is cut."""
    cause = f"{run.failed_step_message}\n" if run.failed_step_message else ""
    link = f"{server.public_url.removesuffix('api/')}flows/{run.flow_id}/runs/{run.id}"
    return {"message": f"{cause}The called flow {_how_it_ended(run)} (run {run.id})", "link": link}


def _how_it_ended(run: RunRow) -> str:
    if run.status == FlowRunStatus.CANCELED:
        return "was cancelled"
    status = "failed" if run.status == FlowRunStatus.FAILED else f"ended {run.status}"
    return f"{status} in the step {run.failed_step_display_name or run.failed_step_name}" if run.failed_step_name else status

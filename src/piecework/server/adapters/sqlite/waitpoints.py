"""Waitpoints, inside the writer's transaction: leaving them, and completing each exactly once, whichever comes first.

A run may wait for several things at once. Each waitpoint has a job for the end of its time; completing the waitpoint puts the job that goes on in
that job's place, and a worker that claims a waitpoint's job closes it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import orjson

from piecework.server.kernel.clock import now_iso
from piecework.server.ports.runs import ToParent, Waitpoint

_ADD = (
    "INSERT INTO waitpoint (id, created, updated, flowRunId, projectId, stepName, type, status, resumeAt, jobPayload)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, 'PENDING', ?, ?)"
)
_ADD_EARLY = (
    "INSERT INTO waitpoint (id, created, updated, flowRunId, projectId, stepName, type, status, jobPayload)"
    " SELECT ?, ?, ?, id, projectId, '', 'WEBHOOK', 'COMPLETED', ? FROM flow_run WHERE id = ? AND status IN ('QUEUED', 'RUNNING', 'PAUSED')"
)
"""A pause in the same transaction has written its run's row already, and its waitpoint not yet."""
_PENDING = "SELECT id, jobPayload FROM waitpoint WHERE flowRunId = ? AND id = ? AND status = 'PENDING'"
_NEWEST = (
    "SELECT id, jobPayload FROM waitpoint WHERE flowRunId = ?1 AND status = 'PENDING' AND substr(stepName, 1, length(?2)) = ?2"
    " ORDER BY created DESC, rowid DESC LIMIT 1"
)
_COMPLETE = "UPDATE waitpoint SET status = 'COMPLETED', updated = ? WHERE id = ?"
_QUEUE = "UPDATE flow_run SET status = 'QUEUED', updated = ? WHERE id = ? AND status = 'PAUSED'"
"""A run that a worker has in hand stays RUNNING: it goes on with this when the worker has come to the end of its turn."""
_WEBHOOK_PAUSE = "SELECT id FROM waitpoint WHERE flowRunId = ? AND status = 'PENDING' AND type = 'WEBHOOK' ORDER BY created DESC LIMIT 1"
_CANCEL = (
    "UPDATE flow_run SET status = 'CANCELED', finishTime = ?2, updated = ?2 WHERE id = ?1 AND status IN ('QUEUED', 'RUNNING', 'PAUSED')"
)
_ADD_JOB = (
    "INSERT INTO job (id, runId, kind, payload, dueAt, attempts, kills, claimed, waitpointId) VALUES (?, ?, 'RESUME', ?, ?, 0, 0, 0, ?)"
)


def add_waitpoints(connection: sqlite3.Connection, waitpoints: Sequence[Waitpoint], job_ids: Iterable[int], now: str) -> bool:
    """Leave the waitpoints, each with a job for the end of its time. False if one was completed before: then its job goes on at once."""
    waiting = [_add(connection, waitpoint, job_id, now) for waitpoint, job_id in zip(waitpoints, job_ids, strict=True)]
    return all(waiting)


def _add(connection: sqlite3.Connection, waitpoint: Waitpoint, job_id: int, now: str) -> bool:
    early = connection.execute("SELECT jobPayload FROM waitpoint WHERE id = ? AND status = 'COMPLETED'", (waitpoint.id,)).fetchone()
    if early:
        connection.execute(_ADD_JOB, (job_id, waitpoint.run_id, _resume(waitpoint.job_payload, early[0]), 0, None))
        return False
    values = (waitpoint.id, now, now, waitpoint.run_id, waitpoint.project_id, waitpoint.step_path, waitpoint.type)
    connection.execute(_ADD, (*values, waitpoint.resume_at, waitpoint.job_payload))
    connection.execute(_ADD_JOB, (job_id, waitpoint.run_id, waitpoint.job_payload, waitpoint.resume_at, waitpoint.id))
    return True


def complete_waitpoint(
    connection: sqlite3.Connection, run_id: str, waitpoint_id: str, payload: bytes, job_id: int, now: str, *, else_newest: str | None
) -> bool:
    """Complete a pending waitpoint and put the job that goes on in the place of the one for the end of its time.

    ``else_newest``: if that one is not pending, the newest of the run that is, among those whose step's path begins with this.
    """
    pending = connection.execute(_PENDING, (run_id, waitpoint_id)).fetchone()
    if pending is None and else_newest is not None:
        pending = connection.execute(_NEWEST, (run_id, else_newest)).fetchone()
    if pending is None:
        return else_newest is None and _keep_early(connection, run_id, waitpoint_id, payload, now)
    connection.execute(_COMPLETE, (now, pending[0]))
    connection.execute("DELETE FROM job WHERE runId = ? AND waitpointId = ?", (run_id, pending[0]))
    connection.execute(_QUEUE, (now, run_id))
    connection.execute(_ADD_JOB, (job_id, run_id, _resume(pending[1], payload), 0, None))
    return True


def tell_parent(connection: sqlite3.Connection, to_parent: ToParent, job_id: int, now: str) -> bool:
    """End the parent's pause with what its child has for it. False if it waits no longer, or never named its pause and is in none."""
    run_id, waitpoint_id, payload = to_parent
    if waitpoint_id is None:
        pause = connection.execute(_WEBHOOK_PAUSE, (run_id,)).fetchone()
        if pause is None:
            return False
        waitpoint_id = pause[0]
    return complete_waitpoint(connection, run_id, waitpoint_id, payload, job_id, now, else_newest=None)


def cancel_run(connection: sqlite3.Connection, run_id: str, to_parent: ToParent | None, job_id: int, now: str) -> bool:
    """End a run that nobody drives: its jobs and waitpoints go, its parent hears of it. False if it has ended meanwhile."""
    if not connection.execute(_CANCEL, (run_id, now)).rowcount:
        return False
    connection.execute("DELETE FROM job WHERE runId = ?", (run_id,))
    connection.execute("DELETE FROM waitpoint WHERE flowRunId = ?", (run_id,))
    connection.execute("DELETE FROM file WHERE id = ? AND type = 'WEBHOOK_PAYLOAD'", (run_id,))
    if to_parent is not None:
        tell_parent(connection, to_parent, job_id, now)
    return True


def close_waitpoints(connection: sqlite3.Connection, waitpoint_ids: Sequence[str]) -> None:
    """The time of these waitpoints is over: a worker has their jobs."""
    connection.executemany(_COMPLETE, [(now_iso(), waitpoint_id) for waitpoint_id in waitpoint_ids])


def wait_no_more(connection: sqlite3.Connection, run_id: str) -> None:
    """A run that may have paused before is over: what it waited for goes, and what would have gone on with it."""
    connection.execute("DELETE FROM job WHERE runId = ?", (run_id,))
    connection.execute("DELETE FROM waitpoint WHERE flowRunId = ? AND status = 'PENDING'", (run_id,))


def _keep_early(connection: sqlite3.Connection, run_id: str, waitpoint_id: str, payload: bytes, now: str) -> bool:
    known = connection.execute("SELECT 1 FROM waitpoint WHERE id = ?", (waitpoint_id,)).fetchone()
    return not known and connection.execute(_ADD_EARLY, (waitpoint_id, now, now, payload, run_id)).rowcount > 0


def _resume(job_payload: bytes, payload: bytes) -> bytes:
    """The RESUME job's payload: where the run paused, and what the step gets."""
    resume = orjson.loads(job_payload)
    return orjson.dumps({"path": resume["path"], "step": resume["step"], "payload": orjson.Fragment(payload)})

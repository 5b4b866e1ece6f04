"""Waitpoints, inside the writer's transaction: leaving one, and completing it, each exactly once whichever comes first."""

from __future__ import annotations

import sqlite3

import orjson

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
_PENDING = (
    "SELECT id, jobPayload FROM waitpoint WHERE flowRunId = ?1 AND status = 'PENDING' AND (?2 IS NULL OR id = ?2)"
    " AND EXISTS (SELECT 1 FROM job WHERE runId = ?1 AND kind = 'RESUME' AND claimed = 0) ORDER BY created DESC LIMIT 1"
)
_CLOSE = "UPDATE waitpoint SET status = 'COMPLETED', updated = ? WHERE flowRunId = ? AND status = 'PENDING'"
"""For pauses that ended by themselves: a run waits for one thing at a time."""
_WEBHOOK_PAUSE = "SELECT id FROM waitpoint WHERE flowRunId = ? AND status = 'PENDING' AND type = 'WEBHOOK' ORDER BY created DESC LIMIT 1"
_CANCEL = (
    "UPDATE flow_run SET status = 'CANCELED', finishTime = ?2, updated = ?2 WHERE id = ?1 AND status IN ('QUEUED', 'RUNNING', 'PAUSED')"
)
_ADD_JOB = "INSERT INTO job (id, runId, kind, payload, dueAt, attempts, kills, claimed) VALUES (?, ?, 'RESUME', ?, ?, 0, 0, 0)"


def add_waitpoint(connection: sqlite3.Connection, waitpoint: Waitpoint, job_id: int, now: str) -> bool:
    """Leave the waitpoint and a job for the end of its time. False when it was completed before: then the job goes on at once."""
    connection.execute(_CLOSE, (now, waitpoint.run_id))
    early = connection.execute("SELECT jobPayload FROM waitpoint WHERE id = ? AND status = 'COMPLETED'", (waitpoint.id,)).fetchone()
    if early:
        connection.execute(_ADD_JOB, (job_id, waitpoint.run_id, _resume(waitpoint.job_payload, early[0]), 0))
        return False
    values = (waitpoint.id, now, now, waitpoint.run_id, waitpoint.project_id, waitpoint.step_path, waitpoint.type)
    connection.execute(_ADD, (*values, waitpoint.resume_at, waitpoint.job_payload))
    connection.execute(_ADD_JOB, (job_id, waitpoint.run_id, waitpoint.job_payload, waitpoint.resume_at))
    return True


def complete_waitpoint(
    connection: sqlite3.Connection, run_id: str, waitpoint_id: str | None, payload: bytes, job_id: int, now: str
) -> bool:
    """Complete the pending waitpoint and put the job that goes on in the place of the one for the end of its time.

    Once a worker has claimed that job the time is over and the waitpoint with it.
    """
    pending = connection.execute(_PENDING, (run_id, waitpoint_id)).fetchone()
    if pending is None:
        return waitpoint_id is not None and _keep_early(connection, run_id, waitpoint_id, payload, now)
    connection.execute("UPDATE waitpoint SET status = 'COMPLETED', updated = ? WHERE id = ?", (now, pending[0]))
    connection.execute("DELETE FROM job WHERE runId = ?", (run_id,))
    connection.execute("UPDATE flow_run SET status = 'QUEUED', updated = ? WHERE id = ?", (now, run_id))
    connection.execute(_ADD_JOB, (job_id, run_id, _resume(pending[1], payload), 0))
    return True


def tell_parent(connection: sqlite3.Connection, to_parent: ToParent, job_id: int, now: str) -> bool:
    """End the parent's pause with what its child has for it. False if it waits no longer, or never named its pause and is in none."""
    run_id, waitpoint_id, payload = to_parent
    if waitpoint_id is None:
        pause = connection.execute(_WEBHOOK_PAUSE, (run_id,)).fetchone()
        if pause is None:
            return False
        waitpoint_id = pause[0]
    return complete_waitpoint(connection, run_id, waitpoint_id, payload, job_id, now)


def cancel_run(connection: sqlite3.Connection, run_id: str, to_parent: ToParent | None, job_id: int, now: str) -> bool:
    """End a run that nobody drives: its jobs and waitpoints go, its parent hears of it. False if it has ended meanwhile."""
    if not connection.execute(_CANCEL, (run_id, now)).rowcount:
        return False
    connection.execute("DELETE FROM job WHERE runId = ?", (run_id,))
    connection.execute("DELETE FROM waitpoint WHERE flowRunId = ?", (run_id,))
    if to_parent is not None:
        tell_parent(connection, to_parent, job_id, now)
    return True


def _keep_early(connection: sqlite3.Connection, run_id: str, waitpoint_id: str, payload: bytes, now: str) -> bool:
    known = connection.execute("SELECT 1 FROM waitpoint WHERE id = ?", (waitpoint_id,)).fetchone()
    return not known and connection.execute(_ADD_EARLY, (waitpoint_id, now, now, payload, run_id)).rowcount > 0


def _resume(job_payload: bytes, payload: bytes) -> bytes:
    """The RESUME job's payload: where the run paused, and what the step gets."""
    resume = orjson.loads(job_payload)
    return orjson.dumps({"path": resume["path"], "step": resume["step"], "payload": orjson.Fragment(payload)})

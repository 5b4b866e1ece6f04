"""How deep the queue in the file is. The partial index of unclaimed jobs answers, so finished work costs nothing here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from piecework.server.kernel.clock import iso_of
from piecework.server.ports.runs import QueueDepth

_DUE = "SELECT count(*) FROM job WHERE claimed IS 0 AND dueAt <= ?"
_DELAYED = (
    "SELECT coalesce(sum(EXISTS (SELECT 1 FROM waitpoint WHERE id = job.waitpointId AND type = 'DELAY')), 0),"
    " count(*) FROM job WHERE claimed IS 0 AND dueAt > ?"
)
_OLDEST_AT_ONCE = (
    "SELECT flow_run.updated FROM job JOIN flow_run ON flow_run.id = job.runId WHERE claimed IS 0 AND dueAt = 0 ORDER BY job.id LIMIT 1"
)
_OLDEST_DUE = "SELECT dueAt FROM job WHERE claimed IS 0 AND dueAt > 0 AND dueAt <= ? ORDER BY dueAt LIMIT 1"


def depth_of(connection: sqlite3.Connection, now: int, in_memory: int, oldest_in_memory: Iterable[str]) -> QueueDepth:
    """What waits in the file at `now` (milliseconds since 1970) and in memory, whose oldest jobs wait since `oldest_in_memory`."""
    (due,) = connection.execute(_DUE, (now,)).fetchone()
    delayed, later = connection.execute(_DELAYED, (now,)).fetchone()
    since = list(oldest_in_memory)
    since += [updated for (updated,) in connection.execute(_OLDEST_AT_ONCE)]
    since += [iso_of(due_at) for (due_at,) in connection.execute(_OLDEST_DUE, (now,))]
    return QueueDepth(queued=due + in_memory, delayed=delayed, paused=later - delayed, oldest_since=min(since, default=None))

"""The queue and the journal of runs on one SQLite file.

One process owns the file (bootstrap takes a lock on the data folder), so a claim needs no lease in the database: a job that this process hands to
its worker is written as claimed, and whatever is still there when the process starts again belonged to a life that ended without finishing it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from operator import attrgetter
from pathlib import Path
from time import time
from typing import Any

import zstandard

from piecework.server.adapters.sqlite.writer import RUN_COLUMNS, GroupCommitWriter, Write, connect
from piecework.server.kernel.ids import new_id
from piecework.server.ports.runs import Claim, Job, JobKind, RunRow, Waitpoint

READY_LIMIT = 10_000
"""Jobs that memory holds; beyond it they wait in the file and are fetched in their turn."""

INLINE_PAYLOAD = 64 * 1024
"""Bytes of payload that a waiting job keeps in memory; larger ones are read when the job is claimed."""

COMPRESS_ABOVE = 4 * 1024
"""Bytes from which a log is compressed: below it zstd saves less than it costs."""

RETRY_CLAIM_SECONDS = 1.0

_run_values = attrgetter(*RUN_COLUMNS)


class SqliteRuns:
    """``RunQueue`` and ``RunJournal`` in one, because the profile's promise is that they share a transaction."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer = GroupCommitWriter(path)
        self._ready: deque[Claim] = deque()
        self._overflow = False
        self._next_id = 1
        self._available = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._compressor = zstandard.ZstdCompressor(level=1)
        self._decompressor = zstandard.ZstdDecompressor()

    async def start(self) -> None:
        """Open the file. Jobs that an earlier life had claimed are free again."""
        self._reader = connect(self._path)
        self._reader.execute("UPDATE job SET claimed = 0 WHERE claimed = 1")
        (highest,) = self._reader.execute("SELECT coalesce(max(id), 0) FROM job").fetchone()
        self._next_id = highest + 1
        self._overflow = True
        self._available.set()
        self._writer.start()

    async def close(self) -> None:
        """Write what was asked for, then close the file."""
        if self._timer is not None:
            self._timer.cancel()
        await self._writer.close()
        self._reader.close()

    # The queue

    async def enqueue(self, run: RunRow, kind: JobKind, payload: bytes) -> None:
        """See ``RunQueue.enqueue``."""
        in_memory = not self._overflow and len(self._ready) < READY_LIMIT
        job = Job(self._new_job_id(), run.id, kind, payload)
        await self._writer.submit(Write(run=_run_values(run), job=_job_row(job, claimed=in_memory)))
        if in_memory:
            self._ready.append(Claim(job if len(payload) <= INLINE_PAYLOAD else job._replace(payload=b""), run))
        else:
            self._overflow = True
        self._available.set()

    def offer(self, run: RunRow, payload: bytes) -> None:
        """See ``RunQueue.offer``. It goes to the front: its caller waits."""
        self._ready.appendleft(Claim(Job(self._new_job_id(), run.id, JobKind.BEGIN, payload, durable=False), run))
        self._available.set()

    async def claim(self, limit: int) -> list[Claim]:
        """See ``RunQueue.claim``."""
        while True:
            if not self._ready and self._overflow:
                await self._fetch(limit)
            if self._ready:
                claims = [self._ready.popleft() for _ in range(min(limit, len(self._ready)))]
                return [self._with_payload(claim) for claim in claims]
            self._available.clear()
            await self._available.wait()

    async def wake(self) -> None:
        """See ``RunQueue.wake``."""
        self._look_again()

    def _look_again(self) -> None:
        self._overflow = True
        self._available.set()

    def _new_job_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1

    async def _fetch(self, limit: int) -> None:
        """Claim jobs that only the file knows. The claim is written first: a job that kills its worker is counted (``attempts``)."""
        now = int(time() * 1000)
        rows = self._reader.execute(
            "SELECT id, run_id, kind, payload, due_at, attempts + 1 FROM job WHERE claimed = 0 AND due_at <= ? ORDER BY due_at, id LIMIT ?",
            (now, limit),
        ).fetchall()
        if len(rows) < limit:
            self._overflow = False
            self._arm_timer(now)
        if not rows:
            return
        jobs = [Job(row[0], row[1], JobKind(row[2]), row[3], row[4], row[5]) for row in rows]
        marks = ",".join("?" * len(jobs))
        statement = f"UPDATE job SET claimed = 1, attempts = attempts + 1 WHERE id IN ({marks})"  # noqa: S608 - only marks
        await self._writer.submit(Write(extra=lambda connection: connection.execute(statement, [job.id for job in jobs]).rowcount))
        for job in jobs:
            run = self._run(job.run_id)
            if run is not None:
                self._ready.append(Claim(job, run))

    def _arm_timer(self, now: int) -> None:
        (due_at,) = self._reader.execute("SELECT min(due_at) FROM job WHERE claimed = 0 AND due_at > ?", (now,)).fetchone()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if due_at is not None:
            # Wake at least once an hour: a clock that is set forward must not leave a delay waiting for the old time.
            delay = min(max(due_at / 1000 - time(), 0.001), 3600.0)
            self._timer = asyncio.get_running_loop().call_later(delay, self._look_again)

    def _run(self, run_id: str) -> RunRow | None:
        row = self._reader.execute(f"SELECT {','.join(RUN_COLUMNS)} FROM flow_run WHERE id = ?", (run_id,)).fetchone()  # noqa: S608
        return RunRow(*row) if row else None

    def _with_payload(self, claim: Claim) -> Claim:
        if claim.job.payload:
            return claim
        row = self._reader.execute("SELECT payload FROM job WHERE id = ?", (claim.job.id,)).fetchone()
        return Claim(claim.job._replace(payload=row[0] if row else b"null"), claim.run)

    # The journal

    async def append(self, run: RunRow, job: Job, seq: int, entry: bytes) -> None:
        """See ``RunJournal.append``. The job is written with every entry; only the first time it is not there yet."""
        job_row = None if job.durable else _job_row(job, claimed=True)
        await self._writer.submit(Write(run=_run_values(run), job=job_row, entry=(run.id, seq, entry)))

    async def load(self, run_id: str) -> list[bytes]:
        """See ``RunJournal.load``."""
        rows = self._reader.execute("SELECT entry FROM journal WHERE run_id = ? ORDER BY seq", (run_id,)).fetchall()
        return [row[0] for row in rows]

    async def finish(self, run: RunRow, job: Job, log: bytes) -> None:
        """See ``RunJournal.finish``."""
        write = self._turn_over(run, job, log)
        await self._writer.submit(write)

    def _turn_over(self, run: RunRow, job: Job, log: bytes) -> Write:
        old_log, run.logs_file_id = run.logs_file_id, new_id()
        compressed = len(log) > COMPRESS_ABOVE
        content = self._compressor.compress(log) if compressed else log
        compression = "ZSTD" if compressed else "NONE"
        now = run.updated
        file = (run.logs_file_id, now, now, run.project_id, "FLOW_RUN_LOG", "DB", compression, content, len(content))
        write = Write(run=_run_values(run), file=file)
        if job.durable:
            write.drop_job = job.id
            write.drop_entries = run.id
        if old_log is not None:
            write.extra = lambda connection: connection.execute("DELETE FROM file WHERE id = ?", (old_log,)) and None
        return write

    async def pause(self, run: RunRow, job: Job, log: bytes, waitpoint: Waitpoint) -> bool:
        """See ``RunJournal.pause``."""
        write = self._turn_over(run, job, log)
        replace_log, resume_id, now = write.extra, self._new_job_id(), run.updated

        def add_waitpoint(connection: sqlite3.Connection) -> bool:
            if replace_log is not None:
                replace_log(connection)
            return _add_waitpoint(connection, waitpoint, resume_id, now)

        write.extra = add_waitpoint
        waiting = await self._writer.submit(write)
        self._look_again()
        return waiting

    async def log(self, run: RunRow) -> bytes | None:
        """See ``RunJournal.log``."""
        row = self._reader.execute("SELECT data, compression FROM file WHERE id = ?", (run.logs_file_id,)).fetchone()
        if row is None:
            return None
        return self._decompressor.decompress(row[0]) if row[1] == "ZSTD" else row[0]


def _job_row(job: Job, *, claimed: bool) -> tuple[Any, ...]:
    return (job.id, job.run_id, job.kind, job.payload, job.due_at, job.attempts, claimed)


def _add_waitpoint(connection: sqlite3.Connection, waitpoint: Waitpoint, job_id: int, now: str) -> bool:
    """Leave the waitpoint, and a job for the moment at which a delay ends. A resume that came earlier has left a completed one: then go on at once."""
    early = connection.execute("SELECT job_payload FROM waitpoint WHERE id = ? AND status = 'COMPLETED'", (waitpoint.id,)).fetchone()
    payload, due_at = (early[0], 0) if early else (waitpoint.job_payload, waitpoint.resume_at)
    if not early:
        connection.execute(
            "INSERT INTO waitpoint (id, created, updated, flow_run_id, project_id, step_name, type, status, resume_at, response, job_payload)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, 'PENDING', ?, ?, ?)",
            (
                waitpoint.id,
                now,
                now,
                waitpoint.run_id,
                waitpoint.project_id,
                waitpoint.step_path,
                waitpoint.type,
                waitpoint.resume_at,
                waitpoint.response,
                waitpoint.job_payload,
            ),
        )
    if due_at is not None:
        connection.execute(
            "INSERT INTO job (id, run_id, kind, payload, due_at, attempts, claimed) VALUES (?, ?, 'RESUME', ?, ?, 0, 0)",
            (job_id, waitpoint.run_id, payload, due_at),
        )
    return not early

"""The queue and the journal of runs on one SQLite file.

One process owns the file (bootstrap takes a lock on the data folder), so a claim needs no lease in the database: a job that this process hands to
its worker is written as claimed, and whatever is still there when the process starts again belonged to a life that ended without finishing it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import closing
from dataclasses import fields
from functools import partial
from operator import attrgetter
from pathlib import Path
from time import time
from typing import Any

import structlog

from piecework.server.adapters.sqlite.batches import RunBatch
from piecework.server.adapters.sqlite.delays import Delays
from piecework.server.adapters.sqlite.depth import depth_of
from piecework.server.adapters.sqlite.logs import LogFiles, reference_to, replace_log
from piecework.server.adapters.sqlite.waitpoints import (
    add_waitpoints,
    cancel_run,
    close_waitpoints,
    complete_waitpoint,
    tell_parent,
    wait_no_more,
)
from piecework.server.adapters.sqlite.writer import RUN_COLUMNS, GroupCommitWriter, Write, connect
from piecework.server.kernel.clock import now_iso
from piecework.server.kernel.ids import new_id
from piecework.server.kernel.metrics import Metrics
from piecework.server.ports.runs import (
    SUSPECT_ATTEMPTS,
    CannotWrite,
    Claim,
    FoldedLog,
    Job,
    JobKind,
    NewRun,
    QueueDepth,
    RunRow,
    Statement,
    ToParent,
    Waitpoint,
)
from piecework.spec.run import UNFINISHED

log = structlog.get_logger(__name__)

READY_LIMIT = 10_000
"""Jobs that memory holds; beyond it they wait in the file and are fetched in their turn."""

INLINE_PAYLOAD = 64 * 1024
"""Bytes of payload that a waiting job keeps in memory; larger ones are read when the job is claimed."""

BUSY_ACCEPTING = 8
PACE_SECONDS = 0.002
"""While so many callers wait for their run to be written, the backlog is worked off one run at a time with this pause in between: it can wait,
they cannot. Runs whose caller waits for the result are not held up."""

LONGEST_SLEEP = 15.0
"""Seconds. The clock may be set ahead, or the machine may sleep, while the timer of a delay runs."""

_FETCH = (
    "SELECT id, runId, kind, payload, dueAt, attempts + 1, kills FROM job WHERE claimed IS 0 AND dueAt <= ? AND NOT EXISTS"
    " (SELECT 1 FROM job AS begun WHERE begun.runId = job.runId AND begun.id <> job.id AND (begun.claimed = 1 OR begun.attempts > 0))"
    " ORDER BY dueAt, id LIMIT ?"
)
"""Without the jobs of runs of which another one is in hand, or was when the last life ended: the journal is that one's. ``IS``, because
that is what the partial index of unclaimed jobs is declared with: ``=`` would read the whole table."""
_RELEASE = "UPDATE job SET claimed = 0, attempts = max(attempts - 1, 1) WHERE claimed = 1"
"""Never below 1: what was in hand once may have left entries, and has to read them in its next life."""
_REQUEUE = (
    "UPDATE flow_run SET status = 'QUEUED', finishTime = NULL, updated = ?2 WHERE id = ?1"
    " AND status NOT IN ('QUEUED', 'RUNNING', 'PAUSED') AND NOT EXISTS (SELECT 1 FROM job WHERE runId = ?1)"
    " AND EXISTS (SELECT 1 FROM file WHERE file.id = logsFileId)"
)
"""Without its log, which retention may have removed this moment, a run would begin anew and with nothing."""
_ADD_RETRY = (
    "INSERT INTO job (id, runId, kind, payload, dueAt, attempts, kills, claimed) VALUES (?, ?, 'RETRY', CAST('null' AS BLOB), 0, 0, 0, 0)"
)

_run_values = attrgetter(*(field.name for field in fields(RunRow)))


class SqliteRuns:
    """``RunQueue`` and ``RunJournal`` in one, because the profile's promise is that they share a transaction."""

    def __init__(self, path: Path, metrics: Metrics | None = None, *, inline_bytes: int = 512 * 1024) -> None:
        """``inline_bytes``: a larger payload is kept in a file, to which its job refers."""
        self._path = path
        self._inline_bytes = inline_bytes
        self._blamed = path.with_name("blamed")
        self._writer = GroupCommitWriter(path, metrics or Metrics())
        self._offered: deque[Claim] = deque()  # their callers wait: they go before what is ready
        self._ready: deque[Claim] = deque()
        self._overflow = False
        self._next_id = 1
        self._accepting = 0
        self._aside = asyncio.Lock()
        self._available = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._logs = LogFiles(path)
        self._delays = Delays(self._bring_forward)

    async def start(self) -> None:
        """Open the file. Jobs that an earlier life had claimed are free again. One is blamed for its end: the one that it named (``blame``), or the
        only one that it had in hand."""
        self._reader = connect(self._path)
        in_hand = [run_id for (run_id,) in self._reader.execute("SELECT runId FROM job WHERE claimed = 1")]
        blamed = self._blamed.read_text() if self._blamed.exists() else in_hand[0] if len(in_hand) == 1 else ""
        self._reader.execute("UPDATE job SET claimed = 0, kills = kills + (runId = ?) WHERE claimed = 1", (blamed,))
        self._blamed.unlink(missing_ok=True)
        (highest,) = self._reader.execute("SELECT coalesce(max(id), 0) FROM job").fetchone()
        self._next_id = highest + 1
        self._overflow = self._next_id > 1
        self._available.set()
        self._writer.start()

    def blame(self, run_id: str | None) -> None:
        """For a process that is about to end because of this run, None: for another reason. The next start counts the end against its job and
        none else. Any thread may call this. Not in the database, where a request that will never go on may hold the lock."""
        self._blamed.write_text(run_id or "")

    async def close(self) -> None:
        """Write what was asked for, give jobs in hand back unblamed, then close the file."""
        if self._timer is not None:
            self._timer.cancel()
        self._delays.close()
        try:
            await self._writer.submit(Write(extra=lambda connection: connection.execute(_RELEASE).rowcount))
        except CannotWrite as error:
            log.warning("jobs in hand could not be given back; the next start does it", error=str(error))
        await self._writer.close()
        self._reader.close()

    # The queue

    async def enqueue(self, run: RunRow, kind: JobKind, payload: bytes) -> None:
        """See ``RunQueue.enqueue``."""
        in_memory = not self._overflow and len(self._ready) < READY_LIMIT
        job = Job(self._new_job_id(), run.id, kind, payload)
        write = Write(run=_run_values(run))
        stored = job if in_memory else job._replace(attempts=0)
        if len(payload) > self._inline_bytes:
            stored = await asyncio.to_thread(self._storable, run, stored, write)
        write.job = _job_row(stored, claimed=in_memory)
        self._accepting += 1

        def written(done: asyncio.Future[Any]) -> None:
            self._accepting -= 1
            if done.cancelled() or done.exception() is not None:
                return
            if in_memory:
                self._ready.append(Claim(job if len(payload) <= INLINE_PAYLOAD else job._replace(payload=b""), run))
            else:
                self._overflow = True
            self._available.set()

        await self._write_then(write, written)

    def _storable(self, run: RunRow, job: Job, write: Write) -> Job:
        """The job as its row has it: a large payload goes into a file, which becomes part of this write."""
        if len(job.payload) <= self._inline_bytes:
            return job
        write.file = self._logs.payload_row(run, job.payload)
        return job._replace(payload=reference_to(run.id))

    async def enqueue_all(
        self, runs: Sequence[NewRun], *, only_if: Statement | None = None, beside: Sequence[Statement] = ()
    ) -> list[str] | None:
        """See ``RunQueue.enqueue_all``."""
        batch = RunBatch()
        for run, payload in runs:
            write = Write()
            job = Job(self._new_job_id(), run.id, JobKind.BEGIN, payload, attempts=0)
            if len(payload) > self._inline_bytes:
                job = await asyncio.to_thread(self._storable, run, job, write)
            batch.add(_run_values(run), _job_row(job, claimed=False), write.file)
        return await self._write_then(Write(extra=partial(batch.write, only_if=only_if, beside=beside)), self._look_again)

    async def add(self, run: RunRow, log: FoldedLog, kind: JobKind | None, to_parent: ToParent | None = None) -> None:
        """See ``RunQueue.add``."""
        job = Job(self._new_job_id(), run.id, kind or JobKind.RETRY, b"null", attempts=0, durable=False)
        write = await self._turn_over(run, job, log)
        if kind is not None:
            write.job = _job_row(job, claimed=False)
        if to_parent is not None:
            write.extra = partial(_one_by_one, (write.extra, self._news(to_parent, run)))
        await self._write_then(write, self._look_again)

    def _news(self, to_parent: ToParent, run: RunRow) -> Callable[[sqlite3.Connection], Any]:
        return partial(tell_parent, to_parent=to_parent, job_id=self._new_job_id(), now=run.updated)

    async def _write_then(self, write: Write, written: Callable[[asyncio.Future[Any]], None]) -> Any:
        """Write and do what has to follow, also when whoever asked is cancelled meanwhile: what is on the disk must not be forgotten here."""
        future = self._writer.submit(write)
        future.add_done_callback(written)
        return await asyncio.shield(future)

    def offer(self, run: RunRow, payload: bytes) -> None:
        """See ``RunQueue.offer``. It goes before all that is durable: its caller waits."""
        self._offered.append(Claim(Job(self._new_job_id(), run.id, JobKind.BEGIN, payload, durable=False), run))
        self._available.set()

    async def claim(self, limit: int) -> list[Claim]:
        """See ``RunQueue.claim``."""
        while True:
            if self._offered:
                return [self._offered.popleft() for _ in range(min(limit, len(self._offered)))]
            if not self._ready and self._overflow:
                await self._fetch(limit)
                if self._offered or (self._overflow and not self._ready):
                    continue
            if self._ready:
                if self._accepting >= BUSY_ACCEPTING:
                    limit = 1
                    await asyncio.sleep(PACE_SECONDS)
                claims = [self._ready.popleft() for _ in range(min(limit, len(self._ready)))]
                return [self._with_payload(claim) for claim in claims]
            self._available.clear()
            await self._available.wait()

    def depth(self) -> QueueDepth:
        """See ``RunQueue.depth``."""
        heads = [line[0].run for line in (self._offered, self._ready) if line]
        since = [run.updated for run in heads if run is not None]
        return depth_of(self._reader, int(time() * 1000), len(self._offered) + len(self._ready), since)

    def discard(self, run_ids: Collection[str]) -> None:
        """See ``RunQueue.discard``."""
        unwanted = set(run_ids)
        if any(claim.job.run_id in unwanted for claim in self._ready):
            self._ready = deque(claim for claim in self._ready if claim.job.run_id not in unwanted)

    async def cancel(self, run_id: str, to_parent: ToParent | None) -> bool:
        """See ``RunQueue.cancel``."""
        job_id, now = self._new_job_id(), now_iso()
        write = Write(extra=lambda connection: cancel_run(connection, run_id, to_parent, job_id, now))
        return await self._write_then(write, self._look_again)

    async def resume(self, run_id: str, waitpoint_id: str, payload: bytes, *, else_newest: str | None = None) -> bool:
        """See ``RunQueue.resume``."""
        job_id, now = self._new_job_id(), now_iso()

        def complete(connection: sqlite3.Connection) -> bool:
            return complete_waitpoint(connection, run_id, waitpoint_id, payload, job_id, now, else_newest=else_newest)

        return await self._write_then(Write(extra=complete), self._look_again)

    async def retry(self, run_id: str) -> bool:
        """See ``RunQueue.retry``."""
        job_id, now = self._new_job_id(), now_iso()

        def requeue(connection: sqlite3.Connection) -> bool:
            if not connection.execute(_REQUEUE, (run_id, now)).rowcount:
                return False
            connection.execute(_ADD_RETRY, (job_id, run_id))
            return True

        return await self._write_then(Write(extra=requeue), self._look_again)

    def _look_again(self, _written: asyncio.Future[Any] | None = None) -> None:
        self._overflow = True
        self._available.set()

    def _new_job_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1

    async def _fetch(self, limit: int) -> None:
        """Claim jobs that only the file knows. The claim is written first: a job that kills its worker is counted (``attempts``)."""
        now = int(time() * 1000)
        rows = self._reader.execute(_FETCH, (now, limit)).fetchall()
        if len(rows) < limit:
            self._overflow = False
            self._arm_timer(now)
        jobs = _without_neighbours(_one_of_each_run(Job(row[0], row[1], JobKind(row[2]), *row[3:]) for row in rows))
        if len(jobs) < len(rows):
            self._overflow = True
        if not jobs:
            return
        try:
            claimed = await self._writer.submit(Write(extra=partial(_claim_rows, [job.id for job in jobs])))
        except BaseException:
            self._overflow = True
            raise
        for job in jobs:
            run = self._run(job.run_id) if job.id in claimed else None
            if run is not None and run.status in UNFINISHED:
                self._ready.append(Claim(job, run))

    def _arm_timer(self, now: int) -> None:
        (due_at,) = self._reader.execute("SELECT min(dueAt) FROM job WHERE claimed IS 0 AND dueAt > ?", (now,)).fetchone()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if due_at is not None:
            delay = min(max(due_at / 1000 - time(), 0.001), LONGEST_SLEEP)
            self._timer = asyncio.get_running_loop().call_later(delay, self._look_again)

    def _run(self, run_id: str) -> RunRow | None:
        row = self._reader.execute(f"SELECT {','.join(RUN_COLUMNS)} FROM flow_run WHERE id = ?", (run_id,)).fetchone()  # noqa: S608
        return RunRow(*row) if row else None

    def _with_payload(self, claim: Claim) -> Claim:
        payload = claim.job.payload
        if not payload:
            row = self._reader.execute("SELECT payload FROM job WHERE id = ?", (claim.job.id,)).fetchone()
            payload = row[0] if row else b"null"
        whole = self._logs.payload(self._reader, payload)
        return claim if whole is claim.job.payload else Claim(claim.job._replace(payload=whole), claim.run)

    # The journal

    async def append(self, run: RunRow, job: Job, seq: int, entry: bytes, *, progress: bool = False) -> None:
        """See ``RunJournal.append``."""
        write = Write(run=_run_values(run), entry=(run.id, seq, entry))
        if not job.durable:
            write.job = _job_row(self._storable(run, job, write), claimed=True)
        if progress:
            write.extra = partial(_absolve, job.id)
        await self._writer.submit(write)

    async def load(self, run_id: str) -> list[bytes]:
        """See ``RunJournal.load``."""
        rows = self._reader.execute("SELECT entry FROM journal WHERE runId = ? ORDER BY seq", (run_id,)).fetchall()
        return [row[0] for row in rows]

    async def finish(self, run: RunRow, job: Job, log: FoldedLog, to_parent: ToParent | None = None) -> None:
        """See ``RunJournal.finish``."""
        old_log = run.logs_file_id
        try:
            write = await self._turn_over(run, job, log)
            if old_log is not None:  # else it has never paused
                write.extra = partial(_one_by_one, (write.extra, partial(wait_no_more, run_id=run.id)))
            if to_parent is None:
                await self._writer.submit(write)
            else:
                write.extra = partial(_one_by_one, (write.extra, self._news(to_parent, run)))
                await self._write_then(write, self._look_again)
        except BaseException:
            run.logs_file_id = old_log
            raise

    async def _turn_over(self, run: RunRow, job: Job, log: FoldedLog) -> Write:
        rows = await self._logs.slice_rows(run, log.slices) if log.slices else ()
        old_log, run.logs_file_id = run.logs_file_id, new_id()
        write = Write(run=_run_values(run), file=self._logs.log_row(run, run.logs_file_id, log))
        if job.durable:
            write.drop_job = job.id
            write.drop_entries = run.id
        payload_of = run.id if job.durable and len(job.payload) > self._inline_bytes else None
        if old_log is not None or rows or payload_of:
            write.extra = partial(replace_log, old_log, log.refers_to, rows, payload_of)
        return write

    async def pause(self, run: RunRow, job: Job, log: FoldedLog, waitpoints: Sequence[Waitpoint]) -> bool:
        """See ``RunJournal.pause``."""
        old_log = run.logs_file_id
        job_ids, now = [self._new_job_id() for _ in waitpoints], run.updated
        try:
            write = await self._turn_over(run, job, log)
            leave = partial(add_waitpoints, waitpoints=waitpoints, job_ids=job_ids, now=now)
            write.extra = partial(_one_by_one, (write.extra, leave))
            waiting = await self._write_then(write, self._look_again)
        except BaseException:
            run.logs_file_id = old_log
            raise
        for waitpoint, job_id in zip(waitpoints, job_ids, strict=True):
            if waitpoint.seconds is not None:
                self._delays.begin(job_id, waitpoint.resume_at, waitpoint.seconds)
        return waiting

    def _bring_forward(self, job_ids: list[int]) -> None:
        """These jobs are due, whatever the clock says: it has been set back since they were written."""
        log.warning("the clock was set back", delays=len(job_ids))
        now, marks = int(time() * 1000), ",".join("?" * len(job_ids))
        statement = f"UPDATE job SET dueAt = ? WHERE claimed = 0 AND id IN ({marks})"  # noqa: S608 - only marks
        write = Write(extra=lambda connection: connection.execute(statement, [now, *job_ids]).rowcount)
        self._writer.submit(write).add_done_callback(self._look_again)

    async def slices(self, project_id: str, file_ids: Sequence[str]) -> dict[str, bytes]:
        """See ``RunJournal.slices``."""
        return await self._logs.slices(project_id, file_ids)

    async def fetch(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """See ``RunReader.fetch``."""
        return self._reader.execute(statement, values).fetchall()

    async def fetch_aside(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """See ``RunReader.fetch_aside``: in a thread, one at a time, so that runs keep the other processors."""
        async with self._aside:
            return await asyncio.to_thread(_fetch_in_thread, self._path, statement, values)

    async def log(self, run: RunRow) -> bytes | None:
        """See ``RunJournal.log``."""
        row = self._reader.execute("SELECT data, compression FROM file WHERE id = ?", (run.logs_file_id,)).fetchone()
        if row is None:
            return None
        return self._logs.unpacked(*row)


def _fetch_in_thread(path: Path, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with closing(connect(path)) as connection:
        return connection.execute(statement, values).fetchall()


def _without_neighbours(jobs: list[Job]) -> list[Job]:
    """The first jobs, such that one that may have killed its workers is claimed together with no other."""
    for index, job in enumerate(jobs):
        if job.attempts >= SUSPECT_ATTEMPTS:
            return jobs[: max(index, 1)]
    return jobs


def _one_of_each_run(jobs: Iterable[Job]) -> list[Job]:
    """The first job of each run. Two turns of one run are never driven at once; the end of a turn lets others of its run be looked for again."""
    first: dict[str, Job] = {}
    for job in jobs:
        first.setdefault(job.run_id, job)
    return list(first.values())


def _claim_rows(job_ids: list[int], connection: sqlite3.Connection) -> set[int]:
    """Claim those that are still there: one may have been cancelled, or put in another's place, since it was read."""
    marks = ",".join("?" * len(job_ids))
    statement = f"UPDATE job SET claimed = 1, attempts = attempts + 1 WHERE id IN ({marks}) RETURNING id, waitpointId"  # noqa: S608 - only marks
    rows = connection.execute(statement, job_ids).fetchall()
    close_waitpoints(connection, [waitpoint_id for _, waitpoint_id in rows if waitpoint_id is not None])
    return {job_id for job_id, _ in rows}


def _one_by_one(extras: Sequence[Callable[[sqlite3.Connection], Any] | None], connection: sqlite3.Connection) -> Any:
    """Do these in one transaction; gives what the last one gives."""
    results = [extra(connection) for extra in extras if extra is not None]
    return results[-1]


def _absolve(job_id: int, connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE job SET attempts = 1, kills = 0 WHERE id = ?", (job_id,))


def _job_row(job: Job, *, claimed: bool) -> tuple[Any, ...]:
    return (job.id, job.run_id, job.kind, job.payload, job.due_at, job.attempts, job.kills, claimed)

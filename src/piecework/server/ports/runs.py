"""Where runs wait and where they are written down: the queue and the journal of runs.

Two ports on one page because they share their nouns. Embedded, one SQLite file serves both in one transaction; in a cluster they are
Redis and PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from piecework.server.kernel.clock import now_iso
from piecework.server.kernel.ids import new_id
from piecework.spec.run import FlowRunStatus, RunEnvironment


@dataclass(slots=True)
class RunRow:
    """A flow run's row (spec/model.md §1): the columns that a driver writes, in the table's order. Times are ISO-8601 UTC texts.

    ``parent_waitpoint_id``: the pause of the parent run that this run's answer, or its end, ends.
    """

    id: str
    created: str
    updated: str
    project_id: str
    flow_id: str
    flow_version_id: str
    environment: str
    status: str
    logs_file_id: str | None = None
    parent_run_id: str | None = None
    fail_parent_on_failure: bool = False
    tags: str | None = None
    start_time: str | None = None
    finish_time: str | None = None
    triggered_by: str | None = None
    failed_step_name: str | None = None
    failed_step_display_name: str | None = None
    failed_step_message: str | None = None
    step_name_to_test: str | None = None
    steps_count: int = 0
    parent_waitpoint_id: str | None = None


def new_run(project_id: str, flow_id: str, flow_version_id: str, environment: RunEnvironment) -> RunRow:
    """A run that is about to be queued."""
    now = now_iso()
    return RunRow(new_id(), now, now, project_id, flow_id, flow_version_id, environment, FlowRunStatus.QUEUED)


class JobKind(StrEnum):
    """How a run is driven: from its trigger, on from a pause, or again from the step that failed."""

    BEGIN = "BEGIN"
    RESUME = "RESUME"
    RETRY = "RETRY"


class Job(NamedTuple):
    """One turn of a run that somebody has to drive.

    ``payload``: JSON; BEGIN: the trigger's output, RESUME: ``{"path", "step", "payload", "expired"?}``, RETRY: null.
    ``due_at``: milliseconds since 1970, 0 for at once. ``attempts``: the lives of this job since it last made
    progress, this one included: above 1 its worker was killed. ``kills``: how many of those workers had nothing else in hand.
    ``durable`` is False while only memory knows the job (see ``RunQueue.offer``).
    """

    id: int
    run_id: str
    kind: JobKind
    payload: bytes
    due_at: int = 0
    attempts: int = 1
    kills: int = 0
    durable: bool = True


class Claim(NamedTuple):
    """A job that this worker now holds, with its run's row where the queue still has it at hand."""

    job: Job
    run: RunRow | None


class Waitpoint(NamedTuple):
    """What a paused run waits for (spec/model.md §1). ``resume_at``: milliseconds since 1970, when the delay or the waiting ends.

    ``job_payload``: what the RESUME job carries then. ``seconds``: a time that has to go by, however the clock is set meanwhile.
    """

    id: str
    run_id: str
    project_id: str
    step_path: str
    type: str
    resume_at: int
    job_payload: bytes
    seconds: float | None = None


class ToParent(NamedTuple):
    """What a run that ends has for the run that waits for it: ``payload`` is ``{"body", "headers", "queryParams"}`` as JSON.

    ``waitpoint_id`` None: whichever webhook pause the parent is in (the wire's older callbacks, which name none).
    """

    run_id: str
    waitpoint_id: str | None
    payload: bytes


class NewRun(NamedTuple):
    """A run that is to begin. ``payload``: the trigger's output as JSON."""

    run: RunRow
    payload: bytes


class Statement(NamedTuple):
    """A change of rows beside those of runs, in the SQL that SQLite and PostgreSQL share, with ``?`` for values."""

    sql: str
    values: Sequence[Any] = ()


class QueueDepth(NamedTuple):
    """What waits: ``queued`` for a worker, ``delayed`` until its time, ``paused`` for an answer from outside.

    ``oldest_since``: since when the job at the head of the line could be driven; None when there is none.
    """

    queued: int
    delayed: int
    paused: int
    oldest_since: str | None


class LogSlice(NamedTuple):
    """An output that is kept beside the run's log, in a file of its own. ``data``: its JSON."""

    file_id: str
    data: bytes


class FoldedLog(NamedTuple):
    """A run's log as it is written: its JSON, the slices that are new, and the ids of all slices that it refers to."""

    content: bytes
    slices: tuple[LogSlice, ...] = ()
    refers_to: frozenset[str] = frozenset()


SUSPECT_ATTEMPTS = 3
"""A job in so many lives of which no step ended may be what ends its workers: it is driven with no other beginning beside it."""


class Fenced(Exception):
    """Another worker has written this part of the run's journal: the one that gets this error must stop driving the run."""


class CannotWrite(Exception):
    """Nothing was written: the disk is full, or somebody else does not let go of the file. Trying again later may help."""


class RunQueue(Protocol):
    """Runs that wait for a worker, in the order in which they came."""

    async def enqueue(self, run: RunRow, kind: JobKind, payload: bytes) -> None:
        """Write the run's row and a job; both are durable when this returns. Raises CannotWrite, as everything here that writes."""
        ...

    async def enqueue_all(
        self, runs: Sequence[NewRun], *, only_if: Statement | None = None, beside: Sequence[Statement] = ()
    ) -> list[str] | None:
        """Write several runs with their BEGIN jobs, and what is remembered of where they come from, in one transaction: all or nothing.

        ``only_if``: a statement that must change at least one row, else nothing is written and the answer is None. A run whose id exists already
        is left out. Gives the ids of those that were written.
        """
        ...

    async def add(self, run: RunRow, log: FoldedLog, kind: JobKind | None, to_parent: ToParent | None = None) -> None:
        """Write a run that has a log already, and a job of this kind; None: the run has ended, and its parent is told, if it is given.

        One transaction, durable when this returns.
        """
        ...

    def offer(self, run: RunRow, payload: bytes) -> None:
        """Hand over a run whose caller waits and has not been acknowledged: durable from its first journal entry on."""
        ...

    async def claim(self, limit: int) -> list[Claim]:
        """Wait until there is work and take up to ``limit`` jobs, at least one. Of one run only one at a time: others of it wait for the end of
        the turn, and the one that an earlier life of the process had in hand goes before them."""
        ...

    def depth(self) -> QueueDepth:
        """How much waits at this moment; cheap enough to be asked every second."""
        ...

    def discard(self, run_ids: Collection[str]) -> None:
        """Forget what memory holds of runs that were cancelled while they waited; their rows and jobs are the caller's to change."""
        ...

    async def retry(self, run_id: str) -> bool:
        """Make a run that has ended QUEUED again and write its RETRY job, in one transaction.

        False if it has not ended (any more): of several who ask at once, one succeeds.
        """
        ...

    async def cancel(self, run_id: str, to_parent: ToParent | None) -> bool:
        """Make an unfinished run that nobody drives CANCELED and tell its parent, in one transaction; its jobs and its waitpoints go.

        False if it has ended meanwhile.
        """
        ...

    async def resume(self, run_id: str, waitpoint_id: str, payload: bytes, *, else_newest: str | None = None) -> bool:
        """Complete a waitpoint of the run and write the job that goes on with ``payload``, in one transaction. Other waitpoints stay.

        False if it does not wait: it was completed before, or the run has ended. A resume that comes before its run has paused is kept, and the run
        does not pause there. ``else_newest``: if no waitpoint of this id is pending, the newest of the run that is, among those whose
        ``step_path`` begins with this; nothing is kept.
        """
        ...


class RunJournal(Protocol):
    """What runs did, written under ``(run_id, seq)``; the key is the fencing token."""

    async def append(self, run: RunRow, job: Job, seq: int, entry: bytes, *, progress: bool = False) -> None:
        """Write an entry and the run's row; durable when this returns. Raises Fenced if the sequence number is taken.

        ``progress``: a step has ended in this life of the job: it is not the one that kills its workers.
        """
        ...

    async def load(self, run_id: str) -> list[bytes]:
        """The entries since the last fold, oldest first."""
        ...

    async def finish(self, run: RunRow, job: Job, log: FoldedLog, to_parent: ToParent | None = None) -> None:
        """The run is over: write the row and the folded log with its new slices, drop the entries, whatever jobs and waitpoints the run has, and
        slices of the log before that this one does not refer to any more; tell the parent run, if it is given.

        All in one transaction: no crash leaves a parent waiting for a child that has ended. A parent that has not paused yet finds the answer when
        it does; one that waits no longer is left alone.
        """
        ...

    async def pause(self, run: RunRow, job: Job, log: FoldedLog, waitpoints: Sequence[Waitpoint]) -> bool:
        """The turn is over, the run is not: write the row and the folded log, drop the entries and the turn's job, and leave waitpoints beside
        those that the run has (none, if it only waits for these).

        False if one was completed before it was written; then its RESUME job is there already.
        """
        ...

    async def log(self, run: RunRow) -> bytes | None:
        """The folded log, None before the first fold and after retention removed it."""
        ...

    async def slices(self, project_id: str, file_ids: Sequence[str]) -> dict[str, bytes]:
        """The JSON of these slices of the project's logs, by id; one that is gone is left out."""
        ...


class RunReader(Protocol):
    """Reading for the paths on which a list or a webhook must cost little: text in, rows out."""

    async def fetch(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a SELECT written in the SQL that SQLite and PostgreSQL share, with ``?`` for values."""
        ...

    async def fetch_aside(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """As ``fetch``, for a statement that reads a great many rows: nothing else waits for it but others of its kind."""
        ...

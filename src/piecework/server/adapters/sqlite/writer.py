"""The one writer of the hot path: a thread that commits what many runs asked for in one transaction (group commit).

Requests that arrive while a commit is on its way to the disk form the next batch, so a disk that takes long to confirm makes batches larger,
not queues longer. Rows of one kind go into one multi-row statement: each statement releases and takes back the interpreter's lock once.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter, thread_time
from typing import Any

from piecework.server.kernel.metrics import Metrics
from piecework.server.ports.runs import CannotWrite, Fenced

Row = tuple[Any, ...]

RUN_COLUMNS = (
    "id", "created", "updated", "projectId", "flowId", "flowVersionId", "environment", "status", "logsFileId", "parentRunId",
    "failParentOnFailure", "tags", "startTime", "finishTime", "triggeredBy", "failedStepName", "failedStepDisplayName",
    "failedStepMessage", "stepNameToTest", "stepsCount", "parentWaitpointId",
)  # fmt: skip
"""The columns of ``RunRow``, in its order."""
FIXED_RUN_COLUMNS = frozenset(
    {"id", "created", "projectId", "flowId", "environment", "parentRunId", "parentWaitpointId", "triggeredBy", "stepNameToTest"}
)
FILE_COLUMNS = ("id", "created", "updated", "projectId", "type", "location", "compression", "data", "size", "metadata")
JOB_COLUMNS = ("id", "runId", "kind", "payload", "dueAt", "attempts", "kills", "claimed")
ENTRY_COLUMNS = ("runId", "seq", "entry")
ROWS_PER_STATEMENT = 64


class Write:
    """What one request wants written, in this order: run, file, job, entry, then removals. ``extra`` runs inside the transaction last."""

    __slots__ = ("drop_entries", "drop_job", "entry", "extra", "file", "future", "job", "result", "run")

    def __init__(
        self,
        *,
        run: Row | None = None,
        file: Row | None = None,
        job: Row | None = None,
        entry: Row | None = None,
        drop_job: int | None = None,
        drop_entries: str | None = None,
        extra: Callable[[sqlite3.Connection], Any] | None = None,
    ) -> None:
        self.run = run
        self.file = file
        self.job = job
        self.entry = entry
        self.drop_job = drop_job
        self.drop_entries = drop_entries
        self.extra = extra
        self.result: Any = None
        self.future: asyncio.Future[Any] | None = None


def _insert(table: str, columns: Sequence[str], conflict: str, rows: int) -> str:
    marks = f"({','.join('?' * len(columns))})"
    return f"INSERT INTO {table} ({','.join(columns)}) VALUES {','.join([marks] * rows)} {conflict}"  # noqa: S608 - names are constants


_RUN_CONFLICT = "ON CONFLICT (id) DO UPDATE SET " + ", ".join(
    f"{column} = excluded.{column}" for column in RUN_COLUMNS if column not in FIXED_RUN_COLUMNS
)


def connect(path: Path) -> sqlite3.Connection:
    """A connection with the settings that the durability promises rest on."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA busy_timeout = 30000")
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    return connection


class OutOfTurn(RuntimeError):
    """An earlier entry of the same journal could not be written; this one has to wait until that one is there."""


class GroupCommitWriter:
    """Submit a ``Write``, await its future: it is on the disk. Failures concern only the request that caused them.

    A journal has no gaps: after an entry that could not be written, later ones of its run are refused until that one has come again.
    """

    def __init__(self, path: Path, metrics: Metrics) -> None:
        self._path = path
        self._metrics = metrics
        self._requests: SimpleQueue[Write | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="run-writer", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._owed: dict[str, int] = {}  # by run: the sequence number of the entry that could not be written

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._connection = connect(self._path)
        self._thread.start()

    async def close(self) -> None:
        """Write what was asked for, then stop."""
        self._requests.put(None)
        await asyncio.to_thread(self._thread.join)

    def submit(self, write: Write) -> asyncio.Future[Any]:
        """Ask for a write. The future gives ``write.result`` once the transaction is durable."""
        assert self._loop is not None
        write.future = self._loop.create_future()
        self._requests.put(write)
        return write.future

    def _work(self) -> None:
        connection = self._connection
        stopping = False
        while not stopping:
            batch: list[Write] = []
            first = self._requests.get()
            stopping = first is None
            if first is not None:
                batch.append(first)
            while not self._requests.empty():
                request = self._requests.get_nowait()
                if request is None:
                    stopping = True
                else:
                    batch.append(request)
            if batch:
                self._commit(connection, batch)
        connection.close()

    def _commit(self, connection: sqlite3.Connection, batch: list[Write]) -> None:
        assert self._loop is not None
        started, cpu_before = perf_counter(), thread_time()
        results: Sequence[BaseException | None] | None = None
        if not self._owed and len(batch) > 1:
            try:
                _transaction(connection, batch)
                results = [None] * len(batch)
            except Exception:
                # One request spoilt the batch (a taken sequence number, a full disk): give each its own transaction to find out which.
                results = None
        if results is None:
            results = [self._alone(connection, write) for write in batch]
        milliseconds, cpu_ms = (perf_counter() - started) * 1000, (thread_time() - cpu_before) * 1000
        self._loop.call_soon_threadsafe(self._resolve, batch, results, milliseconds, cpu_ms)

    def _resolve(self, batch: list[Write], results: Sequence[BaseException | None], milliseconds: float, cpu_ms: float) -> None:
        self._metrics.committed(milliseconds, len(batch), cpu_ms)
        _resolve(batch, results)

    def _alone(self, connection: sqlite3.Connection, write: Write) -> BaseException | None:
        run_id, seq = (write.entry[0], write.entry[1]) if write.entry else (write.drop_entries, 0)
        if self._owed and seq > self._owed.get(run_id or "", seq):
            return OutOfTurn(f"{run_id}:{seq}")
        try:
            _transaction(connection, [write])
        except Exception as error:
            if write.entry and not isinstance(error, sqlite3.IntegrityError):
                self._owed.setdefault(write.entry[0], seq)
            return error
        if self._owed and run_id:
            self._owed.pop(run_id, None)
        return None


def _resolve(batch: list[Write], results: Sequence[BaseException | None]) -> None:
    for write, error in zip(batch, results, strict=True):
        future = write.future
        assert future is not None
        if future.done():
            continue
        if error is None:
            future.set_result(write.result)
        elif isinstance(error, sqlite3.IntegrityError) and write.entry is not None:
            future.set_exception(Fenced(f"{write.entry[0]}:{write.entry[1]}"))
        elif isinstance(error, sqlite3.OperationalError):
            future.set_exception(CannotWrite(str(error)))
        else:
            future.set_exception(error)


def _transaction(connection: sqlite3.Connection, batch: list[Write]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        insert_rows(connection, "flow_run", [write.run for write in batch if write.run])
        insert_rows(connection, "file", [write.file for write in batch if write.file])
        insert_rows(connection, "job", [write.job for write in batch if write.job])
        insert_rows(connection, "journal", [write.entry for write in batch if write.entry])
        _delete(connection, "job", "id", [write.drop_job for write in batch if write.drop_job is not None])
        _delete(connection, "journal", "runId", [write.drop_entries for write in batch if write.drop_entries])
        # The rows of all runs are there already, so what belongs to them goes first: a resume must not miss the pause that it is written with.
        extras = [(write.extra, write) for write in batch if write.extra is not None]
        for extra, write in sorted(extras, key=lambda pair: pair[1].run is None):
            write.result = extra(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has rolled back already
            connection.execute("ROLLBACK")
        raise


def _chunks(rows: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """Cut into pieces of a few fixed lengths, so that the statement cache holds them all."""
    start = 0
    while start < len(rows):
        length = ROWS_PER_STATEMENT
        while length > len(rows) - start:
            length //= 2
        yield rows[start : start + length]
        start += length


def insert_rows(connection: sqlite3.Connection, table: str, rows: Sequence[Row]) -> None:
    """Insert rows of one of the tables of the hot path, each a tuple in the order of its columns, within the caller's transaction."""
    for chunk in _chunks(rows):
        connection.execute(_INSERTS[table, len(chunk)], list(chain.from_iterable(chunk)))


def _delete(connection: sqlite3.Connection, table: str, column: str, keys: Sequence[Any]) -> None:
    for chunk in _chunks(keys):
        marks = ",".join("?" * len(chunk))
        connection.execute(f"DELETE FROM {table} WHERE {column} IN ({marks})", chunk)  # noqa: S608 - names are constants


_INSERTS = {
    (table, 1 << power): _insert(table, columns, conflict, 1 << power)
    for table, columns, conflict in (
        ("flow_run", RUN_COLUMNS, _RUN_CONFLICT),
        ("file", FILE_COLUMNS, ""),
        ("job", JOB_COLUMNS, "ON CONFLICT (id) DO NOTHING"),
        ("journal", ENTRY_COLUMNS, ""),
    )
    for power in range(ROWS_PER_STATEMENT.bit_length())
}
"""Each table's statement for every length that ``_chunks`` gives."""

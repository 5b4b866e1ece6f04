"""SQL databases of projects: SQLite files, asked in threads.

Whoever builds flows writes the SQL, so that it is bounded: no other file can be attached, no extension loaded, no setting changed; a query ends at
its time limit, a database at its size, an answer at its number of rows and bytes.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from piecework.sdk.coercion import json_text
from piecework.sdk.database_values import database_value
from piecework.sdk.errors import PieceError
from piecework.sdk.services import FileAnswer, Statement

T = TypeVar("T")

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
MOST_DATABASES = 100
MAX_BYTES = 256 * 1024 * 1024
"""Of one database."""
PAGE_BYTES = 4096
MAX_VALUE_BYTES = 16 * 1024 * 1024
MAX_ANSWER_BYTES = 16 * 1024 * 1024
MAX_ROWS = 10_000
STEPS_BETWEEN_CHECKS = 10_000
"""Of SQLite's machine; some milliseconds."""
THREADS = 2

LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: MAX_VALUE_BYTES,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 1024 * 1024,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 20,
}
REFUSED = frozenset({sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_SAVEPOINT})
READ_PRAGMAS = frozenset({"table_info", "table_xinfo", "table_list", "index_list", "index_info", "foreign_key_list", "foreign_key_check"})
REFUSED_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer"})
VIRTUAL_TABLES = frozenset({"fts5", "rtree"})


class SqliteDatabases:
    """``Databases`` in the files of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def run(self, database: str, statements: Sequence[Statement], seconds: float) -> list[dict[str, Any]]:
        """See ``Databases``."""
        return await _in_thread(self._run, database, statements, seconds)

    async def run_on_file(self, data: bytes, statements: Sequence[Statement], seconds: float) -> FileAnswer:
        """See ``Databases``."""
        return await _in_thread(run_on_file, data, statements, seconds)

    def _run(self, database: str, statements: Sequence[Statement], seconds: float) -> list[dict[str, Any]]:
        with _opened(self._path(database), seconds) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            return _transaction(connection, statements, seconds)

    def _path(self, database: str) -> Path:
        if not NAME.fullmatch(database):
            raise PieceError(f"database: {database!r} is not a name of up to 64 small letters, digits, - and _")
        path = self._folder / f"{database}.sqlite"
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            if len(list(self._folder.glob("*.sqlite"))) >= MOST_DATABASES:
                raise PieceError(f"database: the project has {MOST_DATABASES} databases already")
        return path


class MemoryDatabases:
    """``Databases`` that are gone with the process."""

    def __init__(self) -> None:
        self._databases: dict[str, bytes] = {}

    async def run(self, database: str, statements: Sequence[Statement], seconds: float) -> list[dict[str, Any]]:
        """See ``Databases``."""
        answer = await self.run_on_file(self._databases.get(database, b""), statements, seconds)
        self._databases[database] = answer.data
        return answer.results

    async def run_on_file(self, data: bytes, statements: Sequence[Statement], seconds: float) -> FileAnswer:
        """See ``Databases``."""
        return await _in_thread(run_on_file, data, statements, seconds)


def run_on_file(data: bytes, statements: Sequence[Statement], seconds: float) -> FileAnswer:
    """See ``Databases``."""
    with _opened(None, seconds) as connection:
        if data:
            try:
                connection.deserialize(data)
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            except sqlite3.Error as error:
                raise PieceError(f"file: not a SQLite database: {error}") from None
        results = _transaction(connection, statements, seconds)
        return FileAnswer(results, connection.serialize())


@cache
def _threads() -> ThreadPoolExecutor:
    """Threads of its own: queries that take long keep nothing else waiting."""
    return ThreadPoolExecutor(THREADS, "databases")


async def _in_thread(work: Callable[..., T], *arguments: Any) -> T:
    return await asyncio.get_running_loop().run_in_executor(_threads(), work, *arguments)


@contextmanager
def _opened(path: Path | None, seconds: float) -> Generator[sqlite3.Connection]:
    try:
        connection = sqlite3.connect(path or ":memory:", timeout=seconds, isolation_level=None)
    except sqlite3.Error as error:
        raise PieceError(f"The database cannot be opened: {error}") from None
    try:
        yield connection
    except sqlite3.Error as error:
        raise PieceError(f"The database says: {error}") from None
    except OverflowError as error:
        raise PieceError(f"args: {error}") from None
    finally:
        connection.close()


def _transaction(connection: sqlite3.Connection, statements: Sequence[Statement], seconds: float) -> list[dict[str, Any]]:
    """All statements or none. Raises sqlite3.Error, and PieceError at a limit."""
    connection.row_factory = sqlite3.Row
    for limit, value in LIMITS.items():
        connection.setlimit(limit, value)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA max_page_count = {MAX_BYTES // PAGE_BYTES}")
    deadline = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS_BETWEEN_CHECKS)
    connection.execute("BEGIN IMMEDIATE")
    connection.set_authorizer(_authorize)
    try:
        results = [_result(connection, statement) for statement in statements]
    except sqlite3.OperationalError as error:
        if str(error) != "interrupted":
            raise
        raise PieceError(f"The query took longer than {seconds:g} seconds") from None
    connection.set_authorizer(None)
    connection.set_progress_handler(None, 0)
    connection.execute("COMMIT")
    return results


def _authorize(action: int, first: str | None, second: str | None, database: str | None, source: str | None) -> int:
    """What a statement may do (sqlite.org/c3ref/set_authorizer.html)."""
    refused = (
        action in REFUSED
        or (action == sqlite3.SQLITE_PRAGMA and str(first).lower() not in READ_PRAGMAS)
        or (action == sqlite3.SQLITE_FUNCTION and str(second).lower() in REFUSED_FUNCTIONS)
        or (action == sqlite3.SQLITE_CREATE_VTABLE and str(second).lower() not in VIRTUAL_TABLES)
    )
    return sqlite3.SQLITE_DENY if refused else sqlite3.SQLITE_OK


def _result(connection: sqlite3.Connection, statement: Statement) -> dict[str, Any]:
    given: Any = statement.arguments
    arguments = {name: _bound(value) for name, value in given.items()} if isinstance(given, Mapping) else [_bound(value) for value in given]
    before = connection.total_changes
    cursor = connection.execute(statement.sql, arguments)
    rows: list[dict[str, Any]] = []
    room = MAX_ANSWER_BYTES
    for row in cursor:
        if len(rows) == MAX_ROWS:
            raise PieceError(f"The query gives more than {MAX_ROWS} rows; ask for fewer with LIMIT")
        room -= sum(len(value) for value in row if isinstance(value, str | bytes))
        if room < 0:
            raise PieceError(f"The query gives more than {MAX_ANSWER_BYTES} bytes; ask for less")
        rows.append({name: database_value(row[name]) for name in row.keys()})  # noqa: SIM118 - a row is no dictionary
    changed = connection.total_changes - before
    return {"rows": rows, "changedRows": changed, "lastRowId": cursor.lastrowid if changed else None}


def _bound(value: Any) -> Any:
    """An argument as SQLite takes it: lists and objects as JSON."""
    return value if value is None or isinstance(value, str | int | float | bytes) else json_text(value)

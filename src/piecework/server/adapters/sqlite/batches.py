"""Several runs that begin together, inside the writer's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from piecework.server.adapters.sqlite.writer import insert_rows
from piecework.server.ports.runs import Statement

Row = tuple[Any, ...]


class RunBatch:
    """The rows of runs, their jobs and their large payloads."""

    def __init__(self) -> None:
        self._rows: list[tuple[Row, Row, Row | None]] = []

    def add(self, run: Row, job: Row, file: Row | None) -> None:
        """One more run; its id is the first value of its row."""
        self._rows.append((run, job, file))

    def write(self, connection: sqlite3.Connection, only_if: Statement | None, beside: Sequence[Statement]) -> list[str] | None:
        """See ``RunQueue.enqueue_all``."""
        if only_if is not None and connection.execute(only_if.sql, tuple(only_if.values)).rowcount < 1:
            return None
        new = [rows for rows in self._rows if connection.execute("SELECT 1 FROM flow_run WHERE id = ?", rows[0][:1]).fetchone() is None]
        insert_rows(connection, "flow_run", [run for run, _, _ in new])
        insert_rows(connection, "file", [file for _, _, file in new if file is not None])
        insert_rows(connection, "job", [job for _, job, _ in new])
        for statement in beside:
            connection.execute(statement.sql, tuple(statement.values))
        return [run[0] for run, _, _ in new]

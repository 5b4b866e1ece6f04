"""Run logs, their slices and large payloads as rows of the table of files: packing, replacing, reading.

A payload's file has the id of its run, and the job that needs it says so in the payload's place. A log's row says in its ``metadata`` which
slices belong to it, ``{"slices": [ids]}``: whoever removes the log removes them too.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import zstandard

from piecework.server.adapters.sqlite.writer import FILE_COLUMNS, connect
from piecework.server.ports.runs import FoldedLog, LogSlice, RunRow

COMPRESS_ABOVE = 4 * 1024
"""Bytes from which a log is compressed: below it zstd saves less than it costs."""

OFF_LOOP = 256 * 1024
"""Bytes from which packing leaves the event loop to others meanwhile."""

_ADD_FILE = f"INSERT INTO file ({','.join(FILE_COLUMNS)}) VALUES ({','.join('?' * len(FILE_COLUMNS))})"  # noqa: S608 - names are constants
_SLICES = "SELECT id, data, compression FROM file WHERE id IN ({}) AND projectId = ? AND type = 'FLOW_RUN_LOG_SLICE'"

IN_FILE = b"@file:"
"""How the payload of a job begins that is in a file, before the file's id. No JSON text begins so."""

Row = tuple[Any, ...]


def reference_to(run_id: str) -> bytes:
    """What the job of a run has in place of its payload."""
    return IN_FILE + run_id.encode()


class LogFiles:
    """Rows of the logs of one database."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._compressor = zstandard.ZstdCompressor(level=1)
        self._decompressor = zstandard.ZstdDecompressor()

    def log_row(self, run: RunRow, file_id: str, log: FoldedLog) -> Row:
        """The row of a run's log."""
        metadata = orjson.dumps({"slices": sorted(log.refers_to)}).decode() if log.refers_to else None
        return self._row(run, file_id, "FLOW_RUN_LOG", log.content, metadata, self._compressor)

    async def slice_rows(self, run: RunRow, slices: Sequence[LogSlice]) -> list[Row]:
        """The rows of new slices; many bytes are packed in a thread."""
        if sum(len(part.data) for part in slices) <= OFF_LOOP:
            return self._slice_rows(run, slices)
        return await asyncio.to_thread(self._slice_rows, run, slices)

    def _slice_rows(self, run: RunRow, slices: Sequence[LogSlice]) -> list[Row]:
        compressor = zstandard.ZstdCompressor(level=1)  # one that another thread uses must not be shared
        return [self._row(run, part.file_id, "FLOW_RUN_LOG_SLICE", part.data, None, compressor) for part in slices]

    def payload_row(self, run: RunRow, payload: bytes) -> Row:
        """The row of the payload that a job refers to; may be called in any thread."""
        return self._row(run, run.id, "WEBHOOK_PAYLOAD", payload, None, zstandard.ZstdCompressor(level=1))

    def payload(self, connection: sqlite3.Connection, stored: bytes) -> bytes:
        """A job's payload: what its row holds, or the file to which it refers. ``null`` when that is gone."""
        if not stored.startswith(IN_FILE):
            return stored
        row = connection.execute("SELECT data, compression FROM file WHERE id = ?", (stored[len(IN_FILE) :].decode(),)).fetchone()
        return b"null" if row is None else self.unpacked(*row)

    def _row(self, run: RunRow, file_id: str, kind: str, data: bytes, metadata: str | None, compressor: zstandard.ZstdCompressor) -> Row:
        compressed = len(data) > COMPRESS_ABOVE
        content, compression = (compressor.compress(data), "ZSTD") if compressed else (data, "NONE")
        now = run.updated
        return (file_id, now, now, run.project_id, kind, "DB", compression, content, len(data), metadata)

    def unpacked(self, data: bytes, compression: str) -> bytes:
        """A log's bytes as they were before packing."""
        return self._decompressor.decompress(data) if compression == "ZSTD" else data

    async def slices(self, project_id: str, file_ids: Sequence[str]) -> dict[str, bytes]:
        """See ``RunJournal.slices``: in a thread, on a connection of its own, for there may be many bytes."""
        return await asyncio.to_thread(self._read_slices, project_id, file_ids)

    def _read_slices(self, project_id: str, file_ids: Sequence[str]) -> dict[str, bytes]:
        unpack = zstandard.ZstdDecompressor().decompress
        found: dict[str, bytes] = {}
        with closing(connect(self._path)) as connection:
            for start in range(0, len(file_ids), 500):
                chunk = file_ids[start : start + 500]
                statement = _SLICES.format(",".join("?" * len(chunk)))
                for file_id, data, compression in connection.execute(statement, (*chunk, project_id)):
                    found[file_id] = unpack(data) if compression == "ZSTD" else data
        return found


def add_files(rows: Sequence[Row], connection: sqlite3.Connection) -> None:
    """Write these files."""
    for row in rows:
        connection.execute(_ADD_FILE, row)


def replace_log(
    old_log: str | None, refers_to: frozenset[str], rows: Sequence[Row], payload_of: str | None, connection: sqlite3.Connection
) -> None:
    """Add the new log's slices; drop the old log, those of its slices that the new one does not refer to, and the payload of that run."""
    add_files(rows, connection)
    if payload_of is not None:
        connection.execute("DELETE FROM file WHERE id = ? AND type = 'WEBHOOK_PAYLOAD'", (payload_of,))
    if old_log is None:
        return
    known = connection.execute("SELECT metadata FROM file WHERE id = ?", (old_log,)).fetchone()
    dropped = [old_log]
    if known is not None and known[0]:
        dropped += [file_id for file_id in orjson.loads(known[0])["slices"] if file_id not in refers_to]
    connection.executemany("DELETE FROM file WHERE id = ?", [(file_id,) for file_id in dropped])

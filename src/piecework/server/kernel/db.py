"""The database: tables on one `metadata`, statements in SQLAlchemy Core, connections by `Database`.

1. Columns carry the wire's names (`projectId`), so that a row is the JSON that goes out.
2. Statements keep to what SQLite and PostgreSQL share; `Database.upsert` covers the one place where they differ.
3. Timestamps are text (`kernel/clock.py`), JSON is text (`Json`).
4. SQLite has one writer: `transaction()` takes turns within the process and begins IMMEDIATE, so that two requests never fail for
each other.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Column, CursorResult, Dialect, Insert, LargeBinary, MetaData, String, Table, TypeDecorator, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from piecework.server.kernel.clock import now_iso
from piecework.server.kernel.ids import ID_LENGTH, new_id
from piecework.spec.jsons import dumps, loads

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Every table of the server; each module's models.py adds its own."""

_READERS = 4
"""Connections for reading, each with a thread of its own in SQLite's driver."""

Row = dict[str, Any]
"""A row as it is read: column names, which are the wire's, to values."""

Id = String(ID_LENGTH)
Timestamp = String(24)
Blob = LargeBinary


class Json(TypeDecorator[Any]):
    """A JSON value kept as UTF-8 text. `None` is SQL's NULL; use a column with a default where the wire knows `null` and absent."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else loads(value)


def entity_columns() -> tuple[Column[Any], ...]:
    """The columns that every entity begins with: `id`, `created`, `updated` (spec/model.md)."""
    return (
        Column("id", Id, primary_key=True),
        Column("created", Timestamp, nullable=False),
        Column("updated", Timestamp, nullable=False),
    )


def new_entity(**values: Any) -> Row:
    """Returns the values of a new row: a fresh id, both timestamps now, and `values`."""
    now = now_iso()
    return {"id": new_id(), "created": now, "updated": now, **values}


def rows_of(result: CursorResult[*tuple[Any, ...]]) -> list[Row]:
    """Returns all rows of a result. Their keys are plain strings, as orjson wants them, not SQLAlchemy's."""
    names = [str(name) for name in result.keys()]  # noqa: SIM118 - a result is no mapping
    return [dict(zip(names, values, strict=True)) for values in result]


def row_of(result: CursorResult[*tuple[Any, ...]]) -> Row | None:
    """Returns the first row of a result, or None."""
    rows = rows_of(result)
    return rows[0] if rows else None


def quoted(name: str) -> str:
    """A column's name in SQL text: PostgreSQL folds the case of names without quotes."""
    return f'"{name}"'


async def execute_all(connection: AsyncConnection, statements: Iterable[tuple[str, Sequence[Any]]]) -> None:
    """Executes changes of rows that another part of the server has written as text, `?` for values (`ports.runs.Statement`)."""
    for sql, values in statements:
        await connection.exec_driver_sql(sql, tuple(values))


class Database:
    """Connections to one database. `url` is SQLAlchemy's: `sqlite+aiosqlite:///path` or `postgresql+asyncpg://…`."""

    def __init__(self, url: str) -> None:
        self._is_sqlite = url.startswith("sqlite")
        # A reader commits by itself and has nothing to undo when it is given back: that halves the cost of a short read.
        self._reader = create_async_engine(
            url, hide_parameters=True, pool_size=_READERS, max_overflow=0, isolation_level="AUTOCOMMIT", pool_reset_on_return=None
        )
        self._writer = create_async_engine(url, hide_parameters=True, pool_size=1 if self._is_sqlite else _READERS, max_overflow=0)
        self._writing = asyncio.Lock()
        if self._is_sqlite:
            event.listen(self._reader.sync_engine, "connect", _prepare_sqlite)
            event.listen(self._reader.sync_engine, "connect", _forbid_writing)
            event.listen(self._writer.sync_engine, "connect", _prepare_sqlite)
            event.listen(self._writer.sync_engine, "begin", _begin_immediate)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection, None]:
        """A connection for reading. Each statement sees its own snapshot; SQLite refuses to write through it."""
        async with self._reader.connect() as connection:
            yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[AsyncConnection, None]:
        """A connection for writing: all of it is committed at the end of the block, or nothing when the block raises."""
        if not self._is_sqlite:
            async with self._writer.begin() as connection:
                yield connection
            return
        async with self._writing, self._writer.begin() as connection:
            yield connection

    def upsert(self, table: Table, values: Mapping[str, Any], key: Sequence[str], update: Sequence[str]) -> Any:
        """Returns `INSERT … ON CONFLICT (key) DO UPDATE` that overwrites the columns `update` of the row that has the same `key`."""
        insert: Any = sqlite.insert(table) if self._is_sqlite else postgresql.insert(table)
        statement = insert.values(dict(values))
        return statement.on_conflict_do_update(index_elements=list(key), set_={name: statement.excluded[name] for name in update})

    def insert_if_absent(self, table: Table, values: Mapping[str, Any], key: Sequence[str]) -> Insert:
        """Returns `INSERT … ON CONFLICT (key) DO NOTHING`."""
        insert: Any = sqlite.insert(table) if self._is_sqlite else postgresql.insert(table)
        return insert.values(dict(values)).on_conflict_do_nothing(index_elements=list(key))

    async def close(self) -> None:
        """Closes every connection; the last one checkpoints SQLite's log."""
        await self._reader.dispose()
        await self._writer.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Sets what SQLite forgets with every connection. The driver's own transaction control is off: `_begin_immediate` does it."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON", "cache_size=-4000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _forbid_writing(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA query_only=ON").close()


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")

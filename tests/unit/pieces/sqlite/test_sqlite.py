"""Against real databases."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from piecework.pieces.sqlite import piece
from piecework.runner import databases as limits
from piecework.runner.databases import MemoryDatabases, SqliteDatabases
from piecework.sdk import Databases, LoadedFile, PieceError
from piecework.sdk.testing import FakeContext, MemoryFiles, run_action

FILE = "https://files.test/given"


@pytest.fixture(params=["file", "memory"])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Databases:
    return SqliteDatabases(tmp_path / "project") if request.param == "file" else MemoryDatabases()


@pytest.fixture
def folder(tmp_path: Path) -> SqliteDatabases:
    return SqliteDatabases(tmp_path / "project")


async def run(databases: Databases, query: str, args: Any = None, **more: Any) -> Any:
    given = {"query": query, **({} if args is None else {"args": args}), **more}
    return await run_action(piece, "run_query", given, FakeContext(databases=databases))


async def test_rows_stay(databases: Databases) -> None:
    await run(databases, "CREATE TABLE orders (id INTEGER PRIMARY KEY, who TEXT, data, big)")
    added = await run(databases, "INSERT INTO orders (who, data, big) VALUES (?, ?, ?)", ["O'Brien; --", {"a": [1]}, 2**60])
    assert added == {"rows": [], "changedRows": 1, "lastRowId": 1}
    found = await run(databases, "SELECT *, x'00ff' AS bytes FROM orders WHERE who = :who", {"who": "O'Brien; --"})
    assert found["rows"] == [{"id": 1, "who": "O'Brien; --", "data": '{"a":[1]}', "big": str(2**60), "bytes": "AP8="}]
    assert (await run(databases, "SELECT count(*) AS n FROM sqlite_master", database="other"))["rows"] == [{"n": 0}]


async def test_all_statements_or_none(databases: Databases) -> None:
    async def transact(*statements: dict[str, Any]) -> Any:
        return await run_action(piece, "run_transaction", {"statements": list(statements)}, FakeContext(databases=databases))

    await transact({"query": "CREATE TABLE t (a UNIQUE)"}, {"query": "INSERT INTO t VALUES (?)", "args": [1]})
    with pytest.raises(PieceError, match="UNIQUE"):
        await transact({"query": "INSERT INTO t VALUES (2)"}, {"query": "INSERT INTO t VALUES (1)"})
    assert (await run(databases, "SELECT a FROM t"))["rows"] == [{"a": 1}]


async def test_a_database_that_is_a_file(tmp_path: Path, databases: Databases) -> None:
    with sqlite3.connect(tmp_path / "given.db") as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()
    files = MemoryFiles({FILE: LoadedFile("given.db", (tmp_path / "given.db").read_bytes(), "db")})
    context = FakeContext(databases=databases, files=files)
    given = {"file": FILE, "query": "INSERT INTO t VALUES (7)", "keep": True}
    output = await run_action(piece, "query_file", given, context)
    assert output["changedRows"] == 1
    asked = await run_action(piece, "query_file", {"file": output["file"], "query": "SELECT a FROM t"}, context)
    assert asked["rows"] == [{"a": 7}]
    assert (await run_action(piece, "query_file", {"file": FILE, "query": "SELECT a FROM t"}, context))["rows"] == []
    files.known[FILE] = LoadedFile("x", b"nonsense" * 100)
    with pytest.raises(PieceError, match="file: "):
        await run_action(piece, "query_file", {"file": FILE, "query": "SELECT 1"}, context)


@pytest.mark.parametrize(
    "query",
    [
        "ATTACH '/etc/passwd' AS x",
        "VACUUM INTO '/tmp/stolen.db'",
        "SELECT load_extension('/tmp/x.so')",
        "PRAGMA journal_mode = OFF",
        "PRAGMA writable_schema = ON",
        "PRAGMA max_page_count = 999999999",
        "COMMIT",
        "SAVEPOINT x",
        "SELECT 1; SELECT 2",
        "SELECT zeroblob(100000000)",
        "SELECT fts3_tokenizer('simple', x'00')",
        "CREATE VIRTUAL TABLE t USING fts3(a)",
        "SELEC",
    ],
)
async def test_what_is_refused(folder: SqliteDatabases, query: str) -> None:
    await run(folder, "CREATE TABLE there (a)")
    with pytest.raises(PieceError):
        await run(folder, query)
    assert (await run(folder, "SELECT count(*) AS n FROM there"))["rows"] == [{"n": 0}]


@pytest.mark.parametrize("name", ["../other", "", "a/b", "A", "x" * 65, ".", "a.sqlite"])
async def test_a_name_is_no_path(folder: SqliteDatabases, name: str) -> None:
    with pytest.raises(PieceError, match="database: "):
        await folder.run(name, [], 1)


async def test_limits(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT {} FROM n"
    with pytest.raises(PieceError, match="longer than 1 seconds"):
        await run(databases, endless.format("count(*)"), time_limit=1)
    with pytest.raises(PieceError, match="10000 rows"):
        await run(databases, endless.format("x"))
    with pytest.raises(PieceError, match="bytes"):
        await run(databases, endless.format("hex(zeroblob(500000))"))
    monkeypatch.setattr(limits, "MAX_BYTES", 1024 * 1024)
    await run(databases, "CREATE TABLE t (a)")
    with pytest.raises(PieceError, match="full"):
        await run(databases, "INSERT INTO t VALUES (zeroblob(2000000))")
    with pytest.raises(PieceError, match="args: "):
        await run(databases, "SELECT ?", 5)


async def test_a_project_has_so_many_databases(folder: SqliteDatabases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_DATABASES", 1)
    await run(folder, "CREATE TABLE t (a)")
    await run(folder, "SELECT 1")
    with pytest.raises(PieceError, match="1 databases already"):
        await run(folder, "SELECT 1", database="second")

"""Against a real MariaDB."""

from typing import Any

import pytest

from piecework.pieces.mysql import piece
from piecework.pieces.mysql.connecting import with_placeholders
from piecework.sdk import AuthCheck, CustomAuthValue, PieceError
from piecework.sdk.testing import TEST_SERVER, FakeContext, ScriptedHttp, run_action


def auth(port: int, **changes: Any) -> CustomAuthValue:
    return CustomAuthValue({"host": "127.0.0.1", "port": port, "user": "tester", "password": "s3cret", "database": "shop"} | changes)


async def run(port: int, action: str, **given: Any) -> Any:
    return await run_action(piece, action, given, FakeContext(auth=auth(port)))


async def test_rows_are_added_found_changed_and_deleted(mariadb_port: int) -> None:
    await run(
        mariadb_port, "execute_query", query="CREATE TABLE orders (id INT AUTO_INCREMENT PRIMARY KEY, `na me` TEXT, price DECIMAL(8,2))"
    )
    assert await run(mariadb_port, "get_tables") == {"tables": ["orders"]}
    added = await run(mariadb_port, "insert_row", table="orders", values={"na me": "O'Brien; --", "price": "1.5"})
    assert added == {"affectedRows": 1, "insertId": 1}
    await run(mariadb_port, "insert_row", table="orders", values={"na me": "Ünsal %s", "price": 2})
    found = await run(mariadb_port, "find_rows", table="orders", condition="price > ? AND `na me` <> '?'", args=["1.6"], columns=["na me"])
    assert found == {"results": [{"na me": "Ünsal %s"}]}
    changed = await run(mariadb_port, "update_row", table="orders", values={"price": 9}, search_column="na me", search_value="O'Brien; --")
    assert changed["affectedRows"] == 1
    assert (await run(mariadb_port, "delete_row", table="orders", search_column="id", search_value="2"))["affectedRows"] == 1
    assert await run(mariadb_port, "execute_query", query="SELECT * FROM orders WHERE `na me` LIKE '%Brien%'") == {
        "results": [{"id": 1, "na me": "O'Brien; --", "price": "9.00"}]
    }


async def test_types_become_json(mariadb_port: int) -> None:
    text = """SELECT CAST(9007199254740993 AS SIGNED) AS big, CAST('2026-01-31' AS DATE) AS day, TIMESTAMP('2026-01-31 10:00:00') AS moment,
        TIME('-12:30:00') AS span, CAST('hi' AS BINARY) AS bytes, NULL AS nothing"""
    assert (await run(mariadb_port, "execute_query", query=text))["results"] == [
        {"big": "9007199254740993", "day": "2026-01-31T00:00:00.000Z", "moment": "2026-01-31T10:00:00.000Z", "span": "-12:30:00",
         "bytes": "aGk=", "nothing": None}
    ]  # fmt: skip


async def test_the_time_zone_is_set(mariadb_port: int) -> None:
    found = await run(mariadb_port, "execute_query", query="SELECT @@session.time_zone AS zone", timezone="+02:00")
    assert found["results"] == [{"zone": "+02:00"}]
    with pytest.raises(PieceError, match="timezone: "):
        await run(mariadb_port, "execute_query", query="SELECT 1", timezone="'; DROP")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"query": "SELEC 1"}, "SQL syntax"),
        ({"query": "SELECT ?"}, "args: the query has 1"),
        ({"query": "SELECT 1", "args": [1]}, "args: "),
    ],
)
async def test_mistakes_are_named(mariadb_port: int, given: dict[str, Any], message: str) -> None:
    with pytest.raises(PieceError, match=message):
        await run(mariadb_port, "execute_query", **given)


async def test_connections_are_tried(mariadb_port: int) -> None:
    async def tried(**changes: Any) -> str | None:
        return await piece.auths[0].check(AuthCheck(auth(mariadb_port, **changes), ScriptedHttp(), TEST_SERVER))

    assert await tried() is None
    assert "Access denied" in (await tried(password="wrong") or "")
    assert "host: " in (await tried(host="/run/mysqld/mysqld.sock") or "")
    assert "does not offer TLS" in (await tried(tls=True) or "")  # nothing goes over the wire in the clear


async def test_tables_are_offered(mariadb_port: int) -> None:
    await run(mariadb_port, "execute_query", query="CREATE TABLE IF NOT EXISTS offered (n INT)")
    state = (await piece.options("find_rows", "table", FakeContext(auth=auth(mariadb_port)), {"auth": "x"}))["options"]
    assert {"label": "offered", "value": "offered"} in state["options"]
    assert (await piece.options("find_rows", "table", FakeContext(), {}))["options"]["disabled"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT '?' , ?", ("SELECT '?' , %s", 1)),
        ("SELECT ? LIKE '%a'", ("SELECT %s LIKE '%%a'", 1)),
        ("SELECT '%a'", ("SELECT '%a'", 0)),
        ('SELECT "it\'s ?", `?`, ? -- ?\n# ?\n/* ? */', ('SELECT "it\'s ?", `?`, %s -- ?\n# ?\n/* ? */', 1)),
        (r"SELECT 'it\'s ?', ?", (r"SELECT 'it\'s ?', %s", 1)),
    ],
)
def test_placeholders(query: str, expected: tuple[str, int]) -> None:
    assert with_placeholders(query) == expected

"""Against a real PostgreSQL."""

from typing import Any

import pytest

from piecework.pieces.postgres import piece
from piecework.sdk import AuthCheck, CustomAuthValue, PieceError
from piecework.sdk.testing import TEST_SERVER, FakeContext, FakeTriggerContext, ScriptedHttp, run_action, run_trigger

TYPES = """SELECT 1::int2 AS small, 9007199254740993::int8 AS big, 1.10::numeric AS price, true AS yes, 'x'::text AS word, NULL AS nothing,
    '{"a": [1]}'::jsonb AS data, ARRAY[1, 2] AS list, '\\x6869'::bytea AS bytes, '2026-01-31'::date AS day,
    '2026-01-31 10:00:00+01'::timestamptz AS moment, '90 minutes'::interval AS span, '1b4e28ba-2fa1-11d2-883f-0016d3cca427'::uuid AS id"""


def auth(port: int, **changes: Any) -> CustomAuthValue:
    given = {"host": "127.0.0.1", "port": str(port), "user": "tester", "password": "s3cret", "database": "postgres", "enable_ssl": False}
    return CustomAuthValue(given | changes)


async def query(port: int, text: str, *args: Any, **more: Any) -> Any:
    return await run_action(piece, "run-query", {"query": text, "args": list(args), **more}, FakeContext(auth=auth(port)))


async def test_every_type_becomes_json(postgres_port: int) -> None:
    assert await query(postgres_port, TYPES) == [
        {
            "small": 1, "big": "9007199254740993", "price": "1.10", "yes": True, "word": "x", "nothing": None, "data": {"a": [1]},
            "list": [1, 2], "bytes": "aGk=", "day": "2026-01-31T00:00:00.000Z", "moment": "2026-01-31T09:00:00.000Z", "span": "01:30:00",
            "id": "1b4e28ba-2fa1-11d2-883f-0016d3cca427",
        }
    ]  # fmt: skip


async def test_arguments_arrive_as_text_and_become_what_the_query_wants(postgres_port: int) -> None:
    text = "SELECT $1::int + 1 AS n, $2::text AS word, $3::jsonb AS data, $4::bool AS yes, $5::date AS day, $6::int[] AS list, $7::numeric AS price"
    given = ["41", "it's; DROP TABLE x", {"a": 1}, "false", "2026-01-31", ["1", "2"], "1.5"]
    assert await query(postgres_port, text, *given) == [
        {
            "n": 42, "word": "it's; DROP TABLE x", "data": {"a": 1}, "yes": False, "day": "2026-01-31T00:00:00.000Z", "list": [1, 2],
            "price": "1.5",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "args", "message"),
    [
        ("SELECT $1::int", ["x"], "args.0: 'x' is not a value of type int4"),
        ("SELECT $1::int", [], "the query has 1 arguments, 0 are given"),
        ("SELEC 1", [], "syntax error"),
        ("SELECT * FROM nowhere", [], 'relation "nowhere" does not exist'),
    ],
)
async def test_mistakes_are_named(postgres_port: int, text: str, args: list[Any], message: str) -> None:
    with pytest.raises(PieceError, match=message):
        await query(postgres_port, text, *args)


async def test_several_queries_at_once_give_no_rows(postgres_port: int) -> None:
    assert await query(postgres_port, "CREATE TABLE several (n int); INSERT INTO several VALUES (1), (2)") is None
    assert await query(postgres_port, "SELECT count(*) FROM several") == [{"count": "2"}]


async def test_a_query_ends_at_its_time_limit(postgres_port: int) -> None:
    with pytest.raises(PieceError, match=r"time limit|statement timeout"):
        await query(postgres_port, "SELECT pg_sleep(60)", query_timeout=100)


async def test_connections_are_tried(postgres_port: int) -> None:
    async def tried(**changes: Any) -> str | None:
        return await piece.auths[0].check(AuthCheck(auth(postgres_port, **changes), ScriptedHttp(), TEST_SERVER))

    assert await tried() is None
    refused = await tried(password="wr0ng")
    assert refused
    assert "password authentication failed" in refused
    assert "wr0ng" not in refused
    assert "host: " in (await tried(host="/var/run/postgresql") or "")
    assert "Cannot connect" in (await tried(enable_ssl=True) or "")


async def test_new_rows_start_the_flow(postgres_port: int) -> None:
    await query(postgres_port, 'CREATE TABLE "new ""rows" (id serial, word text)')
    await query(postgres_port, 'INSERT INTO "new ""rows" (word) VALUES ($1)', "old")
    ctx = FakeTriggerContext()
    ctx.auth = auth(postgres_port)
    table = {"table_schema": "public", "table_name": 'new "rows'}
    given = {"table": table, "order_by": "id", "order_direction": "DESC"}
    trigger = piece.triggers["new-row"]
    await trigger.on_enable(ctx, trigger.process(given, {}))
    assert await run_trigger(piece, "new-row", given, ctx) == []
    await query(postgres_port, 'INSERT INTO "new ""rows" (word) VALUES ($1), ($2)', "a", "b")
    assert await run_trigger(piece, "new-row", given, ctx) == [{"id": 2, "word": "a"}, {"id": 3, "word": "b"}]
    assert await run_trigger(piece, "new-row", given, ctx) == []
    offered = (await piece.options("new-row", "table", ctx, {"auth": {}}))["options"]
    assert offered["disabled"]
    offered = (await piece.options("new-row", "table", ctx, {"auth": "x"}))["options"]["options"]
    assert {"label": 'public.new "rows', "value": table} in offered
    offered = (await piece.options("new-row", "order_by", ctx, {"table": table}))["options"]["options"]
    assert [option["value"] for option in offered] == ["id", "word"]

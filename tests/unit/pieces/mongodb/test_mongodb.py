"""Against a stand-in that speaks the wire protocol and answers as the documentation says (mongodb.com/docs/manual/reference/command)."""

import gc
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from bson import Decimal128, ObjectId
from tests.unit.pieces.mongodb.stand_in import StandIn, playing
from tests.unit.pieces.servers import make_certificate

from piecework.pieces.mongodb import connecting, piece
from piecework.pieces.mongodb.connecting import connected
from piecework.sdk import AuthCheck, CustomAuthValue, Network, PieceError
from piecework.sdk.testing import TEST_SERVER, FakeContext, ScriptedHttp, run_action

ID = "65a000000000000000000001"
DONE = {"n": 1, "nModified": 1}


def cursor(*documents: dict[str, Any]) -> dict[str, Any]:
    return {"cursor": {"firstBatch": list(documents), "id": 0, "ns": "shop.orders"}}


def auth(port: int, **changes: Any) -> CustomAuthValue:
    return CustomAuthValue({"host": f"127.0.0.1:{port}", "username": "tester", "password": "s3cret", "database": "shop"} | changes)


async def run(action: str, answers: dict[str, Any], **given: Any) -> tuple[Any, list[dict[str, Any]]]:
    async with playing(StandIn(answers)) as server:
        context = FakeContext(auth=auth(server.port))
        return await run_action(piece, action, {"collection": "orders", **given}, context), server.asked


async def test_documents_are_found_and_become_json() -> None:
    found = {
        "_id": ObjectId(ID),
        "at": datetime(2026, 1, 31, 10, tzinfo=UTC),
        "price": Decimal128("1.50"),
        "bytes": b"hi",
        "in": [{"n": 2**60}],
    }
    output, asked = await run(
        "find_documents", {"find": cursor(found)}, query={"_id": {"$oid": ID}}, projection={"at": 1}, sort={"at": -1}, limit=5, skip=2
    )
    document = {"_id": ID, "at": "2026-01-31T10:00:00.000Z", "price": "1.50", "bytes": "aGk=", "in": [{"n": str(2**60)}]}
    assert output == {"documents": [document], "count": 1}
    assert asked == [
        {"find": "orders", "filter": {"_id": ObjectId(ID)}, "projection": {"at": 1}, "sort": {"at": -1}, "limit": 5, "skip": 2}
    ]


async def test_documents_are_added() -> None:
    output, asked = await run("insert_documents", {"insert": {"n": 1}}, documents={"_id": ID, "when": {"$date": "2026-01-31T10:00:00Z"}})
    assert output == {"acknowledged": True, "insertedId": ID}
    assert asked[0]["documents"] == [{"_id": ID, "when": datetime(2026, 1, 31, 10)}]
    output, _ = await run("insert_documents", {"insert": {"n": 2}}, documents=[{"_id": 1}, {"_id": 2}])
    assert output == {"insertedCount": 2, "insertedIds": {"0": 1, "1": 2}}
    assert (await run("insert_documents", {}, documents=[]))[0] == {"insertedCount": 0, "insertedIds": []}


async def test_documents_are_changed_and_deleted() -> None:
    change = {"filter": {"a": 1}, "update": {"$set": {"b": 2}}}
    output, asked = await run(
        "update_documents", {"update": {"n": 1, "nModified": 0, "upserted": [{"index": 0, "_id": 7}]}}, **change, upsert=True
    )
    assert output == {"matchedCount": 0, "modifiedCount": 0, "upsertedCount": 1, "upsertedId": 7}
    assert asked[0]["updates"] == [{"q": {"a": 1}, "u": {"$set": {"b": 2}}, "multi": True, "upsert": True}]
    output, _ = await run("find_and_update_documents", {"update": DONE, "find": cursor({"a": 1, "b": 2})}, **change)
    assert (output["modifiedCount"], output["documents"]) == (1, [{"a": 1, "b": 2}])
    output, asked = await run("delete_documents", {"delete": {"n": 3}}, filter={"a": 1})
    assert output == {"deletedCount": 3}
    assert asked[0]["deletes"] == [{"q": {"a": 1}, "limit": 0}]


@pytest.mark.parametrize(("wanted", "document"), [("before", {"_id": 1, "a": 1}), ("after", {"_id": 1, "a": 2})])
async def test_one_document_is_replaced(wanted: str, document: dict[str, Any]) -> None:
    answers = {"find": [cursor({"_id": 1, "a": 1}), cursor({"_id": 1, "a": 2})], "update": DONE}
    output, asked = await run("find_and_replace_documents", answers, filter={"a": 1}, replacement={"a": 2}, returnDocument=wanted)
    assert output == {"matchedCount": 1, "modifiedCount": 1, "upsertedId": None, "document": document}
    assert asked[1]["updates"] == [{"q": {"_id": 1}, "u": {"a": 2}, "multi": False, "upsert": False}]


async def test_a_pipeline() -> None:
    output, asked = await run("aggregate_documents", {"aggregate": cursor({"n": 3})}, pipeline=[{"$count": "n"}], database="other")
    assert output == {"result": [{"n": 3}], "count": 1}
    assert asked[0]["pipeline"] == [{"$count": "n"}]


@pytest.mark.parametrize(
    ("action", "given", "message"),
    [
        ("find_documents", {"query": [1]}, "query: "),
        ("find_documents", {"query": {"_id": {"$oid": "x"}}}, "query: "),
        ("aggregate_documents", {"pipeline": {}}, "pipeline: "),
        ("update_documents", {"filter": {}, "update": 1}, "update: "),
        ("update_documents", {"filter": {}, "update": {"a": 1}}, "MongoDB says|operators"),
        ("insert_documents", {"documents": [1]}, r"documents\.0: "),
    ],
)
async def test_what_is_refused(action: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises((PieceError, ValueError), match=message):
        await run(action, {}, **given)


async def test_what_the_server_refuses() -> None:
    with pytest.raises(PieceError, match="MongoDB says: no such thing"):
        await run("find_documents", {"find": {"ok": 0.0, "code": 2, "errmsg": "no such thing"}})


async def test_the_choice_of_collections() -> None:
    async with playing(StandIn({"listCollections": cursor({"name": "b"}, {"name": "a"})})) as server:
        offered = await piece.options("find_documents", "collection", FakeContext(auth=auth(server.port)), {})
    assert [option["value"] for option in offered["options"]["options"]] == ["a", "b"]


async def tried(**given: Any) -> str | None:
    return await piece.auths[0].check(AuthCheck(auth(1, **given), ScriptedHttp(), TEST_SERVER))


async def test_the_one_that_may_write_is_found() -> None:
    async with playing(StandIn({})) as primary:
        behind = {
            "isWritablePrimary": False,
            "secondary": True,
            "setName": "rs",
            "hosts": ["10.0.0.1:1"],
            "primary": f"127.0.0.1:{primary.port}",
        }
        async with playing(StandIn({}, behind)) as secondary:
            assert await tried(host=f"127.0.0.1:{secondary.port}") is None
        lost = {"isWritablePrimary": False, "secondary": True, "setName": "rs"}
        async with playing(StandIn({}, lost)) as alone:
            assert "may write" in (await tried(host=f"127.0.0.1:{alone.port}") or "")
            assert await tried(host=f"127.0.0.1:{alone.port},127.0.0.1:{primary.port}") is None
        assert "Authentication failed" in (await tried(host=f"127.0.0.1:{primary.port}", password="wr0ng") or "")


async def test_every_member_is_checked() -> None:
    class Guarded(Network):
        async def resolve(self, host: str, port: int) -> str:
            if host == "inside.test":
                raise PieceError(f"{host} is in the private network")
            return host

    behind = {"isWritablePrimary": False, "secondary": True, "setName": "rs", "primary": "inside.test:27017"}
    async with playing(StandIn({}, behind)) as secondary:
        with pytest.raises(PieceError, match="private network"):
            async with connected(Guarded(), auth(secondary.port)):
                pass


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the client leaves a socket behind that TLS refused
async def test_certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "SECONDS", 1)
    make_certificate(tmp_path / "crt", tmp_path / "key", "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "crt", tmp_path / "key")
    async with playing(StandIn({}), context) as server:
        trusted = {"tls": True, "certificate": (tmp_path / "crt").read_text()}
        assert await tried(host=f"localhost:{server.port}", **trusted) is None
        assert await tried(host=f"127.0.0.1:{server.port}", **trusted)
        assert await tried(host=f"localhost:{server.port}", tls=True)
    gc.collect()


async def test_hosts() -> None:
    assert "not a host and port" in (await tried(host="a:b") or "")
    assert "host: " in (await tried(host="/tmp/mongodb.sock") or "")
    assert "members" in (await tried(host="missing.invalid", useAtlasUrl=True) or "")

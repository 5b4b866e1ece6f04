from typing import Any

import orjson
import pytest

from piecework.pieces.graphql import piece
from piecework.sdk import HttpError, HttpFailed, PieceError
from piecework.sdk.testing import FakeContext, Reply, ScriptedHttp, run_action

FORM: dict[str, Any] = {
    "method": "POST", "url": "https://api.example/graphql", "queryParams": {"v": "1"}, "headers": {"Authorization": "Bearer x"},
    "query": "query($id: ID!) { item(id: $id) { name } }",
}  # fmt: skip


async def test_a_query_with_variables() -> None:
    http = ScriptedHttp(Reply(200, {"data": {"item": {"name": "A"}}}, {"content-type": "application/json"}))
    output = await run_action(piece, "send_request", {**FORM, "variables": {"id": 7}}, FakeContext(http=http))
    assert output["body"] == {"data": {"item": {"name": "A"}}}
    (call,) = http.calls
    assert (call.method, call.url, call.options["params"]) == ("POST", FORM["url"], {"v": "1"})
    assert call.options["headers"] == {"Content-Type": "application/json", "Authorization": "Bearer x"}
    assert orjson.loads(call.options["content"]) == {"query": FORM["query"], "variables": {"id": 7}}


async def test_failures() -> None:
    with pytest.raises(HttpFailed):
        await run_action(piece, "send_request", FORM, FakeContext(http=ScriptedHttp(Reply(500, "no"))))
    output = await run_action(piece, "send_request", {**FORM, "failsafe": True}, FakeContext(http=ScriptedHttp(Reply(500, "no"))))
    assert output["response"]["status"] == 500
    with pytest.raises(PieceError, match="cannot be reached"):
        await run_action(piece, "send_request", FORM, FakeContext(http=ScriptedHttp(HttpError("gone", reason="connection"))))
    with pytest.raises(PieceError, match="variables: "):
        await run_action(piece, "send_request", {**FORM, "variables": [1]}, FakeContext())


async def test_a_proxy() -> None:
    http = ScriptedHttp(Reply(200, {}))
    settings = {"proxy_host": "proxy.example", "proxy_port": 8080, "proxy_username": "a@b", "proxy_password": "p/w"}
    await run_action(piece, "send_request", {**FORM, "use_proxy": True, "proxy_settings": settings}, FakeContext(http=http))
    assert http.calls[0].options["proxy"] == "http://a%40b:p%2Fw@proxy.example:8080"
    fields = (await piece.options("send_request", "proxy_settings", None, {"use_proxy": True}))["options"]
    assert list(fields) == ["proxy_host", "proxy_port", "proxy_username", "proxy_password"]

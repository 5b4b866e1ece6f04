"""Send HTTP request: what is sent, what comes back, and every failure mode."""

import json
from typing import Any

import pytest

from piecework.pieces.http import piece
from piecework.sdk import HttpError, HttpFailed, InvalidInput, LoadedFile, PieceError, UploadedFile
from piecework.sdk.testing import FakeContext, MemoryFiles, Reply, ScriptedHttp, run_action

BASE = {"method": "GET", "url": "http://x.test/", "headers": {}, "queryParams": {}, "authType": "NONE", "authFields": {}, "body": {}}
CLOSED = HttpError("refused", reason="connection")


async def send(*replies: Reply | HttpError, files: MemoryFiles | None = None, **given: Any) -> tuple[Any, ScriptedHttp]:
    http = ScriptedHttp(*replies)
    return await run_action(piece, "send_request", {**BASE, **given}, FakeContext(http=http, files=files)), http


async def test_answer() -> None:
    output, http = await send(Reply(201, {"a": 1}, {"x-h": "v"}), queryParams={"q": "1"}, headers={"X-A": 1}, timeout="5")
    assert output == {"status": 201, "headers": {"x-h": "v"}, "body": {"a": 1}}
    assert http.calls[0].method == "GET"
    assert http.calls[0].options == {"headers": {"X-A": "1"}, "params": {"q": "1"}, "timeout": 5}


@pytest.mark.parametrize(("body", "shown"), [("", ""), ("plain", "plain"), ("[1]", [1]), ("{broken", "{broken")])
async def test_bodies_of_answers(body: str, shown: Any) -> None:
    assert (await send(Reply(200, body)))[0]["body"] == shown


async def test_binary_answer() -> None:
    assert (await send(Reply(200, b"\x00\xff"), response_is_binary=True))[0]["body"] == "AP8="


async def test_json_body() -> None:
    _, http = await send(Reply(), method="POST", body_type="json", body={"data": {"a": 1}})
    assert http.calls[0].options["content"] == b'{"a":1}'
    assert http.calls[0].options["headers"] == {"Content-Type": "application/json"}


async def test_json_body_as_text_and_own_content_type() -> None:
    _, http = await send(
        Reply(), method="POST", body_type="json", body={"data": '{"a": 1}'}, headers={"content-type": "application/ld+json"}
    )
    assert http.calls[0].options["content"] == '{"a": 1}'
    assert http.calls[0].options["headers"] == {"content-type": "application/ld+json"}


async def test_raw_body() -> None:
    _, http = await send(Reply(), method="POST", body_type="raw", body={"data": "<x/>"})
    assert http.calls[0].options["content"] == "<x/>"


async def test_form_data() -> None:
    parts = [
        {"fieldName": "t", "fieldType": "text", "textFieldValue": "v"},
        {"fieldName": "f", "fieldType": "file", "fileFieldValue": "https://x/a.txt"},
        {"fieldName": "empty", "fieldType": "text"},
        {"fieldName": "none", "fieldType": "file"},
    ]
    files = MemoryFiles({"https://x/a.txt": LoadedFile("a.txt", b"abc", "txt")})
    _, http = await send(
        Reply(), files=files, method="POST", body_type="form_data", body={"data": parts}, headers={"Content-Type": "multipart/form-data"}
    )
    assert http.calls[0].options["files"] == [UploadedFile("t", "", b"v", ""), UploadedFile("f", "a.txt", b"abc")]
    assert http.calls[0].options["headers"] == {}


async def test_authentication() -> None:
    _, http = await send(Reply(), authType="BASIC", authFields={"username": "u", "password": "p"})
    assert http.calls[0].options["auth"] == ("u", "p")
    _, http = await send(Reply(), authType="BEARER_TOKEN", authFields={"token": "t"})
    assert http.calls[0].options["headers"] == {"Authorization": "Bearer t"}


async def test_proxy() -> None:
    settings = {"proxy_host": "p.test", "proxy_port": 3128, "proxy_username": "u", "proxy_password": "p@"}
    _, http = await send(Reply(), use_proxy=True, proxy_settings=settings)
    assert http.calls[0].options["proxy"] == "http://u:p%40@p.test:3128"
    for broken in ({}, {"proxy_host": "p", "proxy_port": "x"}):
        with pytest.raises(PieceError, match="proxy"):
            await send(Reply(), use_proxy=True, proxy_settings=broken)


async def test_recorded_failure() -> None:
    with pytest.raises(HttpFailed) as failure:
        await send(CLOSED)
    assert str(failure.value) == '{\n  "response": {\n    "status": 500\n  },\n  "request": {}\n}'


async def test_a_refused_address_says_so() -> None:
    with pytest.raises(HttpFailed) as failure:
        await send(HttpError("x.test is in a private network", reason="blocked"))
    assert failure.value.detail == {"response": {"status": 500, "body": "x.test is in a private network"}, "request": {}}


async def test_a_failure_shows_both_bodies() -> None:
    with pytest.raises(HttpFailed) as failure:
        await send(Reply(404, {"no": 1}), method="POST", body_type="json", body={"data": {"a": 1}})
    assert json.loads(str(failure.value)) == {"response": {"status": 404, "body": {"no": 1}}, "request": {"body": {"a": 1}}}
    assert failure.value.status == 404


@pytest.mark.parametrize(
    ("mode", "statuses", "calls", "status"),
    [
        ("retry_all", [404, 500, 200], 3, 200),
        ("retry_5xx", [500, 500, 200], 3, 200),
        ("retry_5xx", [404], 1, 404),
        ("continue_all", [500], 1, 500),
        ("continue_4xx", [404], 1, 404),
        ("continue_4xx", [500, 200], 2, 200),
    ],
)
async def test_modes_that_go_on(mode: str, statuses: list[int], calls: int, status: int) -> None:
    output, http = await send(*(Reply(code, "x") for code in statuses), failureMode=mode)
    assert len(http.calls) == calls
    assert output["status"] == status if status == 200 else output == {"response": {"status": status, "body": "x"}, "request": {}}


@pytest.mark.parametrize(
    ("mode", "failures", "calls"),
    [
        ("retry_all", [CLOSED, Reply(404), Reply(404)], 3),
        ("retry_5xx", [CLOSED, CLOSED, Reply(503)], 3),
        ("retry_none", [Reply(500)], 1),
        ("continue_4xx", [Reply(500)] * 3, 3),
        ("continue_none", [Reply(404)], 1),
        (None, [Reply(404)], 1),
    ],
)
async def test_modes_that_stop(mode: str | None, failures: list[Any], calls: int) -> None:
    http = ScriptedHttp(*failures, Reply())
    with pytest.raises(HttpFailed):
        await run_action(piece, "send_request", {**BASE, "failureMode": mode}, FakeContext(http=http))
    assert len(http.calls) == calls


async def test_required() -> None:
    with pytest.raises(InvalidInput) as failure:
        await run_action(piece, "send_request", {})
    assert set(failure.value.as_wire()) == {"method", "url"}


@pytest.mark.parametrize(
    ("prop", "form_input", "names"),
    [
        ("body", {"body_type": "json"}, ["data"]),
        ("body", {"body_type": "none"}, []),
        ("body", {"body_type": "form_data"}, ["data"]),
        ("authFields", {"authType": "BASIC"}, ["username", "password"]),
        ("authFields", {"authType": "BEARER_TOKEN"}, ["token"]),
        ("proxy_settings", {"use_proxy": True}, ["proxy_host", "proxy_port", "proxy_username", "proxy_password"]),
        ("proxy_settings", {"use_proxy": False}, []),
    ],
)
async def test_options(prop: str, form_input: dict[str, Any], names: list[str]) -> None:
    assert list((await piece.options("send_request", prop, None, form_input))["options"]) == names

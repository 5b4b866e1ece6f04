"""Webhooks over HTTP: what was recorded, every kind of body, hostile ones, and what a caller of /sync is told."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from tests.e2e.flow_building import (
    Step,
    account_of,
    action,
    make_flow,
    mapping,
    only_run,
    operate,
    piece_trigger,
    respond,
    run_in,
    runs_of,
    webhook_trigger,
)
from tests.e2e.flow_documents import code
from tests.e2e.recordings import assert_as_recorded, recorded
from tests.e2e.server_process import Account, Server, StartServer

MIB = 1024 * 1024
JSON = {"content-type": "application/json"}
Hook = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def echo(owner: Account) -> dict[str, Any]:
    """A flow that answers with what its trigger got."""
    return make_flow(owner, webhook_trigger(), respond("answer", "{{trigger}}"))


@pytest.fixture
def hook(anonymous: httpx.Client, echo: dict[str, Any]) -> Hook:
    """Calls the echo and returns its answer."""

    def call(method: str = "POST", path: str = "/sync", **request: Any) -> httpx.Response:
        return anonymous.request(method, f"/webhooks/{echo['id']}{path}", **request)

    return call


def raw(server: Server, request: bytes, *, ends: bool = False) -> bytes:
    """Sends bytes, after which the sender `ends` or keeps listening, and returns what comes back until the server closes."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(request)
        if ends:
            connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


# As recorded


def test_calls_are_answered_as_recorded(owner: Account, anonymous: httpx.Client) -> None:
    payload = {"name": "Ada", "items": [1, 2, 3], "n": 7}
    flow = make_flow(owner, webhook_trigger(), respond("answer", {"n": "{{trigger['body']['items']}}"}))
    silent = make_flow(owner, webhook_trigger(), mapping("one", n=1))
    path, quiet = f"/webhooks/{flow['id']}", f"/webhooks/{silent['id']}"
    broken = {"content": b'{"a":', "headers": JSON}
    for what, response in {
        "async": anonymous.post(path, json=payload),
        "async, GET with a query": anonymous.get(f"{path}?a=1"),
        "unknown flow": anonymous.post(f"/webhooks/{'x' * 21}", json=payload),
        "draft": anonymous.post(f"{path}/draft", json=payload),
        "test": anonymous.post(f"{path}/test", json=payload),
        "text body, sync": anonymous.post(f"{quiet}/sync", content="plain words", headers={"content-type": "text/plain"}),
        "form, sync": anonymous.post(f"{quiet}/sync", data={"a": ["1", "2"], "b": "x"}),
        "broken JSON": anonymous.post(f"{path}/sync", **broken),
    }.items():
        assert_as_recorded_but_for_the_id(response, what)
    for what, suffix in (("sync", "/sync"), ("draft sync", "/draft/sync")):
        response = anonymous.post(path + suffix, json=payload)
        assert (response.status_code, response.json()) == (200, {"n": [1, 2, 3]}), what
        assert response.headers["content-type"] == "application/json; charset=utf-8"


def assert_as_recorded_but_for_the_id(response: httpx.Response, what: str) -> None:
    """The webhook id is new each time."""
    assert len(response.headers["x-webhook-id"]) == 21
    response.headers["x-webhook-id"] = recorded("webhooks", what)["response_headers"].get("x-webhook-id", "")
    assert_as_recorded(response, "webhooks", what)


def test_the_payload_has_the_recorded_keys(hook: Hook) -> None:
    body = {"name": "Ada", "items": [1, 2, 3], "n": 7}
    payload = hook(json=body, params={"q": "1"}).json()
    assert set(payload) == {"method", "headers", "body", "queryParams", "rawBody"}
    assert (payload["method"], payload["body"], payload["queryParams"]) == ("POST", body, {"q": "1"})
    assert payload["rawBody"] == '{"name":"Ada","items":[1,2,3],"n":7}'
    assert {"host", "accept", "content-length", "content-type", "user-agent"} <= set(payload["headers"])


# Methods


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"])
def test_methods(hook: Hook, method: str) -> None:
    response = hook(method)
    assert response.status_code == 200
    assert response.content == b"" if method == "HEAD" else response.json()["method"] == method


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PROPFIND"])
def test_other_methods(hook: Hook, method: str) -> None:
    response = hook(method)
    assert response.status_code == 405
    assert response.headers["allow"] == "DELETE, GET, HEAD, PATCH, POST, PUT"


def test_unknown_paths(hook: Hook) -> None:
    assert hook(path="/nope").status_code == 404
    assert hook(path="/sync/sync").status_code == 404
    assert hook(path="/sync/").status_code == 404


# Bodies


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("[]", []),
        ('"\\u0000"', "\0"),
        ("18446744073709551615", 2**64 - 1),
        (str(2**70), float(2**70)),
        ("1e-999", 0.0),
        ('{"":{"":1},"a":1,"a":2}', {"": {"": 1}, "a": 2}),
        ('"\\ud83d\\ude00é"', "😀é"),
        ("[" * 900 + "]" * 900, None),
    ],
    ids=lambda value: str(value)[:20],
)
def test_json_of_every_kind(hook: Hook, text: str, value: Any) -> None:
    response = hook(content=text.encode(), headers=JSON)
    assert response.status_code == 200, response.text
    payload = response.json()
    assert payload["rawBody"] == text
    if not text.startswith("[["):
        assert payload["body"] == value


@pytest.mark.parametrize(
    "content",
    [
        b"NaN",
        b"1e999",
        b"-Infinity",
        b"[" * 5000 + b"]" * 5000,
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
        b'"a\x00"',
        b"\xff\xfe",
        b'"\xed\xa0\x80"',
        b"{",
        b"\x00",
    ],
    ids=lambda content: repr(content[:12]),
)
def test_what_is_no_json(hook: Hook, content: bytes) -> None:
    response = hook(content=content, headers=JSON)
    assert (response.status_code, response.json()["error"]) == (400, "Bad Request"), response.text
    assert response.json()["message"]


def test_text(hook: Hook) -> None:
    for kind in ("text/plain", "text/csv", "application/xml", "text/plain; charset=latin-1"):
        payload = hook(content="wörd".encode("latin-1" if "latin" in kind else "utf-8"), headers={"content-type": kind}).json()
        assert (payload["body"], payload["rawBody"]) == ("wörd", "wörd"), kind
    for kind in ("text/plain; charset=klingon", "text/plain; charset=ascii", "text/plain; charset=base64", "text/plain; charset=idna"):
        assert hook(content="wörd".encode(), headers={"content-type": kind}).status_code == 400, kind


def test_forms(hook: Hook) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert hook(content=b"a=1&a=2&b=%C3%A9&c", headers=form).json()["body"] == {"a": ["1", "2"], "b": "é", "c": ""}
    assert hook(content=b"&".join(b"f%d=1" % number for number in range(100_000)), headers=form).status_code == 400
    assert hook(content=b"a=%zz&%=1&=&&", headers=form).json()["body"]["a"] == "%zz"
    assert hook(content=b"a=%ff", headers=form).json()["body"] == {"a": "\ufffd"}


def test_parts_become_files(hook: Hook) -> None:
    files = [("picture", ("a b.png", b"\x89PNG\xff", "image/png")), ("picture", ("c", b"", "text/plain"))]
    body = hook(files=files, data={"name": "Ada"}).json()["body"]
    assert body["name"] == "Ada"
    first = httpx.get(body["picture"][0], trust_env=False)
    assert (first.status_code, first.content) == (200, b"\x89PNG\xff")
    assert httpx.get(body["picture"][1], trust_env=False).content == b""


def test_bytes_become_a_file(hook: Hook) -> None:
    content = bytes(range(256)) * 100
    payload = hook(content=content, headers={"content-type": "application/pdf"}).json()
    assert payload["rawBody"] == ""
    assert httpx.get(payload["body"], trust_env=False).content == content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"--x",
        b"--x\r\n\r\n",
        b"--y\r\n\r\nz\r\n--y--",
        b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nendless',
        b"--x\r\nnonsense\r\n\r\na\r\n--x--",
    ],
    ids=repr,
)
def test_broken_multipart(hook: Hook, content: bytes) -> None:
    response = hook(content=content, headers={"content-type": "multipart/form-data; boundary=x"})
    assert response.status_code in (200, 400), response.text
    assert hook(content=b"--x", headers={"content-type": "multipart/form-data"}).status_code == 400


def test_a_thousand_parts(hook: Hook) -> None:
    body = hook(files=[(f"f{number}", (None, b"v")) for number in range(1000)]).json()["body"]
    assert len(body) == 1000
    assert hook(files=[(f"f{number}", ("n", b"v")) for number in range(1001)]).status_code == 400


# The transport


def test_headers(server: Server, echo: dict[str, Any]) -> None:
    path = f"/api/v1/webhooks/{echo['id']}/sync?a=%zz&b=%ff&a=2".encode()
    answer = raw(
        server,
        b"POST "
        + path
        + b" HTTP/1.1\r\nhost: x\r\nx-twice: 1\r\nx-twice: 2\r\nx-latin: \xe9\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    )
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), answer
    payload = json.loads(body)
    assert (payload["headers"]["x-twice"], payload["headers"]["x-latin"]) == ("1, 2", "é")
    assert payload["queryParams"] == {"a": ["%zz", "2"], "b": "\ufffd"}


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"content-length: -1", b""),
        (b"content-length: ten", b""),
        (b"content-length: 5\r\ncontent-length: 6", b"12345"),
        (b"transfer-encoding: chunked", b"zz\r\nabc\r\n0\r\n\r\n"),
        (b"content-length: 3\r\ntransfer-encoding: chunked", b"0\r\n\r\n"),
        (b"content-length: 100", b"short"),
    ],
)
def test_bodies_whose_length_is_wrong(server: Server, echo: dict[str, Any], anonymous: httpx.Client, head: bytes, body: bytes) -> None:
    path = f"/api/v1/webhooks/{echo['id']}".encode()
    answer = raw(server, b"POST " + path + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n" + head + b"\r\n\r\n" + body, ends=True)
    assert not answer.startswith(b"HTTP/1.1 5"), answer
    assert anonymous.get("/health").status_code == 200


def test_a_chunked_body(hook: Hook) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"a":'
        yield b"1}"

    assert hook(content=chunks(), headers=JSON).json()["body"] == {"a": 1}


def test_a_body_that_announces_too_much_is_refused_at_once(server: Server, echo: dict[str, Any]) -> None:
    address = urlsplit(server.url)
    head = f"POST /api/v1/webhooks/{echo['id']} HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: {100 * MIB}\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(head.encode() + b"a" * 1000)
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413"), answer


def test_a_body_that_turns_out_too_large(hook: Hook, anonymous: httpx.Client) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * MIB

    with suppress(httpx.TransportError):  # refused while we were still sending
        assert hook(content=chunks(), headers=JSON).status_code == 413
    assert anonymous.get("/health").status_code == 200


def test_hostile_paths(server: Server) -> None:
    for path in (b"%00", b"%ff", b"..%2f..", b"a" * 60_000, b"%zz", b"\xff"):
        answer = raw(server, b"POST /api/v1/webhooks/" + path + b" HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4")), (path[:20], answer[:200])


# Flows that do not answer


def test_disabled_and_deleted_flows(owner: Account, anonymous: httpx.Client) -> None:
    flow = make_flow(owner, webhook_trigger(), respond("answer", {"ok": True}))
    path = f"/webhooks/{flow['id']}"
    operate(owner, flow["id"], "CHANGE_STATUS", {"status": "DISABLED"})
    for suffix in ("", "/sync"):
        response = anonymous.post(path + suffix, json={})
        assert (response.status_code, response.json()) == (404, {})
    assert anonymous.post(f"{path}/draft/sync", json={}).json() == {"ok": True}
    assert owner.client.delete(f"/flows/{flow['id']}").status_code == 204
    for suffix in ("", "/sync", "/draft", "/draft/sync", "/test"):
        response = anonymous.post(path + suffix, json={})
        assert (response.status_code, response.json()) == (410, {})


def test_a_flow_that_fails(owner: Account, anonymous: httpx.Client) -> None:
    flow = make_flow(owner, webhook_trigger(), code("bad", "export const code = async () => { throw new Error('boom'); };"))
    response = anonymous.post(f"/webhooks/{flow['id']}/sync", json={})
    assert response.status_code == 500
    (run,) = runs_of(owner, flow["id"])
    message = "The flow has failed and there is no response returned"
    assert response.json() == {"message": message, "runId": run["id"], "status": "FAILED"}


def test_a_flow_without_a_response(owner: Account, anonymous: httpx.Client) -> None:
    flow = make_flow(owner, webhook_trigger(), mapping("one", n=1))
    response = anonymous.post(f"/webhooks/{flow['id']}/sync", json={})
    assert (response.status_code, response.content) == (204, b"")


def test_a_status_and_headers_of_ones_own(owner: Account, anonymous: httpx.Client) -> None:
    fields = {
        "status": 201,
        "headers": {"x-made": "yes", "content-length": "99", "x-bad\r\nx": "1", "x-split": "a\r\nx-injected: 1"},
        "body": {"made": 1},
    }
    answer = action("answer", "webhook", "0.1.33", "return_response", responseType="json", fields=fields, respond="stop")
    flow = make_flow(owner, webhook_trigger(), answer)
    response = anonymous.post(f"/webhooks/{flow['id']}/sync", json={})
    assert (response.status_code, response.json(), response.headers["x-made"]) == (201, {"made": 1}, "yes")
    assert "x-injected" not in response.headers


def test_a_flow_that_takes_too_long(start_server: StartServer) -> None:
    server = start_server(webhook_timeout_seconds=1, log_level="warn")
    for account in account_of(server):
        waiting: Step = action("wait", "delay", "0.3.27", "delayFor", unit="minutes", delayFor=15)
        flow = make_flow(account, webhook_trigger(), waiting)
        response = httpx.post(f"{server.url}/api/v1/webhooks/{flow['id']}/sync", json={}, trust_env=False, timeout=30)
        assert (response.status_code, response.json()) == (408, {})
        (run,) = runs_of(account, flow["id"])
        assert run_in(account, run["id"], "PAUSED")
    server.stop()


def test_credentials(owner: Account, anonymous: httpx.Client) -> None:
    trigger = piece_trigger("webhook", "0.1.33", "catch_webhook", authType="basic", authFields={"username": "ada", "password": "secret"})
    flow = make_flow(owner, trigger, respond("answer", {"ok": True}))
    path = f"/webhooks/{flow['id']}/sync"
    assert anonymous.post(path, auth=("ada", "secret")).json() == {"ok": True}
    for wrong in ({"auth": ("ada", "wrong")}, {}, {"headers": {"authorization": "Basic ///"}}, {"headers": {"authorization": "Basic"}}):
        assert anonymous.post(path, **wrong).status_code == 401, wrong


def test_a_parent_run_is_a_run_of_the_project_or_none(owner: Account, anonymous: httpx.Client) -> None:
    flow = make_flow(owner, webhook_trigger(), mapping("one", n=1))
    anonymous.post(f"/webhooks/{flow['id']}", json={})
    parent = only_run(owner, flow["id"])["id"]
    for named in (parent, "a" * 21, "nonsense", "b" * 5000):
        assert anonymous.post(f"/webhooks/{flow['id']}", json={}, headers={"ap-parent-run-id": named}).status_code == 200
    assert [run["parentRunId"] for run in runs_of(owner, flow["id"])] == [None, None, None, parent, None]

"""Whatever is sent, the answer is a well-formed 4xx and the server lives on."""

import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from tests.e2e.server_process import Account, Server

from piecework.server.api.web import web_app

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"\xff\xfe",
        b"{" * 5000,
        b"[" * 200_000,
        b'{"displayName": NaN}',
        b'{"displayName": "\\ud800", "projectId": "x"}',
        b'{"displayName": 1e999999}',
        b'{"displayName": "a\x00b"}',
        b"\x00",
    ],
    ids=repr,
)
def test_bodies_that_are_not_json(owner: Account, content: bytes) -> None:
    response = owner.client.post("/folders", content=content, headers=JSON)
    assert response.status_code == 400, response.text
    assert response.json()["error"] == "Bad Request"


def test_invalid_json_is_called_so(owner: Account) -> None:
    response = owner.client.post("/folders", content=b"{", headers=JSON)
    assert response.json() == {
        "statusCode": 400,
        "code": "FST_ERR_CTP_INVALID_JSON_BODY",
        "error": "Bad Request",
        "message": "Body is not valid JSON but content-type is set to 'application/json'",
    }


@pytest.mark.parametrize("content", [b"null", b"[]", b'"x"', b"5", b"true", b"{}", b"", b'{"displayName":{"a":[]},"projectId":[]}'])
def test_bodies_of_a_wrong_kind(owner: Account, content: bytes) -> None:
    response = owner.client.post("/folders", content=content, headers=JSON)
    assert response.status_code == 400
    assert response.json()["code"] == "FST_ERR_VALIDATION"


def test_names_with_nul(owner: Account) -> None:
    response = owner.client.post("/folders", json={"displayName": "a\0b", "projectId": owner.project_id})
    assert response.status_code == 400
    assert owner.client.get("/folders/a%00b").status_code == 400
    assert owner.client.get("/users?externalId=%00").status_code == 400
    cursor = "WyJuZXh0IiwiXHUwMDAwIiwiYSJd"  # ["next", "\u0000", "a"]
    assert owner.client.get("/users", params={"cursor": cursor}).status_code == 200


@pytest.mark.parametrize("limit", ["0", "-1", "10001", "1e3", "9" * 400, "", "NaN"])
def test_limits_that_are_none(owner: Account, limit: str) -> None:
    assert owner.client.get("/users", params={"limit": limit}).status_code == 400


def test_a_wrong_content_type(owner: Account) -> None:
    response = owner.client.post("/folders", content=b"displayName=x", headers={"content-type": "text/plain"})
    assert response.status_code == 400


def test_a_body_that_announces_too_much_is_refused_at_once(server: Server, owner: Account) -> None:
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(
            b"POST /api/v1/folders HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100000000\r\n\r\n{"
        )
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"FST_ERR_CTP_BODY_TOO_LARGE" in answer


def test_a_body_that_turns_out_too_large(owner: Account) -> None:
    def chunks() -> object:
        for _ in range(40):
            yield b" " * 1024 * 1024

    try:
        response = owner.client.post("/folders", content=chunks(), headers=JSON)
    except httpx.TransportError:
        return  # refused while we were still sending
    assert response.status_code == 413
    assert response.json() == {
        "statusCode": 413,
        "code": "FST_ERR_CTP_BODY_TOO_LARGE",
        "error": "Payload Too Large",
        "message": "Request body is too large",
    }


def test_a_method_that_a_route_does_not_know(owner: Account) -> None:
    response = owner.client.put("/folders", json={})
    assert response.status_code == 405
    assert response.json()["statusCode"] == 405
    assert response.headers["allow"]


def test_request_ids(anonymous: httpx.Client) -> None:
    assert anonymous.get("/health", headers={"x-request-id": "abc-1"}).headers["x-request-id"] == "abc-1"
    made = anonymous.get("/health", headers={"x-request-id": "a b\tc" * 100}).headers["x-request-id"]
    assert len(made) == 21


def test_the_page_and_its_files(server: Server) -> None:
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        page = client.get("/")
        assert page.status_code == 200
        assert "<pw-root>" in page.text
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert client.get("/flows/abc").text == page.text
        assert client.get("/favicon.svg").headers["content-type"] == "image/svg+xml"
        assert client.get("/missing.js").status_code == 404
        assert client.get("/../../api/app.py").status_code == 404
        assert client.get("/%2e%2e/app.py").status_code == 404
        assert client.get("/" + "a" * 5000).status_code == 200
        assert client.get("/api/v2/flows").json()["message"] == "Route not found"
        assert client.post("/", json={}).status_code == 404
        script = re.search(r'src="(main-\w+\.js)"', page.text)
        assert script
        for coding, expected in (("br, gzip", "br"), ("gzip", "gzip"), ("identity", None)):
            answer = client.get(f"/{script[1]}", headers={"accept-encoding": coding})
            assert answer.headers.get("content-encoding") == expected
            assert "immutable" in answer.headers["cache-control"]


async def test_a_server_without_the_application_says_what_is_missing(tmp_path: Path) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(web_app(tmp_path)), base_url="http://test") as client:
        answer = await client.get("/flows")
    assert answer.status_code == 503
    assert "make web" in answer.text

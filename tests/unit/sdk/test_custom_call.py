"""The Custom API Call that pieces for services share."""

import asyncio
from typing import Any

import pytest

from piecework.sdk import HttpFailed, Piece, PieceError, SecretTextAuth, SecretTextValue, UploadedFile, custom_api_call
from piecework.sdk.testing import FakeContext, Reply, ScriptedHttp, run_action

piece = Piece("service", display_name="Service", version="1.0.0", auth=SecretTextAuth())
custom_api_call(piece, lambda auth: "https://api.test/v2", lambda auth: {"Authorization": f"Bearer {auth.secret_text}"})


def call(http: ScriptedHttp, url: str, **given: Any) -> Any:
    context = FakeContext(http=http, auth=SecretTextValue("key"))
    return asyncio.run(run_action(piece, "custom_api_call", {"url": {"url": url}, "method": "POST", **given}, context))


@pytest.mark.parametrize("url", ["/items", "items", "https://api.test/v2/items"])
def test_a_path_or_a_whole_address(url: str) -> None:
    http = ScriptedHttp(Reply(201, {"id": 7}, {"etag": "x"}))
    output = call(http, url, headers={"authorization-of": "mine"}, queryParams={"a": "1"}, body={"name": "n"})
    assert output == {"status": 201, "headers": {"etag": "x"}, "body": {"id": 7}}
    assert http.calls[0].url == "https://api.test/v2/items"
    assert http.calls[0].options == {
        "headers": {"authorization-of": "mine", "Authorization": "Bearer key"},
        "params": {"a": "1"},
        "json": {"name": "n"},
    }


@pytest.mark.parametrize("url", ["https://evil.test/items", "http://api.test/v2/items", "https://api.test:444/"])
def test_credentials_go_nowhere_else(url: str) -> None:
    with pytest.raises(PieceError, match=r"not of api\.test"):
        call(ScriptedHttp(), url)


def test_an_error_fails_the_step_unless_it_is_wanted() -> None:
    with pytest.raises(HttpFailed, match="no such item"):
        call(ScriptedHttp(Reply(404, {"message": "no such item"})), "/items")
    assert call(ScriptedHttp(Reply(404, "gone")), "/items", failsafe=True) == {"status": 404, "headers": {}, "body": "gone"}


def test_the_form_proposes_the_address() -> None:
    def asked(auth: Any) -> Any:
        return asyncio.run(piece.options("custom_api_call", "url", FakeContext(auth=auth), {}))["options"]

    assert asked(SecretTextValue("key"))["url"]["defaultValue"] == "https://api.test/v2"
    assert asked(None) == {}


def test_bodies_of_newer_versions_of_the_wire() -> None:
    def sent(body_type: str, data: Any) -> dict[str, Any]:
        http = ScriptedHttp(Reply(200))
        call(http, "/items", body_type=body_type, body={"data": data})
        return {name: value for name, value in http.calls[0].options.items() if name != "headers"}

    assert sent("json", {"a": [1]}) == {"json": {"a": [1]}}
    assert sent("json", '{"a": 1}') == {"json": {"a": 1}}
    assert sent("raw", "a=b") == {"content": "a=b"}
    assert sent("none", {"a": 1}) == {}
    form = [
        {"fieldName": "t", "fieldType": "text", "textFieldValue": "x"},
        {"fieldName": "f", "fieldType": "file", "fileFieldValue": {"filename": "a.bin", "base64": "AP8="}},
        {"fieldName": "empty", "fieldType": "file"},
    ]
    assert sent("form_data", form) == {"files": [UploadedFile("t", "", b"x", ""), UploadedFile("f", "a.bin", b"\x00\xff")]}
    with pytest.raises(PieceError, match="body_type: "):
        sent("xml", "x")


def test_the_form_shows_the_body_of_the_chosen_type() -> None:
    def asked(prop: str, **form: Any) -> Any:
        return asyncio.run(piece.options("custom_api_call", prop, FakeContext(auth=SecretTextValue("key")), form))["options"]

    assert [option["value"] for option in asked("body_type", method="POST")["options"]] == ["none", "json", "form_data", "raw"]
    assert asked("body_type", method="GET")["disabled"] is True
    assert asked("body", method="POST", body_type="form_data")["data"]["type"] == "ARRAY"
    assert asked("body", method="GET", body_type="json") == {}


def test_redirects_are_followed_within_the_service() -> None:
    http = ScriptedHttp(Reply(303, headers={"location": "/v2/items/7"}), Reply(200, {"id": 7}))
    assert call(http, "/items", followRedirects=True, body={"n": 1})["body"] == {"id": 7}
    assert (http.calls[1].method, http.calls[1].url) == ("GET", "https://api.test/v2/items/7")
    assert "json" not in http.calls[1].options
    with pytest.raises(PieceError, match=r"not of api\.test"):
        call(ScriptedHttp(Reply(302, headers={"location": "https://evil.test/"})), "/items", followRedirects=True)
    assert call(ScriptedHttp(Reply(302, headers={"location": "https://evil.test/"})), "/items")["status"] == 302


def test_a_binary_answer_becomes_a_file() -> None:
    output = call(ScriptedHttp(Reply(200, b"%PDF", {"content-type": "application/pdf"})), "/items", response_is_binary=True)
    assert output["body"] == "https://files.test/1/output.pdf"

"""The Custom API Call that pieces for services share."""

import asyncio
from typing import Any

import pytest

from piecework.sdk import HttpFailed, Piece, PieceError, SecretTextAuth, SecretTextValue, custom_api_call
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

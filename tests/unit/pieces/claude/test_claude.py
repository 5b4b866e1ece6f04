"""Anthropic Claude, against exchanges written from its API reference (docs.anthropic.com/en/api)."""

from typing import Any

import pytest
from tests.unit.pieces.recorded import Exchange, act, choose, exchange

from piecework.pieces.claude import piece
from piecework.sdk import LoadedFile, PieceError
from piecework.sdk.testing import MemoryFiles

API = "https://api.anthropic.com/v1"
KEY = {"x-api-key": "key", "anthropic-version": "2023-06-01"}
MODEL = "claude-sonnet-4-5"


def answered(body: Any, *texts: str, thinking: bool = False) -> Exchange:
    blocks = [{"type": "thinking", "thinking": "…", "signature": "x"}] if thinking else []
    answer = {
        "id": "msg_1",
        "role": "assistant",
        "content": [*blocks, *({"type": "text", "text": text} for text in texts)],
        "stop_reason": "end_turn",
    }
    return exchange("POST", f"{API}/messages", answer, headers=KEY, json=body)


def question(*more: Any) -> list[Any]:
    return [{"role": "user", "content": [{"type": "text", "text": "2+2"}, *more]}]


def test_asking() -> None:
    body = {"model": MODEL, "max_tokens": 50, "messages": question(), "system": "You're a helpful assistant.", "temperature": 0}
    assert act(piece, "ask_claude", {"model": MODEL, "prompt": "2+2", "temperature": 0, "maxTokens": 50}, answered(body, " 4 ")) == "4"


def test_a_picture_and_what_follows() -> None:
    files = MemoryFiles(
        {"https://files.test/a.png": LoadedFile("a.png", b"png", "png"), "https://files.test/a.pdf": LoadedFile("a.pdf", b"%", "pdf")}
    )
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "cG5n"}}
    following = [{"role": "assistant", "content": "It is"}]
    body = {"model": MODEL, "max_tokens": 1000, "messages": [*question(picture), *following], "system": "Be brief."}
    given = {"model": MODEL, "prompt": "2+2", "systemPrompt": "Be brief.", "image": "https://files.test/a.png", "roles": following}
    assert act(piece, "ask_claude", given, answered(body, "4"), files=files) == "4"
    with pytest.raises(PieceError, match="not application/pdf"):
        act(piece, "ask_claude", {**given, "image": "https://files.test/a.pdf"}, files=files)
    with pytest.raises(PieceError, match="user or assistant"):
        act(piece, "ask_claude", {"model": MODEL, "prompt": "p", "roles": [{"role": "system"}]})


def test_thinking_has_room() -> None:
    body = {
        "model": MODEL, "max_tokens": 3000, "messages": question(), "system": "You're a helpful assistant.",
        "thinking": {"type": "enabled", "budget_tokens": 2000},
    }  # fmt: skip
    given = {"model": MODEL, "prompt": "2+2", "temperature": 0.5, "thinkingMode": True, "thinkingModeParams": {"budgetTokens": 2000}}
    assert act(piece, "ask_claude", given, answered(body, "4", thinking=True)) == "4"


def test_counting() -> None:
    body = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}]}
    asked = exchange("POST", f"{API}/messages/count_tokens", {"input_tokens": 8}, json=body)
    assert act(piece, "count_tokens", {"model": MODEL, "prompt": "hi"}, asked) == {"input_tokens": 8}


def test_choices() -> None:
    asked = exchange("GET", f"{API}/models", {"data": [{"id": MODEL, "display_name": "Claude Sonnet 4.5"}]}, params={"limit": 1000})
    assert choose(piece, "ask_claude", "model", asked)["options"] == [{"label": "Claude Sonnet 4.5", "value": MODEL}]
    refused = exchange("GET", f"{API}/models", {"type": "error"}, 401, params={"limit": 1000})
    assert choose(piece, "ask_claude", "model", refused)["placeholder"] == "The models cannot be listed (status 401)"
    assert set(choose(piece, "ask_claude", "thinkingModeParams", thinkingMode=True)) == {"budgetTokens"}
    assert choose(piece, "ask_claude", "thinkingModeParams") == {}

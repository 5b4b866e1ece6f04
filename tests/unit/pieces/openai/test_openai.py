"""OpenAI, against exchanges written from its API reference (platform.openai.com/docs/api-reference)."""

import asyncio
from typing import Any

import pytest
from tests.unit.pieces import recorded
from tests.unit.pieces.recorded import Exchange

from piecework.pieces.openai import piece
from piecework.sdk import AuthCheck, CustomAuthValue, HttpFailed, PieceError, SecretTextValue, StoreScope
from piecework.sdk.recording import RecordedHttp
from piecework.sdk.testing import TEST_SERVER, MemoryStore

OWN = CustomAuthValue({"apiKey": "key", "baseUrl": "http://models.test/v1/"})
OPENAI = SecretTextValue("key")
BEARER = {"Authorization": "Bearer key"}


def completion(content: str | None, **message: Any) -> dict[str, Any]:
    said = {"role": "assistant", "content": content, **message}
    return {"id": "chatcmpl-1", "object": "chat.completion", "choices": [{"index": 0, "message": said}]}


def exchange(method: str, url: str, body: Any, status: int = 200, **sent: Any) -> Exchange:
    return recorded.exchange(method, url, body, status, headers=BEARER, **sent)


def act(name: str, given: dict[str, Any], *exchanges: Exchange, auth: Any = OWN, store: MemoryStore | None = None) -> Any:
    return recorded.act(piece, name, given, *exchanges, auth=auth, store=store)


def test_asking_remembers_what_was_said() -> None:
    store = MemoryStore(
        {(StoreScope.PROJECT, "chat"): [{"role": "user", "content": "I am Ada"}, {"role": "assistant", "content": "Hello"}]}
    )
    messages = [
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "user", "content": "I am Ada"},
        {"role": "assistant", "content": "Hello"},
        {"role": "user", "content": "Who am I?"},
    ]
    body = {
        "model": "gpt-4o-mini", "messages": messages, "max_tokens": 2048, "temperature": 0.9, "top_p": 1, "frequency_penalty": 0,
        "presence_penalty": 0.6,
    }  # fmt: skip
    asked = exchange("POST", "http://models.test/v1/chat/completions", completion("Ada"), json=body)
    given = {"model": "gpt-4o-mini", "prompt": "Who am I?", "memoryKey": "chat"}
    assert act("ask_chatgpt", given, asked, store=store) == "Ada"
    assert store.values[StoreScope.PROJECT, "chat"] == [*messages[1:], {"role": "assistant", "content": "Ada"}]


def test_reasoning_models_take_other_parameters() -> None:
    body = {"model": "gpt-5-mini", "messages": [{"role": "user", "content": "2+2"}], "max_completion_tokens": 2048}
    asked = exchange("POST", "https://api.openai.com/v1/chat/completions", completion("4"), json=body)
    assert act("ask_chatgpt", {"model": "gpt-5-mini", "prompt": "2+2", "roles": []}, asked, auth=OPENAI) == "4"


def test_a_long_memory_is_cut_at_its_old_end() -> None:
    old = [{"role": "user", "content": "x" * 60_000}, {"role": "assistant", "content": "y" * 60_000}]
    store = MemoryStore({(StoreScope.PROJECT, "chat"): old})
    asked = {
        "request": {"method": "POST", "url": "http://models.test/v1/chat/completions", "json": "REDACTED"},
        "response": {"status": 200, "body": completion("short")},
    }
    act("ask_chatgpt", {"model": "m", "prompt": "now", "memoryKey": "chat"}, asked, store=store)
    assert [message["content"][:5] for message in store.values[StoreScope.PROJECT, "chat"]] == ["yyyyy", "now", "short"]


def test_wrong_roles_are_refused() -> None:
    with pytest.raises(PieceError, match="one of system"):
        act("ask_chatgpt", {"model": "m", "prompt": "p", "roles": [{"role": "king", "content": "x"}]})


def test_structured_data() -> None:
    calls = [{"id": "call_1", "type": "function", "function": {"name": "extract_structured_data", "arguments": '{"total": 12.5}'}}]
    fields = [{"propName": "total", "propDataType": "number", "propIsRequired": True}]
    asked = {
        "request": {"method": "POST", "url": "http://models.test/v1/chat/completions", "json": "REDACTED"},
        "response": {"status": 200, "body": completion(None, tool_calls=calls)},
    }
    given = {"model": "m", "text": "Total: 12.50", "prompt": "The total", "params": fields}
    assert act("extract-structured-data", given, asked) == {"total": 12.5}


def test_no_structured_data() -> None:
    asked = {
        "request": {"method": "POST", "url": "http://models.test/v1/chat/completions", "json": "REDACTED"},
        "response": {"status": 200, "body": completion("nothing there")},
    }
    with pytest.raises(PieceError, match="found no such data"):
        act(
            "extract-structured-data",
            {"model": "m", "text": "-", "prompt": "-", "params": [{"propName": "a", "propDataType": "string", "propIsRequired": False}]},
            asked,
        )


def test_embedding() -> None:
    answer = {"object": "list", "model": "nomic-embed-text", "data": [{"index": 0, "embedding": [0.5, -1]}], "usage": {"total_tokens": 2}}
    asked = exchange("POST", "http://models.test/v1/embeddings", answer, json={"model": "nomic-embed-text", "input": "hi", "dimensions": 2})
    output = act("create_embedding", {"model": "nomic-embed-text", "input": "hi", "dimensions": 2}, asked)
    assert output == {"model": "nomic-embed-text", "embedding": [0.5, -1], "data": answer["data"], "usage": {"total_tokens": 2}}


def test_moderation() -> None:
    answer = {
        "id": "modr-1",
        "model": "omni",
        "results": [{"flagged": True, "categories": {"hate": True}, "category_scores": {"hate": 0.9}}],
    }
    asked = exchange("POST", "https://api.openai.com/v1/moderations", answer, json={"model": "omni-moderation-latest", "input": "…"})
    assert act("classify_text", {"model": "omni-moderation-latest", "input": "…"}, asked, auth=OPENAI)["flagged"] is True


MODELS = {"object": "list", "data": [{"id": "gpt-4o", "created": 1, "owned_by": "openai"}, {"id": "text-embedding-3-small"}]}


def test_models() -> None:
    asked = exchange("GET", "http://models.test/v1/models", MODELS)
    assert act("list_models", {"contains": "GPT"}, asked) == {"count": 1, "models": [{"id": "gpt-4o", "created": 1, "owned_by": "openai"}]}


def choices(action: str, auth: Any, *exchanges: Exchange) -> Any:
    return recorded.choose(piece, action, "model", *exchanges, auth=auth)


def test_choices_of_models() -> None:
    asked = exchange("GET", "http://models.test/v1/models", MODELS)
    assert choices("ask_chatgpt", OWN, asked)["options"] == [{"label": "gpt-4o", "value": "gpt-4o"}]
    assert choices("create_embedding", OWN, asked)["options"] == [{"label": "text-embedding-3-small", "value": "text-embedding-3-small"}]
    assert choices("ask_chatgpt", None) == {"disabled": True, "options": [], "placeholder": "Choose a connection first"}
    refused = exchange("GET", "http://models.test/v1/models", {"error": {"message": "no"}}, 401)
    assert choices("ask_chatgpt", OWN, refused)["placeholder"] == "The models cannot be listed (status 401)"


def test_an_error_shows_what_the_service_said() -> None:
    refused = exchange(
        "POST", "http://models.test/v1/moderations", {"error": {"message": "unknown model"}}, 404, json={"model": "m", "input": "x"}
    )
    with pytest.raises(HttpFailed, match="unknown model"):
        act("classify_text", {"model": "m", "input": "x"}, refused)


@pytest.mark.parametrize(("status", "said"), [(200, None), (401, "does not know this API key"), (404, "No API answers")])
def test_a_connection_is_tried(status: int, said: str | None) -> None:
    asked = exchange("GET", "http://models.test/v1/models", {}, status)
    problem = asyncio.run(piece.auths[0].check(AuthCheck(OWN, RecordedHttp([asked]), TEST_SERVER)))
    assert (problem is None) if said is None else (said in str(problem))

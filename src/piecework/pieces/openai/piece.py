"""OpenAI: chat, embeddings and moderation of OpenAI, or of any server that speaks its API (Ollama, vLLM, LM Studio and others)."""

from typing import Any

from piecework.sdk import (
    AuthCheck,
    CustomAuth,
    CustomAuthValue,
    Piece,
    PieceCategory,
    SecretText,
    SecretTextAuth,
    ShortText,
    custom_api_call,
)

OPENAI = "https://api.openai.com/v1"


def base_url(auth: Any) -> str:
    """Where the API of a connection is."""
    address = auth.get("baseUrl") if isinstance(auth, CustomAuthValue) else None
    return (address or OPENAI).rstrip("/")


def headers(auth: Any) -> dict[str, str]:
    """The header that carries a connection's key."""
    key = auth["apiKey"] if isinstance(auth, CustomAuthValue) else auth.secret_text
    return {"Authorization": f"Bearer {key}"}


async def try_key(check: AuthCheck) -> str | None:
    """Tried before a connection is saved."""
    answer = await check.http.request("GET", f"{base_url(check.auth)}/models", headers=headers(check.auth))
    if answer.status == 401:
        return "The service does not know this API key"
    return None if answer.status == 200 else f"No API answers under this base URL: {base_url(check.auth)}/models says {answer.status}"


piece = Piece(
    "openai",
    display_name="OpenAI",
    version="0.7.0",
    versions=">=0.3.0,<1.0.0",
    description="Ask language models and compute embeddings: at OpenAI, or at any server with the same API, also one of your own.",
    categories=[PieceCategory.ARTIFICIAL_INTELLIGENCE],
    auth=[
        CustomAuth(
            "OpenAI or a compatible server",
            "The API key is made at https://platform.openai.com/api-keys. A server of your own that wants no key takes any text.",
            fields={
                "apiKey": SecretText("API Key", required=True),
                "baseUrl": ShortText("Base URL", f"Where the API is, such as `http://localhost:11434/v1`. Empty: {OPENAI}."),
            },
            validate=try_key,
        ),
        SecretTextAuth("API Key of OpenAI", "Made at https://platform.openai.com/api-keys.", validate=try_key),
    ],
    tested_against="recordings",
)

custom_api_call(piece, base_url, headers)

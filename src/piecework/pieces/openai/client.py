"""Calls of the API (platform.openai.com/docs/api-reference), and the choice of a model."""

from typing import Annotated, Any

from piecework.pieces.openai.piece import base_url, headers
from piecework.sdk import ActionContext, Dropdown, DropdownState, HttpFailed, Option, TypedDict

_NO_CHAT = (
    "embedding",
    "whisper",
    "tts-",
    "dall-e",
    "gpt-image",
    "moderation",
    "davinci-002",
    "babbage-002",
    "sora",
    "realtime",
    "transcribe",
)
_REASONING = ("o1", "o3", "o4", "gpt-5")
"""Their models take ``max_completion_tokens`` instead of ``max_tokens``, and no sampling parameters."""


class Model(TypedDict):
    """One entry of the list of models."""

    id: str
    created: int
    owned_by: str


async def models(ctx: ActionContext) -> list[dict[str, Any]]:
    """All models of the connection's account or server."""
    answer = await ctx.http.get(f"{base_url(ctx.auth)}/models", headers=headers(ctx.auth), into=dict[str, Any])
    return list(answer.get("data") or ())


async def chat_models(ctx: ActionContext) -> DropdownState:
    """The models that one can talk to, by name."""
    try:
        found = sorted(str(model["id"]) for model in await models(ctx))
    except HttpFailed as error:
        return DropdownState(disabled=True, placeholder=f"The models cannot be listed (status {error.status})")
    return DropdownState([Option(name, name) for name in found if not any(part in name for part in _NO_CHAT)])


ChatModel = Annotated[str, Dropdown("Model", "The model that answers.", options=chat_models, default="gpt-4o-mini")]


def takes_sampling(model: str) -> bool:
    """Whether a model takes ``max_tokens``, a temperature and penalties."""
    return not model.startswith(_REASONING)


async def post(ctx: ActionContext, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Call ``path`` and give its answer. Raises HttpFailed."""
    return await ctx.http.post(f"{base_url(ctx.auth)}{path}", headers=headers(ctx.auth), json=body, timeout=600, into=dict[str, Any])

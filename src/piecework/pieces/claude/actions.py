"""Messages (docs.anthropic.com/en/api/messages)."""

import base64
from collections.abc import Mapping
from mimetypes import guess_type
from typing import Annotated, Any, cast

from piecework.pieces.claude.piece import API, headers, piece
from piecework.sdk import (
    ActionContext,
    Checkbox,
    Dropdown,
    DropdownState,
    DynamicProperties,
    File,
    HttpFailed,
    Json,
    LoadedFile,
    LongText,
    Number,
    Option,
    PieceError,
    Property,
)

THINKING = 1024
"""Tokens: the least that a model may think (docs.anthropic.com/en/docs/build-with-claude/extended-thinking)."""

ANSWER = 1000
PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")


async def models(ctx: ActionContext) -> DropdownState:
    """The models of the account, the newest first."""
    try:
        found = await ctx.http.get(f"{API}/models", headers=headers(ctx.auth), params={"limit": 1000}, into=dict[str, Any])
    except HttpFailed as error:
        return DropdownState(disabled=True, placeholder=f"The models cannot be listed (status {error.status})")
    return DropdownState([Option(model.get("display_name") or model["id"], model["id"]) for model in found["data"]])


Model = Annotated[str, Dropdown("Model", "The model that answers.", options=models)]


def thinking_fields(thinkingMode: Any) -> Mapping[str, Property]:
    """How much a model may think."""
    if not thinkingMode:
        return {}
    return {"budgetTokens": Number("Budget Tokens", "Less than the maximum of tokens.", required=True, default=THINKING, minimum=THINKING)}


@piece.action(name="ask_claude", display_name="Ask Claude")
async def ask_claude(
    ctx: ActionContext,
    model: Model,
    prompt: Annotated[str, LongText("Question")],
    systemPrompt: Annotated[str | None, LongText("System Prompt", "Who Claude is and how to answer.")] = "You're a helpful assistant.",
    temperature: Annotated[
        float | None, Number("Temperature", "0 is sober, 1 is inventive. Empty: the model's own.", minimum=0, maximum=1)
    ] = None,
    maxTokens: Annotated[int | None, Number("Maximum Tokens", "The longest answer; a token is about four letters.", minimum=1)] = ANSWER,
    image: Annotated[LoadedFile | None, File("Image (URL)", "A picture that the question is about.")] = None,
    roles: Annotated[Any, Json("Roles", "Messages that follow the question, each with a role (user, assistant) and a content.")] = (),
    thinkingMode: Annotated[bool, Checkbox("Extended Thinking Mode", "Let the model think first.")] = False,
    thinkingModeParams: Annotated[dict[str, Any] | None, DynamicProperties("Thinking", form=thinking_fields)] = None,
) -> str:
    """Ask Claude. The output is the text of the answer."""
    question = [{"type": "text", "text": prompt}, *([_picture(image)] if image else [])]
    body: dict[str, Any] = {
        "model": model,
        "max_tokens": maxTokens or ANSWER,
        "messages": [{"role": "user", "content": question}, *_following(roles)],
    }
    if systemPrompt:
        body["system"] = systemPrompt
    if thinkingMode:
        budget = int((thinkingModeParams or {}).get("budgetTokens") or THINKING)
        body |= {"thinking": {"type": "enabled", "budget_tokens": budget}, "max_tokens": max(body["max_tokens"], budget + ANSWER)}
    elif temperature is not None:
        body["temperature"] = temperature
    answer = await ask(ctx, body)
    return "\n".join(str(block["text"]) for block in answer["content"] if block["type"] == "text").strip()


@piece.action(name="count_tokens", display_name="Count Tokens")
async def count_tokens(ctx: ActionContext, model: Model, prompt: Annotated[str, LongText("Text")]) -> dict[str, Any]:
    """Count the tokens of a text for a model."""
    body = {"model": model, "messages": [{"role": "user", "content": prompt}]}
    return await ctx.http.post(f"{API}/messages/count_tokens", headers=headers(ctx.auth), json=body, into=dict[str, Any])


async def ask(ctx: ActionContext, body: dict[str, Any]) -> dict[str, Any]:
    """An answer. Raises HttpFailed."""
    return await ctx.http.post(f"{API}/messages", headers=headers(ctx.auth), json=body, timeout=600, into=dict[str, Any])


def _picture(file: LoadedFile) -> dict[str, Any]:
    media_type = guess_type(file.filename)[0] or f"image/{file.extension or 'jpeg'}"
    if media_type not in PICTURES:
        raise PieceError(f"Claude reads JPEG, PNG, GIF and WebP, not {media_type}")
    return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": base64.b64encode(file.data).decode()}}


def _following(roles: Any) -> list[dict[str, Any]]:
    if roles in (None, ""):
        return []
    if not isinstance(roles, list | tuple):
        raise PieceError("Roles must be a list of messages")
    messages = cast("list[Any] | tuple[Any, ...]", roles)
    for message in messages:
        if not isinstance(message, dict) or cast("dict[str, Any]", message).get("role") not in ("user", "assistant"):
            raise PieceError("Each of the roles needs a role, which is user or assistant, and a content")
    return list(messages)

"""Asking a model, with or without a memory of what was said before."""

from typing import Annotated, Any, cast

from piecework.pieces.openai.client import ChatModel, post, takes_sampling
from piecework.pieces.openai.piece import piece
from piecework.sdk import ActionContext, Json, LongText, Number, PieceError, ShortText, StoreScope, given

REMEMBERED = 100_000
"""Characters of a conversation that are kept, about a fifth of what common models take at once."""

ROLES = ("system", "developer", "user", "assistant")
Message = dict[str, Any]


@piece.action(name="ask_chatgpt", display_name="Ask ChatGPT")
async def ask_chatgpt(
    ctx: ActionContext,
    model: ChatModel,
    prompt: Annotated[str, LongText("Question")],
    temperature: Annotated[float | None, Number("Temperature", "0 is sober, higher is more inventive.", minimum=0, maximum=2)] = 0.9,
    maxTokens: Annotated[int, Number("Maximum Tokens", "The longest answer; a token is about four letters.", minimum=1)] = 2048,
    topP: Annotated[float | None, Number("Top P", "Choose among the likeliest words only.", minimum=0, maximum=1)] = 1,
    frequencyPenalty: Annotated[float | None, Number("Frequency penalty", "Above 0: repeats itself less.")] = 0,
    presencePenalty: Annotated[float | None, Number("Presence penalty", "Above 0: more readily changes the subject.")] = 0.6,
    memoryKey: Annotated[
        str | None,
        ShortText("Memory Key", "Questions and answers are kept under this name for all flows of the project. Empty: no memory."),
    ] = None,
    roles: Annotated[Any, Json("Roles", "Messages that come first, such as the instructions of the system.")] = (
        {"role": "system", "content": "You are a helpful assistant."},
    ),
) -> str | None:
    """Ask a language model. The output is the text of its answer."""
    history: list[Message] = (await ctx.store.get(memoryKey, StoreScope.PROJECT)) or [] if memoryKey else []
    history = [*history, {"role": "user", "content": prompt}]
    body: dict[str, Any] = {"model": model, "messages": [*_opening(roles), *history]}
    if takes_sampling(model):
        body |= given(
            max_tokens=maxTokens,
            temperature=temperature,
            top_p=topP,
            frequency_penalty=frequencyPenalty,
            presence_penalty=presencePenalty,
        )
    else:
        body["max_completion_tokens"] = maxTokens
    answer = reply(await post(ctx, "/chat/completions", body))
    if memoryKey:
        kept = _shortened([*history, {"role": "assistant", "content": answer.get("content")}])
        await ctx.store.put(memoryKey, kept, StoreScope.PROJECT)
    return answer.get("content")


def reply(completion: dict[str, Any]) -> Message:
    """The message of a completion. Raises PieceError if there is none."""
    choices = completion.get("choices")
    if not choices:
        raise PieceError("The service answered without a message")
    return choices[0]["message"]


def _opening(roles: Any) -> list[Message]:
    if roles in (None, ""):
        return []
    if not isinstance(roles, list | tuple):
        raise PieceError('Roles must be a list such as [{"role": "system", "content": "You are brief."}]')
    messages = cast("list[Any] | tuple[Any, ...]", roles)
    for message in messages:
        if not isinstance(message, dict) or cast("Message", message).get("role") not in ROLES:
            raise PieceError(f"Each of the roles needs a role, which is one of {', '.join(ROLES)}, and a content")
    return [{"role": message["role"], "content": message.get("content")} for message in messages]


def _shortened(history: list[Message]) -> list[Message]:
    """The newest messages that are no longer than REMEMBERED together, at least the last question and its answer."""
    kept, length = 0, 0
    for message in reversed(history):
        length += len(str(message.get("content") or ""))
        if length > REMEMBERED and kept >= 2:
            break
        kept += 1
    return history[-kept:]

"""What models make of a text besides answering it: vectors, and a judgement of its harm."""

from typing import Annotated, Any

from piecework.pieces.openai.client import Model, models, post
from piecework.pieces.openai.piece import piece
from piecework.sdk import ActionContext, Dropdown, DropdownState, HttpFailed, LongText, Number, Option, ShortText, TypedDict, given

EMBEDDING_MODELS = ("text-embedding-3-small", "text-embedding-3-large", "text-embedding-ada-002")
MODERATION_MODELS = ("omni-moderation-latest", "text-moderation-latest", "text-moderation-stable")


async def embedding_models(ctx: ActionContext) -> DropdownState:
    """The models with "embed" in their names, else OpenAI's: servers of one's own have others."""
    try:
        found = sorted(str(model["id"]) for model in await models(ctx) if "embed" in str(model["id"]))
    except HttpFailed:
        found = []
    return DropdownState([Option(name, name) for name in found or EMBEDDING_MODELS])


def moderation_models() -> dict[str, str]:
    """OpenAI's models for moderation."""
    return {name: name for name in MODERATION_MODELS}


class Embedding(TypedDict):
    """A vector, and what it cost. ``data`` is the list of vectors as the service gives it."""

    model: str
    embedding: list[float]
    data: list[dict[str, Any]]
    usage: dict[str, Any] | None


class Judgement(TypedDict):
    """``flagged``: whether any of the categories is."""

    flagged: bool
    categories: dict[str, Any]
    category_scores: dict[str, Any]
    model: str
    id: str


class ModelList(TypedDict):
    """Models, counted."""

    count: int
    models: list[Model]


@piece.action(name="create_embedding", display_name="Create Embedding")
async def create_embedding(
    ctx: ActionContext,
    model: Annotated[str, Dropdown("Model", options=embedding_models, default=EMBEDDING_MODELS[0])],
    input: Annotated[str, LongText("Text", "The text that becomes a vector.")],
    dimensions: Annotated[
        int | None, Number("Vector Dimensions", "Length of the vector, where the model can shorten it.", minimum=1)
    ] = None,
    user: Annotated[str | None, ShortText("User ID", "Your own id for the person who caused the call.")] = None,
) -> Embedding:
    """Turn a text into a vector, for semantic search or clustering."""
    shortens = not model.startswith("text-embedding-ada")
    answer = await post(ctx, "/embeddings", given(model=model, input=input, dimensions=dimensions if shortens else None, user=user))
    data: list[dict[str, Any]] = answer.get("data") or []
    return {
        "model": answer.get("model") or model,
        "embedding": data[0]["embedding"] if data else [],
        "data": data,
        "usage": answer.get("usage"),
    }


@piece.action(name="classify_text", display_name="Moderate Text")
async def classify_text(
    ctx: ActionContext,
    model: Annotated[str, Dropdown("Model", options=moderation_models, default=MODERATION_MODELS[0])],
    input: Annotated[str, LongText("Text", "The text to check.")],
) -> Judgement:
    """Check whether a text is hateful, violent or otherwise against OpenAI's policy."""
    answer = await post(ctx, "/moderations", {"model": model, "input": input})
    first: dict[str, Any] = (answer.get("results") or [{}])[0]
    return {
        "flagged": bool(first.get("flagged")),
        "categories": first.get("categories") or {},
        "category_scores": first.get("category_scores") or {},
        "model": answer.get("model") or model,
        "id": answer.get("id") or "",
    }


@piece.action(name="list_models", display_name="List Models")
async def list_models(
    ctx: ActionContext, contains: Annotated[str | None, ShortText("Filter Substring", "Only models with this in their names.")] = None
) -> ModelList:
    """List the models that the connection can use."""
    wanted = (contains or "").strip().lower()
    found = [model for model in await models(ctx) if wanted in str(model["id"]).lower()]
    listed: list[Model] = [
        {"id": model["id"], "created": model.get("created") or 0, "owned_by": model.get("owned_by") or ""} for model in found
    ]
    return {"count": len(listed), "models": listed}

"""Structured data out of text, by a call of a function that the model makes up the arguments of."""

from typing import Annotated, Any

import orjson

from piecework.pieces.openai.client import ChatModel, post
from piecework.pieces.openai.piece import piece
from piecework.pieces.openai.prompting import reply
from piecework.sdk import ActionContext, Array, Checkbox, LongText, PieceError, ShortText, StaticDropdown, given

FUNCTION = "extract_structured_data"

Fields = Annotated[
    list[dict[str, Any]],
    Array(
        "Structured Data Definition",
        of={
            "propName": ShortText("Name", "Short and unique.", required=True),
            "propDescription": LongText("Description", "What the value is."),
            "propDataType": StaticDropdown(
                "Data Type",
                required=True,
                default="string",
                options={"Text": "string", "Number": "number", "Boolean": "boolean"},
                disabled=False,
            ),
            "propIsRequired": Checkbox("Must it be there?", required=True, default=True),
        },
    ),
]


@piece.action(name="extract-structured-data", display_name="Extract Structured Data from Text")
async def extract_structured_data(
    ctx: ActionContext,
    model: ChatModel,
    text: Annotated[str, LongText("Unstructured Text")],
    prompt: Annotated[str, LongText("Prompt", "What is to be found in the text.")],
    params: Fields,
) -> dict[str, Any]:
    """Find values in a text. The output has one field for each of the definitions."""
    parameters = {
        "type": "object",
        "properties": {field["propName"]: given(type=field["propDataType"], description=field.get("propDescription")) for field in params},
        "required": [field["propName"] for field in params if field.get("propIsRequired")],
    }
    function = {"name": FUNCTION, "description": prompt, "parameters": parameters}
    body = {
        "model": model,
        "messages": [{"role": "user", "content": text}],
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "function", "function": {"name": FUNCTION}},
    }
    calls = reply(await post(ctx, "/chat/completions", body)).get("tool_calls")
    if not calls:
        raise PieceError("The model found no such data in the text")
    try:
        return orjson.loads(calls[0]["function"]["arguments"])
    except ValueError:
        raise PieceError("The model did not answer with JSON; try again, or another model") from None

"""JSON: between text and values, and JSONata queries."""

import asyncio
from typing import Annotated, Any

import orjson

from piecework.sdk import Json, LongText, Piece, PieceError, ShortText, json_text

piece = Piece("json", display_name="JSON", version="0.1.6", description="Convert between JSON and text, and query JSON with JSONata.")

QUERY_MILLISECONDS = 5000
QUERY_DEPTH = 300


@piece.action(name="convert_json_to_text", display_name="Convert Json to Text", pure=True)
def convert_json_to_text(json: Annotated[Any, Json("JSON", "The value to write as text.", default={})]) -> str:
    """Write a JSON value as compact text."""
    return json_text(json)


@piece.action(name="convert_text_to_json", display_name="Convert Text to Json", pure=True)
def convert_text_to_json(text: Annotated[str, LongText("Text", "JSON text.", default="")]) -> Any:
    """Read JSON text as a value."""
    try:
        return orjson.loads(text)
    except ValueError as error:
        raise PieceError(f"text: not valid JSON: {error}") from None


@piece.action(name="run_jsonata_query", display_name="Run JSONata Query", pure=True)
async def run_jsonata_query(
    json: Annotated[Any, Json("JSON Data", "The value to query.", default={})],
    query: Annotated[str, ShortText("JSONata Query", "An expression in [JSONata](https://jsonata.org), such as `items[price > 10].name`.")],
) -> Any:
    """Pick, reshape and aggregate JSON with a JSONata expression. A query may take five seconds."""
    return await asyncio.to_thread(evaluate, query, json)


def evaluate(query: str, data: Any, milliseconds: int = QUERY_MILLISECONDS) -> Any:
    """The query's result, None where nothing matches. Raises PieceError for a bad query and for one that takes too long."""
    from jsonata import JException, Jsonata

    try:
        expression = Jsonata(query)
        frame = expression.create_frame()
        frame.set_runtime_bounds(milliseconds, QUERY_DEPTH)
        return expression.evaluate(data, frame)
    except (JException, RecursionError) as error:
        raise PieceError(f"query: {error}") from None

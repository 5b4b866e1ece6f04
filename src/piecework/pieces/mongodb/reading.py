"""Documents: find and aggregate."""

from typing import Annotated, Any

from piecework.pieces.mongodb.connecting import connected, database_of
from piecework.pieces.mongodb.documents import Collection, Context, Database, document, from_json, to_json
from piecework.pieces.mongodb.piece import piece
from piecework.sdk import Json, Number, PieceError

MOST = 10_000
"""Documents that an output holds."""


async def taken(cursor: Any) -> list[Any]:
    """The documents of a cursor. Raises PieceError for more than an output holds."""
    found: list[Any] = []
    async for entry in cursor:
        if len(found) == MOST:
            raise PieceError(f"There are more than {MOST} documents; ask for fewer with a limit")
        found.append(to_json(entry))
    return found


@piece.action
async def find_documents(
    ctx: Context,
    *,
    database: Database = None,
    collection: Collection,
    query: Annotated[Any, Json("Query", "Which documents; all when empty.", required=False, default={})] = None,
    projection: Annotated[Any, Json("Projection", 'Which fields, such as `{"name": 1}`.', required=False, default={})] = None,
    sort: Annotated[Any, Json("Sort", 'The order, such as `{"created": -1}`.', required=False, default={})] = None,
    limit: Annotated[int | None, Number("Limit", "How many at most.", minimum=0, whole=True)] = None,
    skip: Annotated[int, Number("Skip", "How many to leave out at the beginning.", minimum=0, whole=True, required=False)] = 0,
) -> dict[str, Any]:
    """Find documents. The output has them and their number."""
    async with connected(ctx.network, ctx.auth) as client:
        cursor = database_of(client, ctx.auth, database)[collection].find(
            document(query, "query"), document(projection, "projection") or None
        )
        order = document(sort, "sort")
        cursor = cursor.sort(list(order.items())) if order else cursor
        found = await taken(cursor.skip(skip or 0).limit(limit or 0))
    return {"documents": found, "count": len(found)}


@piece.action
async def aggregate_documents(
    ctx: Context,
    *,
    database: Database = None,
    collection: Collection,
    pipeline: Annotated[Any, Json("Aggregation Pipeline", 'A list of stages, such as `[{"$match": {}}, {"$count": "n"}]`.', required=True)],
) -> dict[str, Any]:
    """Run a pipeline. The output has its results and their number."""
    if not isinstance(pipeline, list):
        raise PieceError("pipeline: must be a list of stages")
    async with connected(ctx.network, ctx.auth) as client:
        stages = from_json(pipeline, "pipeline")
        found = await taken(await database_of(client, ctx.auth, database)[collection].aggregate(stages))
    return {"result": found, "count": len(found)}

"""New items."""

from typing import Any

from piecework.pieces.notion.client import Database, found
from piecework.pieces.notion.piece import piece
from piecework.sdk import ById, TriggerContext


@piece.poll(name="new_database_item", display_name="New Database Item", dedupe=ById(lambda item: item["id"]))
async def new_database_item(ctx: TriggerContext, database_id: Database) -> list[dict[str, Any]]:
    """An item was added to a database. The hundred newest are looked at in each poll: Notion rounds their times to minutes."""
    body = {"sorts": [{"timestamp": "created_time", "direction": "descending"}], "page_size": 100}
    return await found(ctx, f"/databases/{database_id}/query", body, all_pages=False)

"""New records."""

from datetime import datetime, timedelta
from typing import Any

from piecework.pieces.airtable.client import Base, Table, View, listed, records_url
from piecework.pieces.airtable.piece import piece
from piecework.sdk import ByTime, TriggerContext, given

OVERLAP = timedelta(seconds=1)
"""Airtable compares whole seconds."""


@piece.poll(name="new_record", display_name="New Record", dedupe=ByTime(lambda record: datetime.fromisoformat(record["createdTime"])))
async def new_record(ctx: TriggerContext, base: Base, tableId: Table, viewId: View = None) -> list[dict[str, Any]]:
    """A record was created."""
    formula = f"IS_AFTER(CREATED_TIME(), '{(ctx.since - OVERLAP).strftime('%Y-%m-%dT%H:%M:%SZ')}')" if ctx.since else None
    found = await listed(ctx, records_url(base, tableId), "records", **given(view=viewId, filterByFormula=formula))
    return sorted(found, key=lambda record: record["createdTime"], reverse=True)

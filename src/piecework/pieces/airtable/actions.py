"""Records."""

from typing import Annotated, Any

from piecework.pieces.airtable.client import Base, Fields, RecordId, Table, View, field_names, filled, get, listed, records_url
from piecework.pieces.airtable.piece import headers, piece
from piecework.sdk import ActionContext, Dropdown, LongText, given

# Choices are written by name: "typecast" finds the option and makes texts of numbers and dates where the field wants them.


@piece.action(name="airtable_create_record", display_name="Create Airtable Record")
async def create_record(ctx: ActionContext, base: Base, tableId: Table, fields: Fields) -> dict[str, Any]:
    """Create a record."""
    body = {"fields": filled(fields), "typecast": True}
    return await ctx.http.post(records_url(base, tableId), headers=headers(ctx.auth), json=body, into=dict[str, Any])


@piece.action(name="airtable_update_record", display_name="Update Airtable Record")
async def update_record(
    ctx: ActionContext,
    base: Base,
    tableId: Table,
    recordId: RecordId,
    fields: Fields,
) -> dict[str, Any]:
    """Change a record. What is left empty stays as it is."""
    body = {"fields": filled(fields), "typecast": True}
    return await ctx.http.patch(records_url(base, tableId, recordId), headers=headers(ctx.auth), json=body, into=dict[str, Any])


@piece.action(name="airtable_delete_record", display_name="Delete Airtable Record")
async def delete_record(ctx: ActionContext, base: Base, tableId: Table, recordId: RecordId) -> dict[str, Any]:
    """Delete a record."""
    return await ctx.http.delete(records_url(base, tableId, recordId), headers=headers(ctx.auth), into=dict[str, Any])


@piece.action(name="airtable_find_record", display_name="Find Airtable Record", pure=True)
async def find_record(
    ctx: ActionContext,
    base: Base,
    tableId: Table,
    searchField: Annotated[str, Dropdown("Search Field", options=field_names)],
    searchValue: str,
    limitToView: View = None,
) -> list[dict[str, Any]]:
    """Find the records of which a field contains a text."""
    formula = f"FIND({_quoted(searchValue)},{{{searchField}}})"
    return await listed(ctx, records_url(base, tableId), "records", filterByFormula=formula, **given(view=limitToView))


@piece.action(name="airtable_get_record_by_id", display_name="Get Record by ID", pure=True)
async def get_record(ctx: ActionContext, base: Base, tableId: Table, recordId: RecordId) -> dict[str, Any]:
    """Read a record."""
    return await get(ctx, records_url(base, tableId, recordId))


@piece.action(name="airtable_add_comment_to_record", display_name="Add Comment to Record")
async def add_comment(
    ctx: ActionContext,
    base: Base,
    tableId: Table,
    recordId: RecordId,
    text: Annotated[str, LongText("Comment Text")],
) -> dict[str, Any]:
    """Comment on a record. The token needs the scope `data.recordComments:write`."""
    url = f"{records_url(base, tableId, recordId)}/comments"
    return await ctx.http.post(url, headers=headers(ctx.auth), json={"text": text}, into=dict[str, Any])


def _quoted(text: str) -> str:
    """A text in a formula."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

"""Adding, changing and deleting rows."""

from typing import Annotated, Any

from piecework.pieces.google_sheets.client import Drives, Headed, RowValues, Sheet, Spreadsheet, listed, row_number, sheet_name, values_url
from piecework.pieces.google_sheets.piece import API, piece
from piecework.sdk import ActionContext, Checkbox, Number, PieceError

RowNumber = Annotated[int, Number("Row Number", minimum=1, whole=True)]


@piece.action(name="insert_row", display_name="Insert Row")
async def insert_row(
    ctx: ActionContext,
    spreadsheetId: Spreadsheet,
    sheetId: Sheet,
    values: RowValues,
    includeTeamDrives: Drives = False,
    first_row_headers: Headed = False,
    as_string: Annotated[bool, Checkbox("As String", "Write dates and formulas as plain text.")] = False,
) -> dict[str, Any]:
    """Add a row below the last one. The output says which it is."""
    name = await sheet_name(ctx, spreadsheetId, sheetId)
    cells = ["" if value is None else value for value in listed(values, first_row_headers)]
    body = {"majorDimension": "ROWS", "range": f"{name}!A:A", "values": [cells]}
    added = await ctx.http.post(
        values_url(spreadsheetId, f"{name}!A:A", ":append"),
        headers=ctx.auth.headers,
        params={"valueInputOption": "RAW" if as_string else "USER_ENTERED"},
        json=body,
        into=dict[str, Any],
    )
    return {**added, "row": row_number(added["updates"]["updatedRange"])}


@piece.action(name="update_row", display_name="Update Row")
async def update_row(
    ctx: ActionContext,
    spreadsheetId: Spreadsheet,
    sheetId: Sheet,
    row_id: RowNumber,
    values: RowValues,
    includeTeamDrives: Drives = False,
    first_row_headers: Headed = False,
) -> dict[str, Any]:
    """Change cells of a row. What is left empty stays as it is."""
    name = await sheet_name(ctx, spreadsheetId, sheetId)
    cells = [None if value == "" else value for value in listed(values, first_row_headers)]
    if not cells:
        raise PieceError("There are no values to write")
    changed = await ctx.http.put(
        values_url(spreadsheetId, f"{name}!A{row_id}:ZZZ{row_id}"),
        headers=ctx.auth.headers,
        params={"valueInputOption": "USER_ENTERED"},
        json={"majorDimension": "ROWS", "values": [cells]},
        into=dict[str, Any],
    )
    return {"updates": changed, "row": row_id}


@piece.action(name="delete_row", display_name="Delete Row")
async def delete_row(
    ctx: ActionContext,
    spreadsheetId: Spreadsheet,
    sheetId: Sheet,
    rowId: RowNumber,
    includeTeamDrives: Drives = False,
) -> dict[str, Any]:
    """Delete a row; those below move up."""
    cells = {"sheetId": int(sheetId), "dimension": "ROWS", "startIndex": rowId - 1, "endIndex": rowId}
    body = {"requests": [{"deleteDimension": {"range": cells}}]}
    done = await ctx.http.post(f"{API}/{spreadsheetId}:batchUpdate", headers=ctx.auth.headers, json=body, into=dict[str, Any])
    return {"success": True, "body": done}

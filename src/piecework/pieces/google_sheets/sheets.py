"""Spreadsheets and their sheets."""

from typing import Any

from piecework.pieces.google_sheets.client import Drives, Sheet, Spreadsheet, sheet_name, values_url
from piecework.pieces.google_sheets.piece import API, piece
from piecework.sdk import ActionContext


@piece.action(name="clear_sheet", display_name="Clear Sheet")
async def clear_sheet(
    ctx: ActionContext,
    spreadsheetId: Spreadsheet,
    sheetId: Sheet,
    includeTeamDrives: Drives = False,
    is_first_row_headers: bool = True,
) -> dict[str, Any]:
    """Empty all cells of a sheet, without its first row where that has the columns' names."""
    cells = f"{await sheet_name(ctx, spreadsheetId, sheetId)}!A{2 if is_first_row_headers else 1}:ZZZ"
    done = await ctx.http.post(values_url(spreadsheetId, cells, ":clear"), headers=ctx.auth.headers, json={}, into=dict[str, Any])
    return {"success": True, "body": done}


@piece.action(name="create-worksheet", display_name="Create Worksheet")
async def create_worksheet(
    ctx: ActionContext,
    spreadsheetId: Spreadsheet,
    title: str,
    includeTeamDrives: Drives = False,
    headers: list[str] | None = None,
) -> dict[str, Any]:
    """Add a sheet to a spreadsheet, with the names of its columns if there are any."""
    body = {"requests": [{"addSheet": {"properties": {"title": title}}}]}
    done = await ctx.http.post(f"{API}/{spreadsheetId}:batchUpdate", headers=ctx.auth.headers, json=body, into=dict[str, Any])
    made = done["replies"][0]["addSheet"]["properties"]
    if headers:
        cells = "'" + title.replace("'", "''") + "'!A1"
        await ctx.http.put(
            values_url(spreadsheetId, cells),
            headers=ctx.auth.headers,
            params={"valueInputOption": "USER_ENTERED"},
            json={"majorDimension": "ROWS", "values": [headers]},
        )
    return {"id": made["sheetId"], "title": made["title"]}

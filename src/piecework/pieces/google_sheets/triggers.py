"""New rows."""

from typing import Any

from piecework.pieces.google_sheets.client import Drives, Sheet, Spreadsheet, rows
from piecework.pieces.google_sheets.piece import piece
from piecework.sdk import ById, TriggerContext

LOOKED_AT = 4000
"""Rows at the bottom among which new ones are looked for: fewer than the rows that a poll remembers."""


@piece.poll(name="googlesheets_new_row_added", display_name="New Row Added", dedupe=ById(lambda row: str(row["row"])))
async def new_row(
    ctx: TriggerContext,
    spreadsheetId: Spreadsheet,
    sheetId: Sheet,
    includeTeamDrives: Drives = False,
) -> list[dict[str, Any]]:
    """A row was added at the bottom of a sheet. Rows that are inserted between others do not count as new."""
    return (await rows(ctx, spreadsheetId, sheetId))[-LOOKED_AT:][::-1]

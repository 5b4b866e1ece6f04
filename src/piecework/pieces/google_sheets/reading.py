"""Finding and reading rows."""

from typing import Annotated, Any

from piecework.pieces.google_sheets.client import Drives, Headed, Sheet, Spreadsheet, column_index, columns, header, named, rows
from piecework.pieces.google_sheets.piece import piece
from piecework.sdk import ActionContext, Checkbox, Dropdown, HttpFailed, Number, ShortText

HeaderRow = Annotated[int, Number("Header Row Number", "The row with the columns' names.", minimum=1, whole=True)]
UseNames = Annotated[bool, Checkbox("Use Column Names", "Name the values by column instead of A, B, C.")]


@piece.action(name="find_rows", display_name="Find Rows", pure=True)
async def find_rows(
    ctx: ActionContext,
    spreadsheetId: Spreadsheet,
    sheetId: Sheet,
    columnName: Annotated[str, Dropdown("The name of the column to search in", options=columns)],
    includeTeamDrives: Drives = False,
    searchValue: Annotated[str | None, ShortText("Search Value", "Empty: all rows.")] = None,
    matchCase: Annotated[bool, Checkbox("Exact match", "Off: rows that contain it, in capitals or not.")] = False,
    startingRow: Annotated[int | None, Number("Starting Row", minimum=1, whole=True)] = None,
    numberOfRows: Annotated[int | None, Number("Number of Rows", "How many to find at most.", minimum=1, whole=True)] = 1,
    headerRow: HeaderRow = 1,
    useHeaderNames: UseNames = False,
) -> list[dict[str, Any]]:
    """Find rows by the value of a column."""
    place = column_index(columnName)
    found: list[dict[str, Any]] = []
    for row in await rows(ctx, spreadsheetId, sheetId, startingRow or 1):
        cells = list(row["values"].values())
        if not searchValue or (place < len(cells) and _matches(str(cells[place]), searchValue, matchCase)):
            found.append(row)
        if len(found) == (numberOfRows or 1):
            break
    return named(found, await header(ctx, spreadsheetId, sheetId, headerRow)) if useHeaderNames else found


def _matches(cell: str, wanted: str, exact: bool) -> bool:
    return cell == wanted if exact else wanted.lower() in cell.lower()


@piece.action(name="find_row_by_num", display_name="Get Row", pure=True)
async def find_row_by_num(
    ctx: ActionContext,
    spreadsheetId: Spreadsheet,
    sheetId: Sheet,
    rowNumber: Annotated[int, Number("Row Number", minimum=1, whole=True)],
    includeTeamDrives: Drives = False,
    headerRow: HeaderRow = 1,
    useHeaderNames: UseNames = False,
) -> dict[str, Any]:
    """Read one row. `found` is false where it is empty or the sheet is shorter."""
    try:
        found = await rows(ctx, spreadsheetId, sheetId, rowNumber, rowNumber)
    except HttpFailed as error:
        if "exceeds grid limits" not in str(error):
            raise
        found = []
    if not found:
        return {"found": False, "row": None}
    if useHeaderNames:
        found = named(found, await header(ctx, spreadsheetId, sheetId, headerRow))
    return {"found": True, **found[0]}


@piece.action(name="get-many-rows", display_name="Get Many Rows", pure=True)
async def get_many_rows(
    ctx: ActionContext,
    spreadsheetId: Spreadsheet,
    sheetId: Sheet,
    includeTeamDrives: Drives = False,
    first_row_headers: Headed = False,
) -> list[dict[str, Any]]:
    """Read all rows of a sheet."""
    found = await rows(ctx, spreadsheetId, sheetId, 2 if first_row_headers else 1)
    return named(found, await header(ctx, spreadsheetId, sheetId)) if first_row_headers else found

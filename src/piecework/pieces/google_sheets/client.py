"""Calls of the Sheets API (developers.google.com/sheets/api/reference/rest), cells by letter and number, choices of spreadsheets and sheets."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

import orjson

from piecework.pieces.google_sheets.piece import API, DRIVE
from piecework.sdk import (
    ActionContext,
    Array,
    Checkbox,
    Dropdown,
    DropdownState,
    DynamicProperties,
    Option,
    PieceError,
    Property,
    ShortText,
    TriggerContext,
    given,
)

Context = ActionContext | TriggerContext
SHEET_FIRST = DropdownState(disabled=True, placeholder="Choose a sheet first")
MOST_CHOICES = 1000


def column(index: int) -> str:
    """The letters of a column: 0 is A, 25 is Z, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """The other way round. Raises PieceError for what are no letters."""
    if not letters.isascii() or not letters.isalpha():
        raise PieceError(f"{letters!r} is no column; write its letters, such as A or AB")
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def cell_text(value: Any) -> Any:
    """What is written into a cell: texts, numbers and truth as they are, other values as JSON."""
    return value if value is None or isinstance(value, str | int | float) else orjson.dumps(value).decode()


async def sheet_name(ctx: Context, spreadsheet: str, sheet: Any) -> str:
    """The name of a sheet by its id, quoted for ranges. Raises PieceError where the spreadsheet has no such sheet."""
    for name, number in await sheets_of(ctx, spreadsheet):
        if str(number) == str(sheet):
            return "'" + name.replace("'", "''") + "'"
    raise PieceError(f"The spreadsheet has no sheet with the id {sheet}")


async def sheets_of(ctx: Context, spreadsheet: str) -> list[tuple[str, int]]:
    """Names and ids of a spreadsheet's sheets."""
    url, asked = f"{API}/{quote(spreadsheet, safe='')}", {"fields": "sheets.properties(sheetId,title)"}
    found = await ctx.http.get(url, headers=ctx.auth.headers, params=asked, into=dict[str, Any])
    return [(entry["properties"]["title"], entry["properties"].get("sheetId", 0)) for entry in found.get("sheets") or ()]


def values_url(spreadsheet: str, cells: str, suffix: str = "") -> str:
    """Where the values of a range are."""
    return f"{API}/{quote(spreadsheet, safe='')}/values/{quote(cells, safe='')}{suffix}"


async def values(ctx: Context, spreadsheet: str, cells: str) -> list[list[Any]]:
    """The values of a range, row by row; rows at its end that are empty are left out."""
    found = await ctx.http.get(values_url(spreadsheet, cells), headers=ctx.auth.headers, into=dict[str, Any])
    return found.get("values") or []


async def rows(ctx: Context, spreadsheet: str, sheet: Any, first: int = 1, last: int | None = None) -> list[dict[str, Any]]:
    """Rows as ``{"row": number, "values": {"A": …}}``, without those that are empty."""
    cells = f"{await sheet_name(ctx, spreadsheet, sheet)}!A{first}:{'ZZZ' if last is None else f'ZZZ{last}'}"
    found = await values(ctx, spreadsheet, cells)
    return [
        {"row": first + index, "values": {column(place): value for place, value in enumerate(row)}}
        for index, row in enumerate(found)
        if row
    ]


async def header(ctx: Context, spreadsheet: str, sheet: Any, row: int = 1) -> list[str]:
    """The texts of the header row."""
    name = await sheet_name(ctx, spreadsheet, sheet)
    found = await values(ctx, spreadsheet, f"{name}!A{row}:ZZZ{row}")
    return [str(value) for value in found[0]] if found else []


def named(found: list[dict[str, Any]], names: list[str]) -> list[dict[str, Any]]:
    """The rows with the columns' names instead of their letters; a column without a name keeps its letters."""
    return [
        {**row, "values": {_name(names, letters): value for letters, value in row["values"].items()}}
        for row in found
    ]  # fmt: skip


def _name(names: list[str], letters: str) -> str:
    index = column_index(letters)
    return names[index] if index < len(names) and names[index] else letters


async def spreadsheets(ctx: Context, includeTeamDrives: Any, search_value: str | None = None) -> list[Option]:
    """The spreadsheets of the account's Drive, the newest first."""
    query = ["mimeType='application/vnd.google-apps.spreadsheet'", "trashed = false"]
    if search_value:
        query.append("name contains '" + search_value.replace("\\", "\\\\").replace("'", "\\'") + "'")
    asked = {
        "q": " and ".join(query), "orderBy": "createdTime desc", "fields": "nextPageToken, files(id, name)", "pageSize": 1000,
        "supportsAllDrives": "true", "includeItemsFromAllDrives": "true" if includeTeamDrives else "false",
    }  # fmt: skip
    found: list[Option] = []
    token: str | None = None
    while len(found) < MOST_CHOICES:
        page = await ctx.http.get(DRIVE, headers=ctx.auth.headers, params=asked | given(pageToken=token), into=dict[str, Any])
        found += [Option(file["name"], file["id"]) for file in page.get("files") or ()]
        token = page.get("nextPageToken")
        if not token:
            break
    return found


async def sheets(ctx: Context, spreadsheetId: str | None) -> list[Option] | DropdownState:
    """The sheets of a spreadsheet."""
    if not spreadsheetId:
        return DropdownState(disabled=True, placeholder="Choose a spreadsheet first")
    return [Option(name, number) for name, number in await sheets_of(ctx, spreadsheetId)]


async def columns(ctx: Context, spreadsheetId: str | None, sheetId: Any) -> list[Option] | DropdownState:
    """The columns of a sheet, by the texts of its first row."""
    if not spreadsheetId or sheetId in (None, ""):
        return SHEET_FIRST
    return [Option(name or column(index), column(index)) for index, name in enumerate(await header(ctx, spreadsheetId, sheetId))]


async def row_fields(ctx: Context, spreadsheetId: str | None, sheetId: Any, first_row_headers: Any) -> Mapping[str, Property]:
    """A field for each column with a header, or a plain list."""
    if not spreadsheetId or sheetId in (None, ""):
        return {}
    if not first_row_headers:
        return {"values": Array("Values", "From the first column on.", required=True)}
    names = await header(ctx, spreadsheetId, sheetId)
    return {column(index): ShortText(name or column(index), required=False, default="") for index, name in enumerate(names)}


Drives = Annotated[bool, Checkbox("Include Team Drive Sheets ?", "Offer the spreadsheets of shared drives too.")]
Spreadsheet = Annotated[str, Dropdown("Spreadsheet", options=spreadsheets)]
Sheet = Annotated[Any, Dropdown("Sheet", options=sheets, required=True)]
Headed = Annotated[bool, Checkbox("Does the first row contain headers?")]
RowValues = Annotated[dict[str, Any], DynamicProperties("Values", form=row_fields)]


def listed(given_values: Mapping[str, Any], headed: bool) -> list[Any]:
    """The cells of a row, from the first column on, of what the form ``row_fields`` was filled in with."""
    if not headed:
        return [cell_text(value) for value in given_values.get("values") or ()]
    cells = {column_index(letters): cell_text(value) for letters, value in given_values.items()}
    return [cells.get(index) for index in range(max(cells, default=-1) + 1)]


def row_number(updated: str) -> int:
    """The row of a range such as ``'Sheet 1'!A7:C7``."""
    return int("".join(letter for letter in updated.rpartition("!")[2].partition(":")[0] if letter.isdigit()))

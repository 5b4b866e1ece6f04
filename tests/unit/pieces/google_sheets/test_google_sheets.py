"""Google Sheets, against exchanges written from its API reference (developers.google.com/sheets/api/reference/rest)."""

from typing import Any

import pytest
from tests.unit.pieces import recorded
from tests.unit.pieces.recorded import Enabled, Exchange, choose, exchange

from piecework.pieces.google_sheets import piece
from piecework.pieces.google_sheets.client import column, column_index
from piecework.sdk import OAuth2Token, PieceError

API = "https://sheets.googleapis.com/v4/spreadsheets"
AUTH = OAuth2Token("key")
SHEET = {"spreadsheetId": "s1", "sheetId": 7}
FIELDS = {"fields": "sheets.properties(sheetId,title)"}
NAMES = exchange("GET", f"{API}/s1", {"sheets": [{"properties": {"sheetId": 7, "title": "It's"}}]}, params=FIELDS)
RANGE = f"{API}/s1/values/%27It%27%27s%27%21"


def act(action: str, given: dict[str, Any], *exchanges: Exchange) -> Any:
    return recorded.act(piece, action, {**SHEET, **given}, *exchanges, auth=AUTH)


def read(cells: str, *values: list[Any]) -> Exchange:
    return exchange("GET", RANGE + cells, {"range": "…", "majorDimension": "ROWS", "values": list(values)})


@pytest.mark.parametrize(("letters", "index"), [("A", 0), ("Z", 25), ("AA", 26), ("AZ", 51), ("ZZ", 701), ("AAA", 702)])
def test_columns(letters: str, index: int) -> None:
    assert (column(index), column_index(letters.lower())) == (letters, index)


def test_adding_a_row() -> None:
    body = {"majorDimension": "ROWS", "range": "'It''s'!A:A", "values": [["Ada", "", '{"a":1}']]}
    answer = {"spreadsheetId": "s1", "updates": {"updatedRange": "'It''s'!A12:C12", "updatedRows": 1}}
    added = exchange("POST", f"{RANGE}A%3AA:append", answer, params={"valueInputOption": "USER_ENTERED"}, json=body)
    given = {"first_row_headers": True, "values": {"C": {"a": 1}, "A": "Ada"}}
    assert act("insert_row", given, NAMES, added) == {**answer, "row": 12}
    plain = exchange("POST", f"{RANGE}A%3AA:append", answer, params={"valueInputOption": "RAW"}, json={**body, "values": [["=1+1", 2]]})
    assert act("insert_row", {"as_string": True, "values": {"values": ["=1+1", 2]}}, NAMES, plain)["row"] == 12


def test_changing_a_row() -> None:
    body = {"majorDimension": "ROWS", "values": [[None, "new"]]}
    changed = exchange("PUT", f"{RANGE}A3%3AZZZ3", {"updatedCells": 1}, params={"valueInputOption": "USER_ENTERED"}, json=body)
    given = {"row_id": 3, "first_row_headers": True, "values": {"A": "", "B": "new"}}
    assert act("update_row", given, NAMES, changed) == {"updates": {"updatedCells": 1}, "row": 3}
    with pytest.raises(PieceError, match="no values"):
        act("update_row", {"row_id": 3, "values": {"values": []}}, NAMES)


def test_deleting_a_row() -> None:
    cells = {"sheetId": 7, "dimension": "ROWS", "startIndex": 2, "endIndex": 3}
    body = {"requests": [{"deleteDimension": {"range": cells}}]}
    gone = exchange("POST", f"{API}/s1:batchUpdate", {"replies": [{}]}, json=body)
    assert act("delete_row", {"rowId": 3}, gone) == {"success": True, "body": {"replies": [{}]}}


def test_finding_rows() -> None:
    table = read("A1%3AZZZ", ["Name", "Town"], ["Ada", "London"], [], ["Al", "LONDON"], ["Bo", "Paris"])
    given = {"columnName": "B", "searchValue": "london", "matchCase": False, "numberOfRows": 5}
    found = [{"row": 2, "values": {"A": "Ada", "B": "London"}}, {"row": 4, "values": {"A": "Al", "B": "LONDON"}}]
    assert act("find_rows", given, NAMES, table) == found
    assert act("find_rows", {**given, "numberOfRows": 1}, NAMES, table) == found[:1]
    assert act("find_rows", {**given, "matchCase": True}, NAMES, table) == []
    named = act("find_rows", {**given, "numberOfRows": 1, "useHeaderNames": True}, NAMES, table, NAMES, read("A1%3AZZZ1", ["Name"]))
    assert named == [{"row": 2, "values": {"Name": "Ada", "B": "London"}}]


def test_one_row() -> None:
    given = {"rowNumber": 2}
    assert act("find_row_by_num", given, NAMES, read("A2%3AZZZ2", ["Ada"])) == {"found": True, "row": 2, "values": {"A": "Ada"}}
    error = {"error": {"code": 400, "message": "Range ('Sheet1'!A2:ZZZ2) exceeds grid limits. Max rows: 1"}}
    assert act("find_row_by_num", given, NAMES, exchange("GET", f"{RANGE}A2%3AZZZ2", error, 400)) == {"found": False, "row": None}


def test_all_rows() -> None:
    found = act("get-many-rows", {"first_row_headers": True}, NAMES, read("A2%3AZZZ", ["Ada"]), NAMES, read("A1%3AZZZ1", ["Name"]))
    assert found == [{"row": 2, "values": {"Name": "Ada"}}]


def test_sheets() -> None:
    cleared = exchange("POST", f"{RANGE}A2%3AZZZ:clear", {"clearedRange": "…"}, json={})
    assert act("clear_sheet", {"is_first_row_headers": True}, NAMES, cleared)["success"]
    body = {"requests": [{"addSheet": {"properties": {"title": "New"}}}]}
    made = exchange("POST", f"{API}/s1:batchUpdate", {"replies": [{"addSheet": {"properties": {"sheetId": 8, "title": "New"}}}]}, json=body)
    heads = exchange(
        "PUT", f"{API}/s1/values/%27New%27%21A1", {}, params={"valueInputOption": "USER_ENTERED"},
        json={"majorDimension": "ROWS", "values": [["Name"]]},
    )  # fmt: skip
    assert act("create-worksheet", {"title": "New", "headers": ["Name"]}, made, heads) == {"id": 8, "title": "New"}


def test_a_sheet_that_is_gone() -> None:
    with pytest.raises(PieceError, match="no sheet with the id 9"):
        act("get-many-rows", {"sheetId": 9}, NAMES)


def test_choices() -> None:
    drive = "https://www.googleapis.com/drive/v3/files"
    asked = {
        "q": "mimeType='application/vnd.google-apps.spreadsheet' and trashed = false", "orderBy": "createdTime desc",
        "fields": "nextPageToken, files(id, name)", "pageSize": 1000, "supportsAllDrives": "true", "includeItemsFromAllDrives": "true",
    }  # fmt: skip
    pages = (
        exchange("GET", drive, {"files": [{"id": "s1", "name": "One"}], "nextPageToken": "t"}, params=asked),
        exchange("GET", drive, {"files": [{"id": "s2", "name": "Two"}]}, params=asked | {"pageToken": "t"}),
    )
    offered = choose(piece, "insert_row", "spreadsheetId", *pages, auth=AUTH, includeTeamDrives=True)
    assert [option["value"] for option in offered["options"]] == ["s1", "s2"]
    assert choose(piece, "insert_row", "sheetId", auth=AUTH)["disabled"]
    assert choose(piece, "insert_row", "sheetId", NAMES, auth=AUTH, spreadsheetId="s1")["options"] == [{"label": "It's", "value": 7}]
    assert choose(piece, "find_rows", "columnName", auth=AUTH)["disabled"]
    heads = read("A1%3AZZZ1", ["Name", ""])
    columns = choose(piece, "find_rows", "columnName", NAMES, heads, auth=AUTH, **SHEET)["options"]
    assert columns == [{"label": "Name", "value": "A"}, {"label": "B", "value": "B"}]
    assert set(choose(piece, "insert_row", "values", NAMES, heads, auth=AUTH, **SHEET, first_row_headers=True)) == {"A", "B"}
    assert set(choose(piece, "insert_row", "values", auth=AUTH, **SHEET)) == {"values"}
    assert choose(piece, "insert_row", "values", auth=AUTH) == {}


def test_new_rows() -> None:
    trigger = Enabled(piece, "googlesheets_new_row_added", SHEET, AUTH)
    trigger.enable(NAMES, read("A1%3AZZZ", ["Name"]))
    assert trigger.poll(NAMES, read("A1%3AZZZ", ["Name"], ["Ada"], ["Bo"])) == [
        {"row": 2, "values": {"A": "Ada"}},
        {"row": 3, "values": {"A": "Bo"}},
    ]
    assert trigger.poll(NAMES, read("A1%3AZZZ", ["Name"], ["Ada!"], ["Bo"])) == []

"""Airtable, against exchanges written from its API reference (airtable.com/developers/web/api)."""

from typing import Any

import pytest
from tests.unit.pieces.recorded import Enabled, Exchange, act, choose, exchange

from piecework.pieces.airtable import piece

API = "https://api.airtable.com/v0"
TABLE = {"base": "app1", "tableId": "tbl1"}
RECORD = {"id": "rec1", "createdTime": "2026-01-01T00:00:00.000Z", "fields": {"Name": "Ada"}}
BEARER = {"Authorization": "Bearer key"}


@pytest.mark.parametrize(
    ("action", "given", "method", "path", "body"),
    [
        ("airtable_create_record", {"fields": {"fld1": "Ada", "fld2": ""}}, "POST", "", {"fields": {"fld1": "Ada"}, "typecast": True}),
        (
            "airtable_update_record",
            {"recordId": "rec1", "fields": {"fld2": 7}},
            "PATCH",
            "/rec1",
            {"fields": {"fld2": 7}, "typecast": True},
        ),
        ("airtable_delete_record", {"recordId": "rec1"}, "DELETE", "/rec1", None),
        ("airtable_get_record_by_id", {"recordId": "rec1"}, "GET", "/rec1", None),
        ("airtable_add_comment_to_record", {"recordId": "rec1", "text": "Hi"}, "POST", "/rec1/comments", {"text": "Hi"}),
    ],
)
def test_records(action: str, given: dict[str, Any], method: str, path: str, body: Any) -> None:
    sent = {} if body is None else {"json": body}
    asked = exchange(method, f"{API}/app1/tbl1{path}", RECORD, headers=BEARER, **sent)
    assert act(piece, action, {**TABLE, **given}, asked) == RECORD


def test_finding_page_by_page() -> None:
    params = {"filterByFormula": 'FIND("a \\"b\\"",{Name})', "view": "viw1"}
    pages = (
        exchange("GET", f"{API}/app1/tbl1", {"records": [RECORD], "offset": "o"}, params=params),
        exchange("GET", f"{API}/app1/tbl1", {"records": [RECORD]}, params=params | {"offset": "o"}),
    )
    given = {**TABLE, "searchField": "Name", "searchValue": 'a "b"', "limitToView": "viw1"}
    assert act(piece, "airtable_find_record", given, *pages) == [RECORD, RECORD]


SCHEMA = exchange("GET", f"{API}/meta/bases/app1/tables", {"tables": [{
    "id": "tbl1", "name": "People", "views": [{"id": "viw1", "name": "All"}], "fields": [
        {"id": "fld1", "name": "Name", "type": "singleLineText"},
        {"id": "fld2", "name": "Age", "type": "number"},
        {"id": "fld3", "name": "Town", "type": "singleSelect", "options": {"choices": [{"id": "sel1", "name": "London"}]}},
        {"id": "fld4", "name": "Tags", "type": "multipleSelects", "options": {"choices": []}},
        {"id": "fld5", "name": "Here", "type": "checkbox"},
        {"id": "fld6", "name": "Made", "type": "createdTime"},
    ],
}]})  # fmt: skip


def test_choices() -> None:
    bases = exchange("GET", f"{API}/meta/bases", {"bases": [{"id": "app1", "name": "Home"}]})
    assert choose(piece, "airtable_create_record", "base", bases)["options"] == [{"label": "Home", "value": "app1"}]
    assert choose(piece, "airtable_create_record", "tableId", SCHEMA, base="app1")["options"] == [{"label": "People", "value": "tbl1"}]
    assert choose(piece, "airtable_create_record", "tableId")["disabled"]
    assert choose(piece, "airtable_find_record", "limitToView", SCHEMA, **TABLE)["options"] == [{"label": "All", "value": "viw1"}]
    assert choose(piece, "airtable_find_record", "searchField", base="app1")["disabled"]
    assert len(choose(piece, "airtable_find_record", "searchField", SCHEMA, **TABLE)["options"]) == 6


def test_the_form_of_a_record() -> None:
    form = choose(piece, "airtable_create_record", "fields", SCHEMA, **TABLE)
    assert {name: field["type"] for name, field in form.items()} == {
        "fld1": "SHORT_TEXT", "fld2": "NUMBER", "fld3": "STATIC_DROPDOWN", "fld4": "STATIC_MULTI_SELECT_DROPDOWN", "fld5": "CHECKBOX",
    }  # fmt: skip
    assert choose(piece, "airtable_create_record", "fields") == {}


def test_new_records() -> None:
    def listed(*records: dict[str, Any], **params: str) -> Exchange:
        sent = {"params": params} if params else {}
        return exchange("GET", f"{API}/app1/tbl1", {"records": list(records)}, **sent)

    new = {**RECORD, "id": "rec2", "createdTime": "2026-01-02T00:00:00.000Z"}
    trigger = Enabled(piece, "new_record", TABLE)
    trigger.enable(listed(RECORD))
    assert trigger.poll(listed(RECORD, new, filterByFormula="IS_AFTER(CREATED_TIME(), '2025-12-31T23:59:59Z')")) == [new]

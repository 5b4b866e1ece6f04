"""Notion, against exchanges written from its API reference (developers.notion.com/reference)."""

from typing import Any

from tests.unit.pieces import recorded
from tests.unit.pieces.recorded import Enabled, Exchange, choose, exchange

from piecework.pieces.notion import piece
from piecework.pieces.notion.client import rich_text
from piecework.sdk import CustomAuthValue, OAuth2Token

API = "https://api.notion.com/v1"
AUTH = OAuth2Token("key")
SENT = {"Authorization": "Bearer key", "Notion-Version": "2022-02-22"}
SCHEMA = {
    "Name": {"type": "title", "title": {}}, "Notes": {"type": "rich_text", "rich_text": {}}, "Age": {"type": "number", "number": {}},
    "State": {"type": "status", "status": {"options": [{"name": "Done"}]}},
    "Tags": {"type": "multi_select", "multi_select": {"options": [{"name": "a"}]}},
    "Due": {"type": "date", "date": {}}, "Who": {"type": "people", "people": {}}, "Made": {"type": "created_time", "created_time": {}},
}  # fmt: skip
DATABASE = exchange("GET", f"{API}/databases/d1", {"object": "database", "properties": SCHEMA}, headers=SENT)
TEXT = [{"type": "text", "text": {"content": "Hi"}}]
PARAGRAPH = {"object": "block", "type": "paragraph", "paragraph": {"rich_text": TEXT}}


def act(action: str, given: dict[str, Any], *exchanges: Exchange) -> Any:
    return recorded.act(piece, action, given, *exchanges, auth=AUTH)


def test_items() -> None:
    fields = {
        "Name": "Hi",
        "Age": 7,
        "State": "Done",
        "Tags": ["a"],
        "Due": "2026-01-31",
        "Who": ["u1"],
        "Made": "x",
        "Gone": 1,
        "Notes": "",
    }
    properties = {
        "Name": {"title": TEXT}, "Age": {"number": 7}, "State": {"status": {"name": "Done"}}, "Tags": {"multi_select": [{"name": "a"}]},
        "Due": {"date": {"start": "2026-01-31"}}, "Who": {"people": [{"object": "user", "id": "u1"}]},
    }  # fmt: skip
    body = {"parent": {"type": "database_id", "database_id": "d1"}, "properties": properties, "children": [PARAGRAPH]}
    made = exchange("POST", f"{API}/pages", {"id": "p1"}, headers=SENT, json=body)
    given = {"database_id": "d1", "databaseFields": fields, "content": "Hi\n\n"}
    assert act("create_database_item", given, DATABASE, made) == {"id": "p1"}
    changed = exchange("PATCH", f"{API}/pages/p1", {"id": "p1"}, json={"properties": {"Notes": {"rich_text": TEXT}}})
    item = {"database_id": "d1", "database_item_id": "p1"}
    assert act("update_database_item", {**item, "databaseFields": {"Notes": "Hi"}}, DATABASE, changed) == {"id": "p1"}
    archived = exchange("PATCH", f"{API}/pages/p1", {"id": "p1", "archived": True}, json={"archived": True})
    assert act("archive_database_item", item, archived)["archived"]


def test_pages() -> None:
    body = {"parent": {"page_id": "p0"}, "properties": {"title": {"title": TEXT}}, "children": []}
    assert act("createPage", {"pageId": "p0", "title": "Hi"}, exchange("POST", f"{API}/pages", {"id": "p1"}, json=body)) == {"id": "p1"}
    added = exchange("PATCH", f"{API}/blocks/p1/children", {"object": "list"}, json={"children": [PARAGRAPH, PARAGRAPH]})
    assert act("append_to_page", {"pageId": "p1", "content": "Hi\nHi"}, added) == {"object": "list"}


def test_a_long_text_goes_in_parts() -> None:
    assert [len(part["text"]["content"]) for part in rich_text("x" * 4001)] == [2000, 2000, 1]


def page(number: int) -> dict[str, Any]:
    return {"id": f"p{number}", "properties": {"Name": {"type": "title", "title": [{"plain_text": f"Page {number}"}]}}}


def test_choices() -> None:
    only = {"filter": {"property": "object", "value": "database"}}
    first = {"results": [{"id": "d1", "title": [{"plain_text": "People"}]}], "has_more": True, "next_cursor": "c"}
    second = {"results": [{"id": "d2", "title": []}], "has_more": False, "next_cursor": None}
    asked = (
        exchange("POST", f"{API}/search", first, json=only),
        exchange("POST", f"{API}/search", second, json=only | {"start_cursor": "c"}),
    )
    auth = CustomAuthValue({"accessToken": "key"})
    labels = [option["label"] for option in choose(piece, "create_database_item", "database_id", *asked, auth=auth)["options"]]
    assert labels == ["People", "Untitled"]
    pages = exchange("POST", f"{API}/search", {"results": [page(1)], "has_more": True, "next_cursor": "c"}, json="REDACTED")
    assert choose(piece, "createPage", "pageId", pages, auth=AUTH)["options"] == [{"label": "Page 1", "value": "p1"}]
    items = exchange("POST", f"{API}/databases/d1/query", {"results": [page(2)]}, json={"page_size": 100})
    offered = choose(piece, "update_database_item", "database_item_id", items, auth=AUTH, database_id="d1")
    assert offered["options"] == [{"label": "Page 2", "value": "p2"}]


def test_the_form_of_an_item() -> None:
    form = choose(piece, "create_database_item", "databaseFields", DATABASE, auth=AUTH, database_id="d1")
    assert {name: field["type"] for name, field in form.items()} == {
        "Name": "SHORT_TEXT", "Notes": "LONG_TEXT", "Age": "NUMBER", "State": "STATIC_DROPDOWN", "Tags": "STATIC_MULTI_SELECT_DROPDOWN",
        "Due": "SHORT_TEXT", "Who": "ARRAY",
    }  # fmt: skip
    assert choose(piece, "create_database_item", "databaseFields", auth=AUTH) == {}


def test_new_items() -> None:
    def listed(*numbers: int) -> Exchange:
        body = {"sorts": [{"timestamp": "created_time", "direction": "descending"}], "page_size": 100}
        return exchange("POST", f"{API}/databases/d1/query", {"results": [page(number) for number in numbers]}, json=body)

    trigger = Enabled(piece, "new_database_item", {"database_id": "d1"}, AUTH)
    trigger.enable(listed(1))
    assert trigger.poll(listed(3, 2, 1)) == [page(2), page(3)]

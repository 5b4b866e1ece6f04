"""Against calls and answers of HubSpot's documentation (developers.hubspot.com/docs/reference/api/crm)."""

from typing import Any

import pytest
from tests.unit.pieces.recorded import Enabled, act, choose, exchange

from piecework.pieces.hubspot import piece
from piecework.pieces.hubspot.client import properties_of
from piecework.sdk import AuthCheck, CustomAuthValue, OAuth2Token
from piecework.sdk.recording import RecordedHttp
from piecework.sdk.testing import TEST_SERVER

API = "https://api.hubapi.com"
AUTH = OAuth2Token("t")
HEADERS = {"Authorization": "Bearer t", "Accept": "application/json"}
ADA = {"id": "7", "properties": {"email": "ada@example.com"}}
GROUPS = {"results": [{"name": "info", "label": "Info"}]}
PROPERTIES = {
    "results": [
        {"name": "email", "label": "E-mail", "groupName": "info", "fieldType": "text"},
        {"name": "hs_tags", "label": "Tags", "groupName": "info", "fieldType": "checkbox", "options": [{"label": "A", "value": "a"}]},
        {"name": "owner", "label": "Owner", "fieldType": "select", "referencedObjectType": "OWNER"},
        {"name": "team", "label": "Team", "fieldType": "select", "referencedObjectType": "TEAM"},
        {"name": "opted", "label": "Opted", "fieldType": "booleancheckbox"},
        {"name": "born", "label": "Born", "fieldType": "date", "type": "date"},
        {"name": "notes", "label": "Notes", "fieldType": "textarea"},
        {"name": "count", "label": "Count", "fieldType": "number"},
        {"name": "stage", "label": "Stage", "fieldType": "select", "options": [{"label": "B", "value": "b"}]},
        {"name": "sum", "label": "Sum", "fieldType": "calculation_equation"},
        {"name": "made", "label": "Made", "fieldType": "date", "modificationMetadata": {"readOnlyValue": True}},
        {"name": "old", "label": "Old", "fieldType": "text", "hidden": True},
    ]
}


def call(method: str, path: str, body: Any = None, status: int = 200, **sent: Any) -> Any:
    return exchange(method, f"{API}{path}", body, status, headers=HEADERS, **sent)


def fetched(kind: Any, *more: str) -> Any:
    return call("GET", f"/crm/v3/objects/{kind}/7", ADA, params={"properties": ",".join(properties_of(kind, list(more)))})


@pytest.mark.parametrize(("kind", "what", "id_name"), [("contacts", "contact", "contactId"), ("companies", "company", "companyId")])
def test_records_are_created_and_changed(kind: str, what: str, id_name: str) -> None:
    body = {"properties": {"name": "Ada", "hs_tags": "a;b"}}
    values = {"objectProperties": {"name": "Ada", "hs_tags": ["a", "b"], "others": []}, "additionalPropertiesToRetrieve": ["hs_tags"]}
    made = call("POST", f"/crm/v3/objects/{kind}", {"id": "7"}, 201, json=body)
    assert act(piece, f"create-{what}", values, made, fetched(kind, "hs_tags"), auth=AUTH) == ADA
    changed = call("PATCH", f"/crm/v3/objects/{kind}/7", {"id": "7"}, json=body)
    assert act(piece, f"update-{what}", {id_name: "7", **values}, changed, fetched(kind, "hs_tags"), auth=AUTH) == ADA


def test_a_contact_is_fetched() -> None:
    assert act(piece, "get-contact", {"contactId": "7"}, fetched("contacts"), auth=AUTH) == ADA


def test_a_contact_is_known_by_its_address() -> None:
    search = {"limit": 1, "filterGroups": [{"filters": [{"propertyName": "email", "operator": "EQ", "value": "ada@example.com"}]}]}
    form = {"email": "ada@example.com", "objectProperties": {"city": "London"}}

    def asked(*found: Any) -> Any:
        return call("POST", "/crm/v3/objects/contacts/search", {"results": list(found)}, json=search)

    changed = call("PATCH", "/crm/v3/objects/contacts/7", ADA, json={"properties": {"city": "London"}})
    assert act(piece, "create-or-update-contact", form, asked(ADA), changed, auth=AUTH) == ADA
    made = call("POST", "/crm/v3/objects/contacts", ADA, 201, json={"properties": {"city": "London", "email": "ada@example.com"}})
    assert act(piece, "create-or-update-contact", form, asked(), made, auth=AUTH) == ADA


def asked_for(kind: str) -> tuple[Any, Any]:
    return call("GET", f"/crm/v3/properties/{kind}/groups", GROUPS), call("GET", f"/crm/v3/properties/{kind}", PROPERTIES)


def test_the_form_has_what_can_be_written() -> None:
    owners = call("GET", "/crm/v3/owners", {"results": [{"id": "1", "email": "o@example.com"}, {"id": "2"}]}, params={"limit": 100})
    fields = choose(piece, "create-contact", "objectProperties", *asked_for("contacts"), owners, auth=AUTH)
    assert {name: field["type"] for name, field in fields.items()} == {
        "email": "SHORT_TEXT", "hs_tags": "STATIC_MULTI_SELECT_DROPDOWN", "owner": "STATIC_DROPDOWN", "opted": "STATIC_DROPDOWN",
        "born": "DATE_TIME", "notes": "LONG_TEXT", "count": "NUMBER", "stage": "STATIC_DROPDOWN",
    }  # fmt: skip
    assert fields["email"]["displayName"] == "Info: E-mail"
    assert fields["owner"]["options"]["options"] == [{"label": "o@example.com", "value": "1"}]
    without = choose(piece, "create-or-update-contact", "objectProperties", *asked_for("contacts"), owners, auth=AUTH)
    assert fields.keys() - without.keys() == {"email"}


def test_properties_beside_the_usual_ones() -> None:
    offered = choose(piece, "get-contact", "additionalPropertiesToRetrieve", *asked_for("contacts"), auth=AUTH)
    assert {"label": "Info: Tags", "value": "hs_tags"} in offered["options"]
    assert "email" not in [option["value"] for option in offered["options"]]


@pytest.mark.parametrize(("name", "kind"), [("new-company", "companies"), ("new-contact", "contacts")])
def test_new_records(name: str, kind: Any) -> None:
    trigger = Enabled(piece, name, {}, auth=AUTH)

    def record(day: int) -> dict[str, Any]:
        return {"id": str(day), "properties": {"createdate": f"2026-01-0{day}T00:00:00.000Z"}}

    def page(*days: int, since: int, following: str | None = None, **after: Any) -> Any:
        known = {"propertyName": "createdate", "operator": "GTE", "value": str(1767225600000 + (since - 1) * 86_400_000)}
        body = {"limit": 100, "properties": properties_of(kind, None), "sorts": ["-createdate"], **after}
        body |= {"filterGroups": [{"filters": [known]}]} if since else {}
        paging = {"paging": {"next": {"after": following}}} if following else {}
        return call("POST", f"/crm/v3/objects/{kind}/search", {"results": [*map(record, days)], **paging}, json=body)

    trigger.enable(page(1, since=0, following="100"))
    assert trigger.poll(page(3, since=1, following="100"), page(2, 1, since=1, after="100")) == [record(2), record(3)]
    assert trigger.poll(page(3, since=3)) == []


@pytest.mark.parametrize(("status", "works"), [(200, True), (401, False)])
async def test_private_apps_are_tried(status: int, works: bool) -> None:
    http = RecordedHttp([call("GET", "/account-info/v3/details", {}, status)])
    assert (await piece.auths[1].check(AuthCheck(CustomAuthValue({"access_token": "t"}), http, TEST_SERVER)) is None) is works

"""Flows exported by the wire's own server: they import, publish and answer here; and templates that people keep."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.e2e.flow_documents import Flow, code, names
from tests.e2e.server_process import Account

TEMPLATES = sorted((Path(__file__).parents[1] / "recordings" / "templates").glob("*.json"))


def import_request(template: dict[str, Any]) -> dict[str, Any]:
    flow = template["flows"][0]
    return {key: flow.get(key) for key in ("displayName", "trigger", "schemaVersion", "notes")}


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.stem)
def test_exported_flows_import_publish_and_leave_again(owner: Account, file: Path) -> None:
    template = json.loads(file.read_text())
    flow = Flow(owner)
    imported = flow.done("IMPORT_FLOW", **import_request(template))
    assert imported["version"]["valid"] is True
    published = flow.done("LOCK_AND_PUBLISH")
    assert published["status"] == "ENABLED"
    exported = owner.client.get(f"/flows/{flow.id}/template").json()
    assert exported["pieces"] == template["pieces"]
    assert without_dates(exported["flows"]) == without_dates(template["flows"])


def without_dates(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_dates(item) for key, item in value.items() if key != "lastUpdatedDate"}
    return [without_dates(item) for item in value] if isinstance(value, list) else value


def test_life_of_a_template(owner: Account, member: Account) -> None:
    flows = json.loads(TEMPLATES[0].read_text())["flows"]
    request = {"name": "Mine 100%", "summary": "s", "flows": flows, "tags": [{"title": "Sales", "color": "#fff"}], "categories": ["SALES"]}
    response = owner.client.post("/templates", json=request)
    assert response.status_code == 201, response.text
    template = response.json()
    assert (template["type"], template["status"], template["flows"]) == ("CUSTOM", "PUBLISHED", flows)
    assert "@activepieces/piece-webhook" in template["pieces"]
    assert member.client.get(f"/templates/{template['id']}").json() == template

    def found(**query: Any) -> list[str]:
        return [each["id"] for each in owner.client.get("/templates", params=query).json()["data"]]

    assert found() == found(search="100%") == found(type="CUSTOM") == found(category="SALES") == [template["id"]]
    assert found(pieces=["@activepieces/piece-webhook"], tags=["Sales", "Other"]) == [template["id"]]
    assert found(search="nope") == found(pieces=["piece"]) == found(tags=["Sale"]) == []

    flow = Flow(owner, "From template", templateId=template["id"]).created.json()
    assert (flow["templateId"], flow["version"]["displayName"], flow["version"]["valid"]) == (template["id"], "From template", True)
    assert names(flow)

    changed = owner.client.post(f"/templates/{template['id']}", json={"name": "Yours"}).json()
    assert changed == {**template, "name": "Yours", "updated": changed["updated"]}
    assert [
        member.client.post(f"/templates/{template['id']}", json={"name": "x"}).status_code,
        member.client.delete(f"/templates/{template['id']}").status_code,
        member.client.post("/templates", json=request).status_code,
    ] == [403] * 3
    assert member.client.post("/templates", json={**request, "type": "SHARED"}).status_code == 201
    assert owner.client.delete(f"/templates/{template['id']}").status_code == 204
    assert owner.client.get(f"/templates/{template['id']}").status_code == 404
    assert owner.client.delete(f"/templates/{template['id']}").status_code == 404


@pytest.mark.parametrize(
    "flows",
    [[], [{}], ["x"], [{"displayName": "x", "trigger": {}}], [{"displayName": "x", "trigger": code("step_1"), "schemaVersion": "20"}], {}],
)
def test_bad_templates_are_refused(owner: Account, flows: Any) -> None:
    response = owner.client.post("/templates", json={"name": "x", "flows": flows})
    assert response.status_code in (400, 409), response.text


def test_templates_for_nobody(anonymous: httpx.Client) -> None:
    assert anonymous.get("/templates").status_code == 403
    assert isinstance(anonymous.get("/templates/categories").json(), list)

"""What the application exports the API imports unchanged, and the other way round."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.conftest import OpenPage
from tests.browser.scenes import order_flow, titled
from tests.e2e.flow_building import make_flow, operate, webhook_trigger
from tests.e2e.server_process import Account, Server


def without_dates(value: Any) -> Any:
    """A document without the dates of its steps, which an import sets anew."""
    if isinstance(value, dict):
        return {
            key: without_dates(item)
            for key, item in value.items()
            if key not in ("lastUpdatedDate", "sampleData", "created", "updated", "id")
        }
    return [without_dates(item) for item in value] if isinstance(value, list) else value


def template_of(account: Account, flow_id: str) -> dict[str, Any]:
    """A flow as the API exports it."""
    return account.client.get(f"/flows/{flow_id}/template").json()


def exported_by_the_application(page: Page, name: str, folder: Path) -> dict[str, Any]:
    """The file that a person gets."""
    page.goto("/flows")
    page.get_by_role("button", name=f"Actions for {name}").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Export as a file").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return json.loads(file.read_text())


def test_a_flow_travels_both_ways(server: Server, new_user: Callable[[], dict[str, Any]], open_page: OpenPage, tmp_path: Path) -> None:
    session = new_user()
    page = open_page(session)
    with server.client(session["token"]) as client:
        account = Account(session, client)
        original = make_flow(account, titled(webhook_trigger(), "Order received"), *order_flow(), publish=False)["id"]
        operate(account, original, "CHANGE_NAME", {"displayName": "Orders"})

        # application → API
        exported = exported_by_the_application(page, "Orders", tmp_path)
        assert without_dates(exported) == without_dates(template_of(account, original))
        created = client.post("/flows", json={"displayName": "From the file", "projectId": account.project_id}).json()["id"]
        document = exported["flows"][0]
        operate(account, created, "IMPORT_FLOW", {key: document[key] for key in ("displayName", "trigger", "schemaVersion", "notes")})
        assert without_dates(template_of(account, created)["flows"]) == without_dates(exported["flows"])

        # API → application
        client.delete(f"/flows/{created}")
        client.delete(f"/flows/{original}")
        (tmp_path / "orders.json").write_text(json.dumps(exported))
        page.goto("/flows")
        page.get_by_role("button", name="Import").first.click()
        page.locator("input[type=file]").set_input_files(tmp_path / "orders.json")
        page.get_by_role("button", name="Import one flow").click()
        page.get_by_role("link", name="Orders").wait_for()
        (flow,) = client.get("/flows", params={"projectId": account.project_id}).json()["data"]
        assert without_dates(template_of(account, flow["id"])["flows"]) == without_dates(exported["flows"])

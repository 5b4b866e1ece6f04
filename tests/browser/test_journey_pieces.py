"""An administrator installs a piece from the catalogue, uses it with its computed fields, removes it, and installs it again from the flow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.builder import Builder, curl, new_flow
from tests.browser.conftest import Complaints, OpenPage
from tests.e2e.server_process import Server, StartServer
from tests.npm_packages import Registry, archives, registry

MODERN = "@local/piece-modern"


@pytest.fixture(scope="module")
def npm_registry() -> Iterator[Registry]:
    with registry() as server:
        yield server


@pytest.fixture(scope="module")
def workshop(start_server: StartServer, npm_registry: Registry) -> Server:
    return start_server(log_level="warn", allow_open_sign_up=True)


@pytest.fixture(scope="module")
def admin(workshop: Server) -> dict[str, Any]:
    return workshop.sign_up("ada@example.com")


def install_dialog(page: Page) -> Locator:
    page.goto("/settings/pieces")
    page.get_by_role("button", name="Install a piece").click()
    return page.get_by_role("dialog", name="Install a piece")


def piece_named(page: Page, name: str) -> Locator:
    """A piece of the catalogue, opened."""
    row = page.get_by_role("listitem").filter(has=page.get_by_role("button", name=re.compile(f"^{name} ")))
    row.get_by_role("button", expanded=False).click()
    return row


def build(page: Page) -> Builder:
    """A flow with a step of the piece, whose fields depend on each other."""
    page.goto("/flows")
    builder = new_flow(page)
    builder.card("trigger").click()
    builder.pick("catch webhook")
    builder.add("trigger:AFTER", "modern chooses")
    broken = builder.panel.locator('[data-field="broken"]')
    expect(broken.get_by_role("alert")).to_contain_text("no options today")
    builder.panel.get_by_text("A field").wait_for()  # stands above it and comes when it is computed: a click must not be on its way then
    with page.expect_response("**/pieces/options"):
        broken.get_by_role("button", name="Try again").click()
    with page.expect_response(lambda answer: "/pieces/options" in answer.url and "field1" in answer.text()):
        builder.choose("Color", "none undefined")
    builder.type_into("A field", "as blue as the sea")
    return builder


@pytest.fixture
def quiet(complaints: Complaints) -> None:
    """The console may speak of what is not installed, of choices that a piece cannot compute, and of a logo in a domain that there is not."""
    complaints.expected += ["404", "status of 500", "status of 400", "ERR_NAME_NOT_RESOLVED"]


@pytest.mark.usefixtures("quiet")
def test_from_the_registry_to_a_run_and_back(workshop: Server, admin: dict[str, Any], open_page: OpenPage) -> None:
    page = open_page(admin, url=workshop.url)
    dialog = install_dialog(page)
    dialog.get_by_role("textbox", name="Name of the package").fill(f"{MODERN}@1.2.0")
    expect(dialog.get_by_role("textbox", name="Version")).to_have_value("1.2.0")
    dialog.get_by_role("button", name="Install a piece").click()
    dialog.wait_for(state="hidden", timeout=60_000)
    row = piece_named(page, "Modern")
    expect(row).to_contain_text("npm")
    expect(row).to_contain_text("What chooses does")

    builder = build(page)
    builder.test_step()
    expect(builder.panel.get_by_role("treeitem").filter(has_text="field1")).to_contain_text("as blue as the sea")
    builder.publish()
    curl(f"-X POST {workshop.url}/api/v1/webhooks/{builder.flow_id}/sync -H 'content-type: application/json' -d '{{}}'")
    flow = page.url

    # removed, the flow says what it needs, and one click brings it back
    page.goto("/settings/pieces")
    piece_named(page, "Modern").get_by_role("button", name="Remove version 1.2.0").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Modern 1.2.0 is removed.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Modern "))).to_have_count(0)
    page.goto(flow)
    builder.open_step("step_1")
    expect(builder.panel).to_contain_text(f"This step needs {MODERN} ")
    page.get_by_role("banner").get_by_role("button", name=re.compile("[Pp]roblem")).click()
    builder.panel.get_by_role("button", name=f"Install {MODERN} 1.2.0").click()
    expect(builder.panel.get_by_role("button", name="Install")).to_have_count(0, timeout=60_000)
    expect(builder.panel).to_contain_text("Nothing stands in the way")
    builder.open_step("step_1")
    builder.test_step()


@pytest.mark.usefixtures("quiet")
def test_a_package_is_uploaded_and_hidden(workshop: Server, admin: dict[str, Any], open_page: OpenPage) -> None:
    page = open_page(admin, url=workshop.url)
    dialog = install_dialog(page)
    upload = dialog.get_by_label("Or upload a package")
    upload.set_input_files(FilePayload(name="notes.tgz", mimeType="application/gzip", buffer=b"no archive"))
    expect(dialog.get_by_role("alert")).to_contain_text("This file is no npm package")
    upload.set_input_files(FilePayload(name="early.tgz", mimeType="application/gzip", buffer=archives()["@local/piece-early@0.2.0"]))
    expect(dialog.get_by_role("textbox", name="Name of the package")).to_have_value("@local/piece-early")
    dialog.get_by_role("button", name="Install a piece").click()
    dialog.wait_for(state="hidden", timeout=60_000)
    row = piece_named(page, "Early")
    expect(row).to_contain_text("Uploaded package")
    row.get_by_role("button", name="Hide").click()
    expect(row).to_contain_text("Hidden")

    member = open_page(workshop.sign_up("grace@example.com"), url=workshop.url)
    member.goto("/settings/pieces")
    member.get_by_role("button", name=re.compile("^Webhook ")).wait_for()
    expect(member.get_by_role("button", name=re.compile("^Early "))).to_have_count(0)
    expect(member.get_by_role("button", name="Install a piece")).to_have_count(0)


@pytest.mark.usefixtures("quiet")
def test_what_cannot_be_installed_says_why(workshop: Server, admin: dict[str, Any], open_page: OpenPage) -> None:
    page = open_page(admin, url=workshop.url)
    dialog = install_dialog(page)
    name, version = dialog.get_by_role("textbox", name="Name of the package"), dialog.get_by_role("textbox", name="Version")
    name.fill("@local/piece-nowhere")
    version.fill("~1.0")
    dialog.get_by_role("button", name="Install a piece").click()
    expect(dialog).to_contain_text("Give an exact version")
    version.fill("1.0.0")
    dialog.get_by_role("button", name="Install a piece").click()
    expect(dialog.get_by_role("alert")).to_contain_text("@local/piece-nowhere@1.0.0 was not installed", timeout=60_000)
    dialog.get_by_role("button", name="Cancel").click()
    failed = page.get_by_role("region", name="Could not be installed")
    expect(failed).to_contain_text("@local/piece-nowhere 1.0.0")
    expect(failed.get_by_role("button", name="Install @local/piece-nowhere 1.0.0")).to_be_visible()

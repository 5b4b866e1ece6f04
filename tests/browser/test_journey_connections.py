"""Somebody connects a service through its consent window while building a flow, uses it, and mends it after it was revoked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.builder import Builder, curl, new_flow
from tests.browser.conftest import Complaints, OpenPage
from tests.browser.local_service import serving
from tests.e2e.authorization_server import Service, authorization_server
from tests.e2e.connecting import acme_installed
from tests.e2e.flow_building import action, make_flow, webhook_trigger
from tests.e2e.server_process import Account, Server, StartServer


@dataclass(frozen=True)
class World:
    """A server that has the piece `acme`, and the service behind that piece, with its authorization server."""

    server: Server
    service: Service
    founder: dict[str, Any]
    """The administrator, signed in."""


@pytest.fixture(scope="module")
def world(start_server: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with authorization_server() as service, acme_installed(tmp_path_factory.mktemp("acme") / "site"):
        server = start_server(log_level="warn", allow_open_sign_up=True)
        yield World(server, service, server.sign_up("ada@example.com"))


def consent(dialog: Locator, service: Service) -> None:
    """Fills in the form of Acme's OAuth2 and goes through the window, which gives consent and closes by itself."""
    dialog.get_by_label("Base URL").fill(service.url)
    dialog.get_by_label("Client ID").fill(service.application.client_id)
    dialog.get_by_label("Client secret").fill(service.application.client_secret)
    with dialog.page.expect_popup() as opened:
        dialog.get_by_role("button", name="Connect", exact=True).click()
    if not opened.value.is_closed():
        opened.value.wait_for_event("close")
    dialog.wait_for(state="hidden")


def build(page: Page, world: World) -> Builder:
    """A flow that calls Acme, published, with a connection that was made in the step."""
    builder = new_flow(page)
    builder.card("trigger").click()
    builder.pick("catch webhook")
    builder.add("trigger:AFTER", "acme call")
    builder.panel.get_by_role("button", name="New connection").click()
    dialog = page.get_by_role("dialog", name="Connect Acme")
    dialog.get_by_role("button", name="Connect", exact=True).click()
    expect(dialog.get_by_text("This is needed.")).to_be_visible()
    consent(dialog, world.service)
    expect(builder.panel.get_by_role("combobox", name="Connection", exact=True)).to_have_text("Acme")
    builder.type_into("URL", f"{world.service.url}/echo")
    builder.test_step()
    builder.publish()
    return builder


def called(world: World, builder: Builder) -> None:
    curl(f"-X POST {world.server.url}/api/v1/webhooks/{builder.flow_id}/sync -H 'content-type: application/json' -d '{{}}'")


def test_a_connection_is_made_used_revoked_and_mended(world: World, open_page: OpenPage) -> None:
    service = world.service
    page = open_page(world.founder, url=world.server.url)
    page.goto("/flows")
    service.lifetime = 0  # each token is due at once
    builder = build(page, world)
    (claim,) = service.requests_for("authorization_code")
    assert claim["code_verifier"], "the window was opened with PKCE"
    called(world, builder)
    assert service.requests_for("refresh_token"), "the run used the connection, and renewed it"

    # revoked: the step's test finds out, and the settings say so
    service.revoke_everything()
    page.get_by_role("tab", name="Test").click()
    builder.panel.get_by_role("button", name=re.compile("^Test (step|again)$")).click()
    builder.settings()
    expect(builder.panel).to_contain_text("“Acme” does not work.")
    page.goto("/connections")
    row = page.get_by_role("listitem").filter(has_text="Acme")
    expect(row).to_contain_text("Refused")
    row.get_by_role("button", name="Flows that use Acme: 1").click()
    usage = page.get_by_role("dialog", name="Flows that use “Acme”")
    expect(usage).to_contain_text("step_1")
    usage.get_by_role("link").click()

    # at the step: it says what is wrong, and is put right there
    expect(builder.panel).to_contain_text("“Acme” does not work.")
    expect(builder.card("step_1")).to_contain_text("its connection does not work")
    service.lifetime = 3600
    builder.panel.get_by_role("button", name="Reconnect").click()
    consent(page.get_by_role("dialog", name="Reconnect Acme"), service)
    expect(builder.panel).not_to_contain_text("does not work")
    builder.test_step()
    session = json.loads(page.evaluate("localStorage.getItem('piecework.session')"))
    with world.server.client(session["token"]) as client:
        runs = client.get("/flow-runs", params={"projectId": session["projectId"]}).json()["data"]
    assert service.application.client_secret not in page.content() + json.dumps(runs)


def test_a_window_that_is_closed_or_refuses(world: World, open_page: OpenPage) -> None:
    page = open_page(world.server.sign_up("grace@example.com"), url=world.server.url)
    page.goto("/connections")
    page.get_by_role("button", name="New connection").click()
    page.get_by_role("dialog").get_by_label("Search pieces").fill("acme")
    page.get_by_role("dialog").get_by_role("button", name="Acme").click()
    dialog = page.get_by_role("dialog", name="Connect Acme")
    with serving(lambda path: (200, "Do you agree?")) as undecided:
        dialog.get_by_label("Base URL").fill(undecided)
        dialog.get_by_label("Client ID").fill("acme-app")
        asked = ask(dialog)
        expect(dialog).to_contain_text("Go on in the window of the service.")
        asked.close()
        expect(dialog.get_by_role("status")).to_contain_text("The window of the service was closed, or")
        asked = ask(dialog, "Connect again")
        expect(dialog.get_by_role("status")).to_have_text("Go on in the window of the service.")
        stranger = {"state": "another", "error": "access_denied", "error_description": "Not you"}
        asked.evaluate("([told, origin]) => opener.postMessage(told, origin)", [stranger, world.server.url])
        state = parse_qs(urlsplit(asked.url).query)["state"][0]
        asked.evaluate(
            "url => { location.href = url; }", f"{world.server.url}/redirect?error=access_denied&error_description=Denied&state={state}"
        )
        expect(dialog.get_by_role("alert")).to_contain_text("The service gave no permission: Denied")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="No connections yet")).to_be_visible()


def test_a_service_that_cuts_its_window_off(world: World, open_page: OpenPage) -> None:
    service = world.service
    page = open_page(world.server.sign_up("barbara@example.com"), url=world.server.url)
    page.goto("/connections")
    service.isolated = True
    try:
        page.get_by_role("button", name="New connection").click()
        page.get_by_role("dialog").get_by_label("Search pieces").fill("acme")
        page.get_by_role("dialog").get_by_role("button", name="Acme").click()
        dialog = page.get_by_role("dialog", name="Connect Acme")
        dialog.get_by_label("Base URL").fill(service.url)
        dialog.get_by_label("Client ID").fill(service.application.client_id)
        dialog.get_by_label("Client secret").fill(service.application.client_secret)
        asked = ask(dialog)
        assert asked.evaluate("opener") is None
        expect(dialog.get_by_role("status")).to_contain_text("or the service keeps it out of sight")
        later = ask(dialog, "Connect again")
        claims = len(service.requests_for("authorization_code"))
        asked.get_by_role("link", name="Agree").click()
        expect(asked.get_by_role("status")).to_contain_text("No page of Piecework waits for this window.")
        assert len(service.requests_for("authorization_code")) == claims, "that answer is nobody's"
        expect(dialog.get_by_role("status")).to_contain_text("or the service keeps it out of sight")
        with later.expect_event("close"):
            later.get_by_role("link", name="Agree").click()
        dialog.wait_for(state="hidden")
        expect(row_of(page, "Acme")).to_be_visible()
        asked.close()
    finally:
        service.isolated = False


def ask(dialog: Locator, button: str = "Connect") -> Page:
    """Opens the window, and waits until the service's page is in it."""
    with dialog.page.expect_popup() as opened:
        dialog.get_by_role("button", name=button, exact=True).click()
    opened.value.wait_for_url("**/authorize?**")
    return opened.value


def connect_with_key(page: Page, name: str, *, shared_with: str = "") -> None:
    """Makes a connection of Acme's kind *API key*, for the project or for the projects of a name."""
    page.get_by_role("button", name="New connection").click()
    page.get_by_role("dialog").get_by_label("Search pieces").fill("acme")
    page.get_by_role("dialog").get_by_role("button", name="Acme").click()
    dialog = page.get_by_role("dialog", name="Connect Acme")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("How to connect").select_option(label="API key (Key)")
    dialog.get_by_label("API key *").fill("wrong-key")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("is not a key")
    expect(dialog.get_by_role("alert")).not_to_contain_text("wrong-key")
    dialog.get_by_label("API key *").fill("key-of-the-team")
    if shared_with:
        dialog.get_by_label("Who may use it").select_option(label="Several projects")
        dialog.get_by_role("checkbox", name=shared_with).check()
    dialog.get_by_role("button", name="Save").click()
    dialog.wait_for(state="hidden")


def row_of(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_text(name, exact=True))


def command(page: Page, name: str, label: str) -> None:
    """Takes an entry of a connection's menu."""
    page.get_by_role("button", name=f"Actions for {name}").click()
    page.get_by_role("menuitem", name=label).click()


def test_connections_are_renamed_tested_replaced_shared_and_deleted(world: World, open_page: OpenPage, complaints: Complaints) -> None:
    complaints.expected.append("status of 400")  # the key that the piece refuses
    session = world.server.sign_up("lin@example.com", firstName="Lin")
    admin = open_page(world.founder, url=world.server.url)
    admin.goto("/connections")
    connect_with_key(admin, "Everybody's Acme", shared_with="Lin's Project")
    expect(row_of(admin, "Everybody's Acme")).to_contain_text("Global")

    page = open_page(session, url=world.server.url)
    page.goto("/connections")
    expect(row_of(page, "Everybody's Acme")).to_contain_text("Global")
    connect_with_key(page, "Old")
    with world.server.client(session["token"]) as client:
        account = Account(session, client)
        (old,) = [each for each in listed(account) if each["displayName"] == "Old"]
        step = action(
            "step_1", "acme", "1.2.0", "call", auth=f"{{{{connections['{old['externalId']}']}}}}", url=f"{world.service.url}/echo"
        )
        make_flow(account, webhook_trigger(), step)
        page.reload()

        command(page, "Old", "Rename")
        page.get_by_role("dialog").get_by_label("Name").fill("Retired")
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
        expect(row_of(page, "Retired")).to_be_visible()
        command(page, "Retired", "Test")
        expect(page.get_by_text("“Retired” works.")).to_be_visible()
        command(page, "Retired", "Delete")
        expect(page.get_by_role("alertdialog")).to_contain_text("Flows use it")
        page.get_by_role("alertdialog").get_by_role("button", name="Cancel").click()
        command(page, "Retired", "Replace in flows")
        dialog = page.get_by_role("dialog", name="Replace “Retired”")
        dialog.get_by_label("Use this connection instead").select_option(label="Everybody's Acme")
        dialog.get_by_role("checkbox", name="Delete the old connection afterwards").check()
        dialog.get_by_role("button", name="Replace", exact=True).click()
        expect(row_of(page, "Retired")).to_have_count(0)
        expect(page.get_by_role("button", name="Flows that use Everybody's Acme: 1")).to_be_visible()
        assert [each["displayName"] for each in listed(account)] == ["Everybody's Acme"]

        page.get_by_role("button", name="Actions for Everybody's Acme").click()
        expect(page.get_by_role("menuitem", name="Delete")).to_have_count(0)


def test_a_polling_trigger_is_tried_with_its_connection(world: World, open_page: OpenPage, complaints: Complaints) -> None:
    complaints.expected.append("status of 400")  # the key that the piece refuses
    page = open_page(world.server.sign_up("hedy@example.com"), url=world.server.url)
    page.goto("/connections")
    connect_with_key(page, "Acme of the team")
    page.goto("/flows")
    builder = new_flow(page)
    builder.card("trigger").click()
    builder.pick("new item acme")
    builder.choose("Connection", "Acme of the team")
    builder.type_into("URL", f"{world.service.url}/echo")
    page.get_by_role("tab", name="Test").click()
    builder.panel.get_by_role("button", name="Fetch a sample").click()
    expect(builder.panel.get_by_role("status").filter(has_text="Received")).to_be_visible()
    expect(builder.panel).not_to_contain_text("key-of-the-team")


def test_a_variable_is_made_changed_and_never_shown(world: World, open_page: OpenPage) -> None:
    session = world.server.sign_up("emmy@example.com")
    page = open_page(session, url=world.server.url)
    page.goto("/connections/variables")
    page.get_by_role("button", name="New variable").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("region key")
    dialog.get_by_label("Value", exact=True).fill("s3cret-1")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("Only letters, digits and underscores")
    dialog.get_by_label("Name").fill("REGION_KEY")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("listitem").filter(has_text="REGION_KEY")).to_be_visible()
    page.get_by_role("button", name="New value").click()
    expect(dialog.get_by_label("Value", exact=True)).to_have_value("")
    dialog.get_by_label("Value", exact=True).fill("s3cret-2")
    dialog.get_by_role("button", name="Save").click()
    dialog.wait_for(state="hidden")
    assert "s3cret" not in page.content()
    with world.server.client(session["token"]) as client:
        (variable,) = client.get("/variables", params={"projectId": session["projectId"]}).json()["data"]
        assert client.post(f"/variables/{variable['id']}/reveal").json() == {"value": "s3cret-2"}
    page.get_by_role("button", name="Delete REGION_KEY").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="No variables yet")).to_be_visible()


def test_the_platforms_application_needs_no_secret_of_its_users(world: World, open_page: OpenPage) -> None:
    admin = open_page(world.founder, url=world.server.url)
    admin.goto("/settings/platform")
    apps = admin.get_by_role("region", name="OAuth applications")
    apps.get_by_label("Piece").select_option(label="Acme")
    apps.get_by_label("Client ID").fill(world.service.application.client_id)
    apps.get_by_label("Client secret").fill(world.service.application.client_secret)
    apps.get_by_role("button", name="Add application").click()
    expect(apps.get_by_role("listitem")).to_contain_text("Acme")

    page = open_page(world.server.sign_up("mary@example.com"), url=world.server.url)
    page.goto("/connections")
    page.get_by_role("button", name="New connection").click()
    page.get_by_role("dialog").get_by_label("Search pieces").fill("acme")
    page.get_by_role("dialog").get_by_role("button", name="Acme").click()
    dialog = page.get_by_role("dialog", name="Connect Acme")
    expect(dialog.get_by_label("Application")).to_contain_text("The platform's")
    expect(dialog.get_by_label("Client secret")).to_have_count(0)
    dialog.get_by_label("Base URL").fill(world.service.url)
    dialog.get_by_role("button", name="Connect", exact=True).click()
    dialog.wait_for(state="hidden")
    expect(row_of(page, "Acme").first).to_contain_text("OAuth2 of the platform")


def listed(account: Account) -> list[dict[str, Any]]:
    return account.client.get("/app-connections", params={"projectId": account.project_id}).json()["data"]

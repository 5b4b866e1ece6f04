"""Somebody connects a service through its consent window while building a flow, uses it, and mends it after it was revoked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.builder import Builder, curl, new_flow, sign_up
from tests.browser.conftest import OpenPage
from tests.browser.local_service import serving
from tests.e2e.authorization_server import Service, authorization_server
from tests.e2e.connecting import acme_installed
from tests.e2e.server_process import Server, StartServer


@dataclass(frozen=True)
class World:
    """A server that has the piece `acme`, and the service behind that piece, with its authorization server."""

    server: Server
    service: Service


@pytest.fixture(scope="module")
def world(start_server: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with authorization_server() as service, acme_installed(tmp_path_factory.mktemp("acme") / "site"):
        yield World(start_server(log_level="warn", allow_open_sign_up=True), service)


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
    page = open_page(url=world.server.url)
    sign_up(page)
    service.lifetime = 0  # each token is due at once
    builder = build(page, world)
    (claim,) = service.requests_for("authorization_code")
    assert claim["code_verifier"], "the window was opened with PKCE"
    called(world, builder)
    assert service.requests_for("refresh_token"), "the run used the connection, and renewed it"

    service.revoke_everything()
    called(world, builder)
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
        expect(dialog.get_by_role("alert")).to_contain_text("The window was closed before")
        asked = ask(dialog)
        stranger = {"state": "another", "error": "access_denied", "error_description": "Not you"}
        asked.evaluate("([told, origin]) => opener.postMessage(told, origin)", [stranger, world.server.url])
        state = parse_qs(urlsplit(asked.url).query)["state"][0]
        asked.evaluate("url => { location.href = url; }", f"{world.server.url}/redirect?error=access_denied&error_description=Denied&state={state}")
        expect(dialog.get_by_role("alert")).to_contain_text("The service gave no permission: Denied")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="No connections yet")).to_be_visible()


def ask(dialog: Locator) -> Page:
    """Opens the window, and waits until the service's page is in it."""
    with dialog.page.expect_popup() as opened:
        dialog.get_by_role("button", name="Connect", exact=True).click()
    opened.value.wait_for_url("**/authorize?**")
    return opened.value

"""Signing in, signing up and invitations in a browser."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints, OpenPage
from tests.e2e.server_process import STRONG_PASSWORD, Server, StartServer

FIRST_LOAD_BYTES = 200_000


def fill_in(page: Page, email: str | None, password: str = STRONG_PASSWORD) -> None:
    page.get_by_label("First name").fill("Grace")
    page.get_by_label("Last name").fill("Hopper")
    if email is not None:
        page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Create account").click()


def sign_in(page: Page, email: str, password: str = STRONG_PASSWORD) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.keyboard.press("Enter")


def test_the_first_account_becomes_the_administrator(start_server: StartServer, open_page: OpenPage) -> None:
    page = open_page(url=start_server(log_level="warn").url)
    page.goto("/health")
    expect(page.get_by_role("heading", name="Welcome to Piecework")).to_be_visible()
    expect(page.get_by_text("It becomes the administrator")).to_be_visible()
    fill_in(page, "grace@example.com")
    expect(page.get_by_role("heading", name="Everything works").or_(page.get_by_role("heading", name="It works, but"))).to_be_visible()


def test_what_is_wrong_stands_at_its_field(page: Page, complaints: Complaints) -> None:
    complaints.expected.append("409")
    page.goto("/sign-up")
    fill_in(page, "grace@", "short")
    expect(page.get_by_label("E-mail address")).to_have_accessible_description("This is no e-mail address. It looks like name@example.com.")
    expect(page.get_by_label("Password", exact=True)).to_have_accessible_description("Too short: at least 8 characters.")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    fill_in(page, "owner@example.com")
    expect(page.get_by_label("E-mail address")).to_have_accessible_description(
        "There is an account with this address already. Sign in instead."
    )


def test_after_signing_in_one_is_where_one_wanted_to_be(page: Page, complaints: Complaints) -> None:
    complaints.expected.append("401")
    page.goto("/settings/profile")
    sign_in(page, "owner@example.com", "wrong-password")
    expect(page.get_by_text("do not belong together")).to_be_visible()
    sign_in(page, "owner@example.com")
    expect(page.get_by_role("heading", name="Password")).to_be_visible()


def test_nobody_is_led_elsewhere(page: Page, server: Server) -> None:
    page.goto("/sign-in?from=//example.org/evil")
    sign_in(page, "owner@example.com")
    expect(page).to_have_url(f"{server.url}/flows")


def test_a_session_that_ended_says_so(open_page: OpenPage, new_user: Callable[[], dict[str, Any]], complaints: Complaints) -> None:
    complaints.expected += ["401", "403"]
    page = open_page(new_user() | {"token": "no-token"})
    page.goto("/settings/profile")
    expect(page.get_by_text("Your session has ended")).to_be_visible()


def test_an_invitation_leads_to_an_account(server: Server, page: Page) -> None:
    session = sign_in_by_api(server)
    with server.client(session["token"]) as client:
        body = {"email": "invited@example.com", "type": "PROJECT", "projectId": session["projectId"], "projectRole": "Editor"}
        link = client.post("/user-invitations", json=body).json()["link"]
    page.goto(server.url + link[link.index("/invitation") :])
    expect(page.get_by_role("heading", name="You are invited")).to_be_visible()
    expect(page.get_by_label("E-mail address")).to_have_value("invited@example.com")
    fill_in(page, None)
    page.get_by_role("button", name=": switch the project").click()
    expect(page.get_by_role("menuitem", name="Ada's Project")).to_be_visible()


def test_a_bad_invitation_is_told(page: Page, complaints: Complaints) -> None:
    complaints.expected.append("400")
    page.goto("/invitation?token=x&email=a%40example.com")
    expect(page.get_by_role("heading", name="This link is not good any more")).to_be_visible()


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up"])
def test_the_first_load_is_small(page: Page, path: str) -> None:
    sizes: list[float] = []
    listener = page.context.new_cdp_session(page)
    listener.send("Network.enable")
    listener.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert sum(sizes) <= FIRST_LOAD_BYTES


def test_language_and_appearance_can_be_chosen_before_signing_in(open_page: OpenPage) -> None:
    page = open_page(width=360, height=740)
    page.goto("/sign-in")
    page.get_by_label("Language").select_option(label="Deutsch")
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    page.get_by_label("Darstellung").select_option(label="Dunkel")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def sign_in_by_api(server: Server) -> dict[str, Any]:
    with server.client() as client:
        return client.post("/authentication/sign-in", json={"email": "owner@example.com", "password": STRONG_PASSWORD}).json()

"""Settings, users and health in a browser, as an administrator and as somebody else."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints, OpenPage
from tests.browser.test_sign_in import sign_in_by_api
from tests.e2e.server_process import Server

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
PAGES = ("project", "profile", "pieces", "users", "platform")


@pytest.fixture
def administrator(open_page: OpenPage, server: Server) -> Page:
    return open_page(sign_in_by_api(server))


def serious_problems(page: Page) -> list[str]:
    """What axe calls serious or critical on the page."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    serious = [item for item in found["violations"] if item["impact"] in ("serious", "critical")]
    return [f"{item['id']}: {node['html']}" for item in serious for node in item["nodes"]]


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(administrator: Page, page: Page) -> None:
    for path in (*(f"/settings/{name}" for name in PAGES), "/health"):
        administrator.goto(path)
        expect(administrator.get_by_role("heading", level=2).first).to_be_visible()
        administrator.wait_for_load_state("networkidle")
        assert serious_problems(administrator) == [], path
    for path in ("/sign-in", "/sign-up"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert serious_problems(page) == [], path


def test_nothing_is_wider_than_a_telephone(open_page: OpenPage, server: Server) -> None:
    page = open_page(sign_in_by_api(server), width=360, height=740)
    for path in (*(f"/settings/{name}" for name in PAGES), "/health"):
        page.goto(path)
        expect(page.get_by_role("heading", level=2).first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_who_is_no_administrator_sees_what_he_may_do(signed_in_page: Page) -> None:
    signed_in_page.goto("/settings")
    navigation = signed_in_page.get_by_role("navigation", name="Settings")
    expect(navigation.get_by_role("link")).to_have_text([re.compile("Project"), re.compile("Profile"), re.compile("Pieces")])
    expect(signed_in_page.get_by_label("New team project")).to_have_count(0)
    for path in ("/settings/users", "/settings/platform", "/health"):
        signed_in_page.goto(path)
        expect(signed_in_page).to_have_url(re.compile("/flows$"))


def test_name_and_password_are_changed(
    open_page: OpenPage, new_user: Callable[[], dict[str, Any]], server: Server, complaints: Complaints
) -> None:
    complaints.expected.append("401")
    session = new_user()
    page = open_page(session)
    page.goto("/settings/profile")
    page.get_by_label("First name").fill("Augusta")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Augusta Lovelace: account")).to_be_visible()
    page.get_by_label("Current password").fill("wrong")
    page.get_by_label("New password").fill("Another-Passw0rd")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("This is not your current password.")).to_be_visible()
    page.get_by_label("Current password").fill("Passw0rd!x")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("The password is changed.")).to_be_visible()
    page.reload()
    expect(page.get_by_label("First name")).to_have_value("Augusta")
    with server.client() as client:
        body = {"email": session["email"], "password": "Another-Passw0rd"}
        assert client.post("/authentication/sign-in", json=body).status_code == 200


def test_a_team_project_is_made_named_entered_and_deleted(administrator: Page) -> None:
    page = administrator
    page.goto("/settings/project")
    page.get_by_label("New team project").fill("Operations")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("button", name="Switch to Operations").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Operations")
    page.get_by_label("Name", exact=True).fill("Operations EU")
    page.get_by_label("Cyan").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Operations EU: switch the project")).to_be_visible()
    page.get_by_role("button", name="Delete Operations EU").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Operations EU: switch the project")).to_have_count(0)
    expect(page.get_by_role("button", name="Ada's Project: switch the project")).to_be_visible()


def test_users_are_invited_deactivated_and_deleted(administrator: Page, new_user: Callable[[], dict[str, Any]]) -> None:
    email = new_user()["email"]
    page = administrator
    page.goto("/settings/users")
    page.get_by_label("E-mail address").fill("newcomer@example.com")
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_text("Send newcomer@example.com this link.")).to_be_visible()
    expect(page.get_by_text(re.compile(r"/invitation\?token="))).to_be_visible()
    page.get_by_role("button", name="Take back the invitation of newcomer@example.com").click()
    expect(page.get_by_text("Not opened yet")).to_have_count(0)
    row = page.get_by_role("listitem").filter(has_text=email)
    row.get_by_role("button", name="Deactivate").click()
    expect(row.get_by_text("Deactivated")).to_be_visible()
    row.get_by_role("button", name=re.compile("^Delete")).click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)


def test_pieces_are_found_and_opened(administrator: Page) -> None:
    administrator.goto("/settings/pieces")
    administrator.get_by_label("Search pieces").fill("webhook")
    administrator.get_by_role("button", name=re.compile("^Webhook")).click()
    expect(administrator.get_by_text("Catch Webhook")).to_be_visible()
    administrator.get_by_label("Search pieces").fill("there is no such piece")
    expect(administrator.get_by_role("heading", name="No piece fits")).to_be_visible()


def test_the_name_of_the_platform_is_shown_at_signing_in(administrator: Page, page: Page) -> None:
    administrator.goto("/settings/platform")
    expect(administrator.get_by_label("Name", exact=True)).not_to_have_value("")
    administrator.get_by_label("Name", exact=True).fill("Acme Automation")
    administrator.get_by_role("button", name="Save").click()
    expect(administrator.get_by_text("Saved")).to_be_visible()
    page.goto("/sign-in")
    expect(page.get_by_text("Acme Automation")).to_be_visible()


def test_health_refreshes_itself(administrator: Page) -> None:
    administrator.goto("/health")
    expect(administrator.get_by_role("region", name="Sandbox for code")).to_contain_text("JavaScript and TypeScript")
    with administrator.expect_response(re.compile("/health/runtime$")):
        pass

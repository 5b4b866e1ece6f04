"""People without an account: they fill in a form, chat with a flow, and approve by a link."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints, OpenPage
from tests.browser.scenes import approval_link, chat_flow, form_flow
from tests.browser.test_pages import keep, serious_findings
from tests.e2e.flow_building import operate, run_in, runs_of
from tests.e2e.server_process import Account, Server

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
"""One pixel."""
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def host(server: Server) -> Iterator[Account]:
    """Whose flows they are."""
    session = server.sign_up("host@example.com")
    with server.client(session["token"]) as client:
        yield Account(session, client)


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_a_form_with_a_file_is_sent_and_answered(
    host: Account, server: Server, open_page: OpenPage, tmp_path: Path, colour_scheme: str
) -> None:
    flow = form_flow(host)
    page = open_page(url=server.url.replace("127.0.0.1", "localhost"), **PHONE)  # as the server calls itself in the links to its files
    page.goto(f"/forms/{flow}?YOURNAME=Ada&unknown=x")
    expect(page).to_have_title("Register for the meeting · Piecework")
    expect(page.get_by_label("Your name")).to_have_value("Ada")
    page.get_by_label("Your name").fill("")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Fill this in.")).to_be_visible()
    expect(page.get_by_text("Choose a file.")).to_be_visible()
    expect(page.get_by_label("Your name")).to_be_focused()
    assert runs_of(host, flow) == []
    keep(page, f"form-incomplete-360-{colour_scheme}")
    assert serious_findings(page) == []

    portrait = tmp_path / "ada.png"
    portrait.write_bytes(PNG)
    page.get_by_label("Your name").fill("Ada Lovelace")
    page.get_by_label("Portrait").set_input_files(portrait)
    page.get_by_role("switch", name="Send me the minutes").check()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name="Welcome, Ada Lovelace")).to_be_visible()
    expect(page.get_by_text("<b>See</b>")).to_be_visible()  # HTML in an answer stays text
    expect(page.get_by_role("link", name="the programme")).to_have_attribute("rel", "noopener noreferrer")
    keep(page, f"form-answered-360-{colour_scheme}")
    assert serious_findings(page) == []
    assert page.get_by_role("img", name="ada.png").evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 1
    link = page.get_by_role("link", name="ada.png")
    assert httpx.get(str(link.get_attribute("href"))).content == PNG
    (run,) = runs_of(host, flow)
    output = run_in(host, run["id"], "SUCCEEDED")["steps"]["trigger"]["output"]
    assert {**output, "portrait": ""} == {"yourName": "Ada Lovelace", "whatBringsYouHere?": "", "portrait": "", "sendMeTheMinutes": True}

    page.get_by_role("button", name="Fill in another one").click()
    expect(page.get_by_label("Your name")).to_have_value("Ada")
    expect(page.get_by_label("Portrait")).to_have_value("")


def test_a_form_that_was_switched_off_says_so_and_keeps_what_was_written(
    host: Account, open_page: OpenPage, tmp_path: Path, complaints: Complaints
) -> None:
    complaints.expected.append("404")
    flow = form_flow(host)
    page = open_page()
    page.goto(f"/forms/{flow}")
    page.get_by_label("Your name").fill("Ada")
    (tmp_path / "ada.png").write_bytes(PNG)
    page.get_by_label("Portrait").set_input_files(tmp_path / "ada.png")
    operate(host, flow, "CHANGE_STATUS", {"status": "DISABLED"})
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("switched off or removed")
    expect(page.get_by_label("Your name")).to_have_value("Ada")
    page.reload()
    expect(page.get_by_role("heading", name="There is no form here")).to_be_visible()
    page.goto(f"/forms/{flow}?useDraft=true")
    expect(page.get_by_text("This is the draft")).to_be_visible()


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_a_chat_with_a_flow(host: Account, open_page: OpenPage, tmp_path: Path, colour_scheme: str, complaints: Complaints) -> None:
    flow = chat_flow(host)
    page = open_page(**PHONE)
    page.goto(f"/chats/{flow}")
    message = page.get_by_role("textbox", name="Your message")
    message.fill("Hello")
    message.press("Enter")
    log = page.get_by_role("log")
    expect(log).to_contain_text("You said Hello and sent 0 files.")
    (tmp_path / "notes.txt").write_text("notes")
    page.locator("input[type=file]").set_input_files([tmp_path / "notes.txt"])
    expect(page.get_by_text("notes.txt")).to_be_visible()
    message.fill("Look\nhere")
    page.get_by_role("button", name="Send").click()
    expect(log).to_contain_text("sent 1 files.")
    expect(message).to_have_value("")
    keep(page, f"chat-answered-360-{colour_scheme}")
    assert serious_findings(page) == []
    sessions = {run_in(host, run["id"], "SUCCEEDED")["steps"]["trigger"]["output"]["sessionId"] for run in runs_of(host, flow)}
    assert len(sessions) == 1
    page.reload()
    expect(log).to_contain_text("You said Hello")

    complaints.expected.append("404")
    operate(host, flow, "CHANGE_STATUS", {"status": "DISABLED"})
    message.fill("Still there?")
    message.press("Enter")
    expect(log).to_contain_text("This flow has been switched off")
    operate(host, flow, "CHANGE_STATUS", {"status": "ENABLED"})
    page.get_by_role("button", name="Try again").click()
    expect(log).to_contain_text("You said Still there?")
    expect(log).not_to_contain_text("switched off")
    page.get_by_role("button", name="New chat").click()
    expect(page.get_by_text("Write to Echo")).to_be_visible()
    message.fill("Again")
    message.press("Enter")
    expect(log).to_contain_text("You said Again")
    assert run_in(host, runs_of(host, flow)[0]["id"], "SUCCEEDED")["steps"]["trigger"]["output"]["sessionId"] not in sessions


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_an_approval_by_its_page(host: Account, open_page: OpenPage, colour_scheme: str) -> None:
    link = approval_link(host)
    page, colleague = (open_page(**PHONE, java_script_enabled=False) for _ in range(2))
    colleague.goto(link)
    page.goto(link)
    expect(page.get_by_role("heading")).to_have_text("Your decision is needed")
    expect(page.get_by_text("Approve the order of 12 laptops")).to_be_visible()
    page.get_by_label("Comment (optional)").fill("Eight will do")
    page.get_by_role("button", name="Disapprove").click()
    expect(page.get_by_role("heading")).to_have_text("Recorded: disapproved")
    keep(page, f"approval-recorded-360-{colour_scheme}")
    (run,) = [run for run in host.client.get("/flow-runs", params={"projectId": host.project_id}).json()["data"] if run["id"] in link]
    assert run_in(host, run["id"], "SUCCEEDED")["steps"]["step_3"]["output"] == {"approved": False, "comment": "Eight will do"}

    colleague.get_by_role("button", name="Approve", exact=True).click()
    expect(colleague.get_by_role("heading")).to_have_text("This has been answered already")
    keep(colleague, f"approval-answered-360-{colour_scheme}")
    page.go_back()
    expect(page.get_by_role("heading")).to_have_text("This has been answered already")


def test_the_builder_leads_to_the_form(host: Account, open_page: OpenPage, tmp_path: Path) -> None:
    flow = form_flow(host)
    page = open_page(host.session)
    page.goto(f"/flows/{flow}")
    with page.expect_popup() as opened:
        page.get_by_role("banner").get_by_role("link", name="Open the form").click()
    expect(opened.value.get_by_role("heading", name="Register for the meeting")).to_be_visible()
    assert opened.value.url.endswith(f"/forms/{flow}")

    page.locator('[data-step="trigger"]').first.click()
    panel = page.get_by_role("complementary")
    expect(panel.get_by_role("link", name="Try the draft")).to_have_attribute("href", re.compile(rf"/forms/{flow}\?useDraft=true$"))
    panel.get_by_role("tab", name="Test").click()
    panel.get_by_role("button", name="Wait for a call").click()
    with page.expect_popup() as sampling:
        panel.get_by_role("link", name="Open the form").click()
    (tmp_path / "ada.png").write_bytes(PNG)
    fill(sampling.value, tmp_path / "ada.png")
    expect(sampling.value.get_by_text("it is the trigger's sample now")).to_be_visible()
    expect(page.get_by_text("Received. It is the sample now.")).to_be_visible()
    assert runs_of(host, flow) == []


def fill(page: Page, portrait: Path) -> None:
    """Sends the form with what it requires."""
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Portrait").set_input_files(portrait)
    page.get_by_role("button", name="Send", exact=True).click()

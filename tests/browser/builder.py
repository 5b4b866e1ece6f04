"""What a person does in the builder, in a person's words: for the journeys."""

from __future__ import annotations

import re
import shlex
import subprocess
from dataclasses import dataclass
from typing import Any

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.e2e.flow_building import eventually
from tests.e2e.server_process import Server

PASSWORD = "Analytical-Engine-1"


@dataclass(frozen=True)
class Builder:
    """A window with a flow open."""

    page: Page

    @property
    def flow_id(self) -> str:
        """The id of the flow that is open."""
        found = re.search(r"/flows/(\w+)", self.page.url)
        assert found, self.page.url
        return found[1]

    @property
    def panel(self) -> Locator:
        """What is open at the right."""
        return self.page.locator("aside")

    def step(self, name: str) -> Locator:
        """The card of a step, by its name on the wire: `trigger`, `step_1`."""
        return self.page.locator(f'[data-step="{name}"]')

    def card(self, name: str) -> Locator:
        """The part of a step's card that is pressed."""
        return self.step(name).locator(".main")

    def open_step(self, name: str) -> None:
        """Opens a step at the right."""
        self.card(name).click()
        self.panel.get_by_role("textbox", name="Name of the step").wait_for()

    def add(self, place: str, search: str) -> None:
        """Adds the first step that is found, at a place: `step_1:AFTER`, `step_2:INSIDE_BRANCH:0`."""
        self.page.keyboard.press("Escape")
        self.page.locator(f'[data-place="{place}"]').click()
        self.pick(search)
        self.settings()

    def pick(self, search: str) -> None:
        """Takes the first result in the piece picker."""
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("combobox").fill(search)
        dialog.get_by_role("listbox", name="Results").get_by_role("option").first.wait_for()
        self.page.keyboard.press("Enter")
        dialog.wait_for(state="hidden")

    def settings(self) -> None:
        """Shows the settings of the step that is open."""
        self.page.get_by_role("tab", name="Settings").click()

    def rename(self, title: str) -> None:
        """Gives the step that is open another name."""
        box = self.panel.get_by_role("textbox", name="Name of the step")
        box.fill(title)
        box.press("Enter")

    def choose(self, field: str, option: str) -> None:
        """Chooses from a dropdown of the settings."""
        self.panel.get_by_role("combobox", name=field, exact=True).click()
        self.page.get_by_role("option", name=option, exact=True).click()

    def type_into(self, field: str, text: str) -> None:
        """Types into a text field of the settings, at its end."""
        box = self.panel.get_by_role("textbox", name=field, exact=True)
        box.click()
        expect(box).to_be_focused()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(text)

    def insert(self, field: str, *path: str) -> None:
        """Inserts a value of an earlier step at the end of a text field: its step's title, then its keys."""
        self.type_into(field, "")
        selector = self.page.get_by_role("region", name="Data of earlier steps")
        expect(selector).to_contain_text(f"into {field}")
        step, *keys = path
        rows = [selector.locator(".row-step").filter(has_text=step)]
        rows += [selector.get_by_title(" › ".join([step, *keys[: depth + 1]]), exact=True) for depth in range(len(keys))]
        for row in rows[:-1]:
            if row.get_attribute("aria-expanded") == "false":
                row.click()
        rows[-1].click()

    def write_code(self, source: str, language: str = "Python") -> None:
        """Replaces the code of a code step."""
        self.panel.get_by_label("Language of the code").select_option(label=language)
        editor = self.panel.get_by_role("textbox", name="Code", exact=True)
        editor.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)

    def test_step(self) -> None:
        """Tests the step that is open and waits until it has succeeded."""
        self.page.get_by_role("tab", name="Test").click()
        self.panel.get_by_role("button", name=re.compile("^Test (step|again)$")).click()
        expect(self.panel.get_by_role("status").filter(has_text="Succeeded")).to_be_visible()

    def saved(self) -> None:
        """Waits until the server has every edit: the browser keeps none any more, and says so."""
        eventually(lambda: not self.page.evaluate(f"localStorage.getItem('piecework.unsaved.{self.flow_id}')"))
        expect(self.page.get_by_role("banner").get_by_role("status", name="Saved")).to_be_visible()

    def publish(self) -> None:
        """Publishes the flow."""
        self.saved()
        self.page.get_by_role("banner").get_by_role("button", name="Publish").click()
        published = self.page.get_by_role("dialog", name="The flow is published")
        published.get_by_role("button", name="Done").click()
        expect(self.page.get_by_role("banner").get_by_text("Published ·")).to_be_visible()


def curl(arguments: str) -> str:
    """Runs curl and returns what it prints."""
    return subprocess.run(["curl", "--silent", "--show-error", *shlex.split(arguments)], check=True, capture_output=True, text=True).stdout


def sign_up(page: Page, email: str = "ada@example.com", first_name: str = "Ada", last_name: str = "Lovelace") -> None:
    """Signs somebody up on a new installation."""
    page.goto("/")
    page.get_by_label("First name").fill(first_name)
    page.get_by_label("Last name").fill(last_name)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/flows")


def new_flow(page: Page) -> Builder:
    """Creates a flow and opens it."""
    page.get_by_role("button", name="New flow").first.click()
    page.wait_for_url(re.compile(r"/flows/\w+"))
    builder = Builder(page)
    builder.step("trigger").wait_for()
    return builder


def client_of(page: Page, server: Server) -> httpx.Client:
    """The API as the person who is signed in."""
    session: dict[str, Any] = page.evaluate("() => JSON.parse(localStorage.getItem('piecework.session'))")
    return server.client(session["token"])

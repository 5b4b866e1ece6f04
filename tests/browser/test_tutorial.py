"""The tutorial, as it is written (docs/tutorial/first-flow.md), and its pictures: they are left in `build/screenshots`."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.builder import Builder, curl, new_flow, sign_up
from tests.browser.conftest import OpenPage
from tests.browser.test_pages import keep
from tests.e2e.server_process import StartServer

TUTORIAL = Path(__file__).parents[2] / "docs/tutorial"


def python_of_the_page() -> list[str]:
    """The Python that the tutorial shows, in its order."""
    return re.findall(r"```python\n(.*?)```", (TUTORIAL / "first-flow.md").read_text(), re.DOTALL)


def test_the_tutorial(start_server: StartServer, open_page: OpenPage) -> None:
    server = start_server(log_level="warn")
    page = open_page(url=server.url, width=1200, height=760)
    greeting, mended = python_of_the_page()
    page.goto("/")
    page.get_by_label("First name").wait_for()
    keep(page, "tutorial-1-sign-up")
    sign_up(page)
    builder = new_flow(page)
    webhook = f"{server.url}/api/v1/webhooks/{builder.flow_id}"
    catch_a_call(builder, webhook)
    write_the_greeting(builder, greeting)
    answer_the_caller(builder)

    builder.saved()
    page.get_by_role("banner").get_by_role("button", name="Publish").click()
    page.get_by_role("dialog", name="The flow is published").wait_for()
    keep(page, "tutorial-6-published")
    page.get_by_role("button", name="Done").click()
    assert call(webhook, '{"name": "ada"}') == '{"greeting":"Hello, Ada!"}'

    # broken on purpose, read, mended
    call(webhook, "{}")
    page.goto("/runs")
    page.get_by_role("table", name="Runs").get_by_role("link", name="Greeting").first.wait_for()
    keep(page, "tutorial-7-runs")
    page.get_by_role("table", name="Runs").get_by_role("link", name="Greeting").first.click()
    expect(builder.panel).to_contain_text("IndexError: string index out of range")
    keep(page, "tutorial-8-error")
    page.locator("pw-run-banner").get_by_role("button", name="Edit flow").click()
    builder.open_step("step_1")
    builder.settings()
    builder.write_code(mended)
    builder.saved()
    page.get_by_role("banner").get_by_role("button", name="Publish").click()
    page.get_by_role("button", name="Done").click()
    assert call(webhook, "{}") == '{"greeting":"Hello, Stranger!"}'


def call(webhook: str, body: str) -> str:
    """Calls the flow as the tutorial does."""
    return curl(f"{webhook}/sync -H 'content-type: application/json' -d '{body}'")


def catch_a_call(builder: Builder, webhook: str) -> None:
    """The trigger and its sample."""
    page: Page = builder.page
    page.locator("pw-flow-name button").click()
    page.get_by_role("textbox", name="Name of the flow").fill("Greeting")
    page.keyboard.press("Enter")
    builder.card("trigger").click()
    page.get_by_role("dialog").get_by_role("combobox").fill("webhook")
    page.get_by_role("listbox", name="Results").get_by_role("option").first.wait_for()
    keep(page, "tutorial-2-trigger")
    builder.pick("catch webhook")
    page.get_by_role("tab", name="Test").click()
    page.get_by_role("button", name="Wait for a call").click()
    page.get_by_role("button", name="Stop waiting").wait_for()
    curl(f"""{webhook}/test -H 'content-type: application/json' -d '{{"name": "Ada"}}'""")
    page.get_by_text("Received. It is the sample now.").wait_for()
    keep(page, "tutorial-3-sample")


def write_the_greeting(builder: Builder, greeting: str) -> None:
    """The code step."""
    page = builder.page
    builder.add("trigger:AFTER", "code")
    builder.write_code(greeting)
    builder.type_into("Value of name", "")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.get_by_role("region", name="Data of earlier steps").wait_for()
    keep(page, "tutorial-4-code")
    builder.insert("Value of name", "Catch Webhook", "body", "name")
    builder.rename("Greet")
    builder.test_step()


def answer_the_caller(builder: Builder) -> None:
    """The response."""
    builder.add("step_1:AFTER", "return response")
    body = builder.panel.get_by_role("textbox", name=re.compile("JSON Body|Body"))
    body.click()
    builder.page.keyboard.press("Control+a")
    builder.page.keyboard.insert_text("""{"greeting": "{{step_1['greeting']}}"}""")
    builder.test_step()
    keep(builder.page, "tutorial-5-response")

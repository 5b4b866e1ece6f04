"""Somebody new builds, tests, publishes and calls a flow, and reads its run (the first journey)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.builder import curl, new_flow, sign_up
from tests.browser.conftest import OpenPage
from tests.browser.local_service import serving
from tests.e2e.server_process import StartServer

_PYTHON = '''def code(inputs):
    """One sentence about the weather."""
    return {"advice": f"{inputs['city']}: {inputs['temperature']} degrees, leave the coat at home."}
'''


def weather_in(path: str) -> tuple[int, object]:
    """The temperature in a city."""
    city = parse_qs(urlsplit(path).query)["city"][0]
    return 200, {"city": city, "temperature": 24 if city == "Kiel" else 7}


@pytest.fixture
def weather() -> Iterator[str]:
    """The address of the weather service."""
    with serving(weather_in) as address:
        yield address


def test_from_signing_up_to_reading_the_run(start_server: StartServer, open_page: OpenPage, weather: str) -> None:
    server = start_server(log_level="warn")
    page = open_page(url=server.url)
    sign_up(page)
    builder = new_flow(page)
    webhook = f"{server.url}/api/v1/webhooks/{builder.flow_id}"

    # the trigger, with a sample sent by curl
    builder.card("trigger").click()
    builder.pick("catch webhook")
    page.get_by_role("tab", name="Test").click()
    page.get_by_role("button", name="Wait for a call").click()
    page.get_by_role("heading", name="Waiting for a call…").or_(page.get_by_text("Waiting for a call…").first).first.wait_for()
    curl(f"""-X POST {webhook}/test -H 'content-type: application/json' -d '{{"city": "Kiel"}}'""")
    page.get_by_text("Received. It is the sample now.").wait_for()

    # an HTTP request with a value picked from the sample
    builder.add("trigger:AFTER", "send http request")
    builder.choose("Method", "GET")
    builder.type_into("URL", f"{weather}/now?city=")
    builder.insert("URL", "Catch Webhook", "body", "city")
    builder.rename("Ask for the weather")
    builder.test_step()
    expect(builder.panel.get_by_role("treeitem").filter(has_text="temperature")).to_contain_text("24")

    # a router: warm or not
    builder.add("step_1:AFTER", "router")
    builder.panel.get_by_role("textbox", name="Name of branch 1").fill("Warm")
    builder.insert("Value", "Ask for the weather", "body", "temperature")
    builder.panel.get_by_role("combobox", name="Comparison").select_option(label="is greater than")
    builder.type_into("Compare with", "20")
    builder.test_step()

    # Python in the warm branch
    builder.add("step_2:INSIDE_BRANCH:0", "code")
    builder.write_code(_PYTHON)
    for name, path in (("city", ("Catch Webhook", "body", "city")), ("temperature", ("Ask for the weather", "body", "temperature"))):
        builder.panel.get_by_role("button", name="Add an input").click()
        builder.panel.get_by_role("textbox", name=re.compile(r": key \d+$")).last.fill(name)
        builder.insert(f"Value of {name}", *path)
    builder.rename("Give advice")
    builder.test_step()
    expect(builder.panel.get_by_role("treeitem").filter(has_text="advice")).to_contain_text("leave the coat at home")

    # the answer
    builder.add("step_3:AFTER", "return response")
    builder.choose("Response Type", "JSON")
    body = builder.panel.get_by_role("textbox", name=re.compile("JSON Body|Body"))
    body.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("""{"advice": "{{step_3['advice']}}"}""")
    builder.test_step()

    builder.publish()
    answer = json.loads(curl(f"""-X POST {webhook}/sync -H 'content-type: application/json' -d '{{"city": "Kiel"}}'"""))
    assert answer == {"advice": "Kiel: 24 degrees, leave the coat at home."}

    # the run on the canvas, each step read
    page.get_by_role("banner").get_by_role("button", name="Runs").click()
    builder.panel.locator(".run").first.click()
    for name, told in (
        ("trigger", "Kiel"),
        ("step_1", "24"),
        ("step_2", "Warm"),
        ("step_3", "leave the coat at home"),
        ("step_4", "leave the coat at home"),
    ):
        builder.card(name).click()
        expect(builder.panel).to_contain_text("Succeeded")
        expect(builder.panel).to_contain_text(told)

"""Runs are stopped, and everybody who looks sees it at once: on the canvas, in the table, and in a test of the flow. And started by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.builder import Builder
from tests.browser.conftest import OpenPage
from tests.browser.local_service import serving
from tests.browser.scenes import code, titled
from tests.e2e.flow_building import action, eventually, make_flow, mapping, operate, piece_trigger, run_in, runs_of, webhook_trigger
from tests.e2e.server_process import Account, Server

ENDLESS = "export const code = async () => { while (true) {} };"


@pytest.fixture
def account(server: Server, new_user: Callable[[], dict[str, Any]]) -> Iterator[Account]:
    session = new_user()
    with server.client(session["token"]) as client:
        yield Account(session, client)


def named_flow(account: Account, name: str, *steps: dict[str, Any], trigger: dict[str, Any] | None = None) -> str:
    """A published flow under a name."""
    flow = make_flow(account, trigger or webhook_trigger(), *steps)["id"]
    operate(account, flow, "CHANGE_NAME", {"displayName": name})
    operate(account, flow, "LOCK_AND_PUBLISH", {})
    return flow


def begun(account: Account, flow: str, status: str) -> str:
    """A new run, once it is in a status."""
    account.client.post(f"/webhooks/{flow}", json={})
    return eventually(lambda: next((run["id"] for run in runs_of(account, flow) if run["status"] == status), None))


@pytest.fixture
def patient_service() -> Iterator[str]:
    """A service that answers nobody before the test is over."""
    over = threading.Event()

    def answer(_path: str) -> tuple[int, object]:
        over.wait(60)
        return 200, {}

    with serving(answer) as address:
        yield address
        over.set()


def test_a_running_run_is_cancelled_before_the_eyes_of_another(account: Account, open_page: OpenPage, patient_service: str) -> None:
    fields = {"method": "GET", "url": patient_service, "headers": {}, "queryParams": {}, "authType": "NONE", "authFields": {}}
    work = titled(action("work", "http", "0.11.9", "send_request", **fields), "Work for ever")
    flow = named_flow(account, "Endless", work, mapping("after", n=1))
    run = begun(account, flow, "RUNNING")
    here, there = open_page(account.session), open_page(account.session)
    there.goto("/runs")
    row = there.get_by_role("row").filter(has_text="Endless")
    expect(row).to_contain_text("Running")
    here.goto(f"/flows/{flow}/runs/{run}")
    builder = Builder(here)
    expect(builder.panel).to_contain_text("Being executed now")
    expect(builder.panel.get_by_role("button", name="Work for ever")).to_be_visible()
    here.get_by_role("button", name="Cancel the run").click()
    expect(here.locator("pw-run-banner")).to_contain_text("Canceled")
    expect(builder.panel).not_to_contain_text("Being executed now")
    expect(row).to_contain_text("Canceled")
    run_in(account, run, "CANCELED")


def test_several_runs_are_cancelled_in_the_table(account: Account, open_page: OpenPage) -> None:
    sleep = action("sleep", "delay", "0.3.27", "delayFor", unit="days", delayFor=1)
    paused = begun(account, named_flow(account, "Sleeper", sleep), "PAUSED")
    running = begun(account, named_flow(account, "Endless", code("work", "Work", ENDLESS)), "RUNNING")
    page, canvas = open_page(account.session), open_page(account.session)
    flow = account.client.get(f"/flow-runs/{paused}").json()["flowId"]
    canvas.goto(f"/flows/{flow}/runs/{paused}")
    expect(canvas.locator("aside")).to_contain_text("Delay at “Sleep”")
    page.goto("/runs")
    page.get_by_role("checkbox", name="Select all runs shown").check()
    page.get_by_role("region", name="Selected runs").get_by_role("button", name="Cancel").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Cancel", exact=True).last.click()
    table = page.get_by_role("table", name="Runs", exact=True)
    expect(table.get_by_text("Canceled")).to_have_count(2)
    expect(table).not_to_contain_text("Delay at")
    expect(canvas.locator("pw-run-banner")).to_contain_text("Canceled")
    expect(canvas.locator("aside")).not_to_contain_text("Delay at")
    for run in (paused, running):
        run_in(account, run, "CANCELED")


def test_a_test_of_the_flow_is_stopped_and_run_again(account: Account, open_page: OpenPage) -> None:
    flow = named_flow(account, "Endless", code("work", "Work", ENDLESS))
    operate(account, flow, "SAVE_SAMPLE_DATA", {"stepName": "trigger", "payload": {"body": {}}, "type": "OUTPUT"})
    page = open_page(account.session)
    page.goto(f"/flows/{flow}")
    for _ in range(2):
        page.get_by_role("button", name="Test flow").click()
        bar = page.get_by_role("status", name="Test of the flow")
        expect(bar).to_contain_text("Running")
        bar.get_by_role("button", name="Stop").click()
        expect(bar).to_contain_text("Canceled")
        expect(bar.get_by_role("button", name="Stop")).to_have_count(0)
    tests = account.client.get("/flow-runs", params={"projectId": account.project_id, "flowId": flow, "environment": "TESTING"}).json()
    assert [run["status"] for run in tests["data"]] == ["CANCELED", "CANCELED"]


def test_a_flow_is_started_by_hand(account: Account, open_page: OpenPage) -> None:
    trigger = piece_trigger("manual-trigger", "0.0.7", "manual_trigger")
    flow = named_flow(account, "By hand", titled(mapping("note", done="yes"), "Note it"), trigger=trigger)
    page = open_page(account.session)
    page.goto(f"/flows/{flow}")
    page.get_by_role("banner").get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("pw-run-banner")).to_contain_text("Succeeded")
    (run,) = runs_of(account, flow)
    assert run["id"] in page.url
    read_output(page)


def read_output(page: Page) -> None:
    """What the step of the run gave stands beside the canvas."""
    Builder(page).card("note").click()
    expect(page.locator("aside")).to_contain_text("done")

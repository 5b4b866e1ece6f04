"""A run that waits: seen in the table as it pauses, understood, and let go on by somebody who looks after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from tests.browser.builder import Builder
from tests.browser.conftest import OpenPage
from tests.browser.scenes import titled
from tests.e2e.flow_building import action, loop, make_flow, mapping, only_run, operate, run_in, webhook_trigger
from tests.e2e.server_process import Account, Server

DELAY = ("delay", "0.3.27", "delayFor")


def waiting_flow(account: Account) -> str:
    """Sleeps for two days, then asks for an approval of each of two items."""
    sleep = titled(action("sleep", *DELAY, unit="days", delayFor=2), "Cool down")
    ask = titled(action("ask", "approval", "0.1.19", "wait_for_approval"), "Ask the boss")
    note = titled(mapping("note", approved="{{ask['approved']}}"), "Note it")
    flow = make_flow(account, webhook_trigger(), sleep, loop("each", "{{trigger['body']['items']}}", ask, note))
    operate(account, flow["id"], "CHANGE_NAME", {"displayName": "Purchase"})
    operate(account, flow["id"], "LOCK_AND_PUBLISH", {})
    return flow["id"]


def answer(page: Page, button: str, question: str) -> None:
    """Answers what the run waits for, and says yes when asked whether it is meant."""
    page.locator("aside").get_by_role("button", name=button, exact=True).click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text(question)
    dialog.get_by_role("button", name=button.partition(":")[0]).click()


def test_a_paused_run_is_seen_and_let_go_on(server: Server, new_user: Callable[[], dict[str, Any]], open_page: OpenPage) -> None:
    session = new_user()
    with server.client(session["token"]) as client:
        let_go_on(Account(session, client), open_page(session, permissions=["clipboard-read", "clipboard-write"]))


def let_go_on(account: Account, page: Page) -> None:
    """The journey."""
    flow = waiting_flow(account)
    page.goto("/runs")
    page.get_by_role("heading", name="No runs yet").wait_for()

    # the row comes by itself and says what it waits for
    account.client.post(f"/webhooks/{flow}", json={"items": ["desk", "chair"]})
    row = page.get_by_role("row").filter(has_text="Purchase")
    expect(row).to_contain_text("Delay at “Cool down”")
    expect(row).to_contain_text("in 2 days")
    row.get_by_role("link", name="Purchase").click()
    builder = Builder(page)
    expect(builder.panel).to_contain_text("Delay at “Cool down”")

    # the delay ends when somebody says so, and the canvas follows
    answer(page, "Resume now: Cool down", "Resume “Cool down” now?")
    expect(builder.panel).to_contain_text("Waits for approval at “Ask the boss · 1”")
    answer(page, "Approve: Ask the boss · 1", "Approve at “Ask the boss · 1”?")
    expect(builder.panel).to_contain_text("Waits for approval at “Ask the boss · 2”")

    # the other answer comes from whoever was given the link
    builder.card("ask").click()
    expect(builder.panel).to_contain_text("Waits for approval at “Ask the boss · 2”")
    page.get_by_role("button", name="Copy link to disapprove: Ask the boss · 2").click()
    page.get_by_text("Link copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert httpx.get(link, trust_env=False).status_code == 200
    expect(page.locator("pw-run-banner")).to_contain_text("Succeeded")
    run = run_in(account, only_run(account, flow)["id"], "SUCCEEDED")
    answers = [iteration["note"]["output"]["approved"] for iteration in run["steps"]["each"]["output"]["iterations"]]
    assert answers == [True, False]
    expect(builder.panel.get_by_role("region", name="What the run waits for")).to_have_count(0)


def test_a_test_of_the_flow_says_what_it_waits_for(server: Server, new_user: Callable[[], dict[str, Any]], open_page: OpenPage) -> None:
    session = new_user()
    with server.client(session["token"]) as client:
        account = Account(session, client)
        flow = waiting_flow(account)
        operate(account, flow, "SAVE_SAMPLE_DATA", sample_of("trigger", {"body": {"items": ["desk"]}}))
        page = open_page(session)
        page.goto(f"/flows/{flow}")
        page.get_by_role("button", name="Test flow").click()
        bar = page.get_by_role("status", name="Test of the flow")
        expect(bar).to_contain_text("Delay at “Cool down”")
        bar.get_by_role("button", name="Details").click()
        answer(page, "Resume now: Cool down", "Resume “Cool down” now?")
        expect(page.locator("aside")).to_contain_text("Waits for approval at “Ask the boss · 1”")


def sample_of(step: str, value: Any) -> dict[str, Any]:
    """The request that gives a step a sample."""
    return {"stepName": step, "payload": value, "type": "OUTPUT"}

"""A loop is told to work on several items at once, and a router to run its branches together; the run is read. And error branches are filled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.builder import Builder
from tests.browser.conftest import OpenPage
from tests.browser.scenes import code, router, titled
from tests.e2e.flow_building import loop, make_flow, mapping, operate, run_in, runs_of, webhook_trigger
from tests.e2e.server_process import Account, Server


@pytest.fixture
def account(server: Server, new_user: Callable[[], dict[str, Any]]) -> Iterator[Account]:
    session = new_user()
    with server.client(session["token"]) as client:
        yield Account(session, client)


def turn(switch: Locator, *, on: bool) -> None:
    """Presses a switch that is the other way. (Playwright's own `check` wants it to have turned before the page is drawn again.)"""
    switch.click()
    expect(switch).to_be_checked(checked=on)


def test_a_loop_and_a_router_run_in_parallel(account: Account, open_page: OpenPage) -> None:
    exists = [[{"firstValue": "{{trigger['body']['items']}}", "operator": "EXISTS"}]]
    branches = {"Left": (exists, mapping("left", side="left")), "Right": (exists, mapping("right", side="right"))}
    label = titled(mapping("label", text="{{each['item']}}"), "Print the label")
    flow = make_flow(
        account,
        webhook_trigger(),
        titled(loop("each", "{{trigger['body']['items']}}", label), "For each item"),
        router("choose", "Both ways", branches),
    )["id"]
    page = open_page(account.session)
    page.goto(f"/flows/{flow}")
    builder = Builder(page)
    builder.open_step("each")
    field = builder.panel.get_by_role("spinbutton", name="Iterations at the same time")
    expect(field).to_have_value("1")
    field.fill("51")
    expect(builder.panel.get_by_role("alert")).to_contain_text("from 1 to 50")
    field.blur()
    expect(field).to_have_value("1")
    field.fill("5")
    expect(builder.card("each")).to_contain_text("×5")
    builder.open_step("choose")
    expect(builder.panel.get_by_role("switch", name="Run matching branches at the same time")).to_have_count(0)
    builder.panel.get_by_role("radio", name="Every branch that matches").check()
    turn(builder.panel.get_by_role("switch", name="Run matching branches at the same time"), on=True)
    expect(builder.card("choose")).to_contain_text("branches run at the same time")
    builder.publish()
    tree = account.client.get(f"/flows/{flow}").json()["version"]["trigger"]["nextAction"]
    assert tree["settings"]["parallelism"] == 5
    assert tree["nextAction"]["settings"]["parallel"] is True

    account.client.post(f"/webhooks/{flow}/sync", json={"items": ["a", "b", "c"]})
    run = run_in(account, runs_of(account, flow)[0]["id"], "SUCCEEDED")
    page.goto(f"/flows/{flow}/runs/{run['id']}")
    expect(page.locator("pw-branch-label").filter(has_text="3 / 3")).to_be_visible()
    page.get_by_role("button", name="Branch Left of Both ways, taken in this run").wait_for()
    page.get_by_role("button", name="Branch Otherwise of Both ways, not taken in this run").wait_for()
    page.get_by_role("tab", name="Timeline").click()
    steps = page.get_by_role("list", name="Steps", exact=True)
    for number in (1, 2, 3):
        expect(steps.get_by_role("button", name=f"Print the label · {number}", exact=False)).to_be_visible()
    steps.get_by_role("button", name="Print the label · 2").click()
    expect(page.locator("aside")).to_contain_text("2 of 3")


def test_error_branches_are_switched_on_filled_and_read(account: Account, open_page: OpenPage) -> None:
    flow = make_flow(
        account, webhook_trigger(), code("step_1", "Charge", "export const code = async () => { throw new Error('declined'); };")
    )["id"]
    page = open_page(account.session)
    page.goto(f"/flows/{flow}")
    builder = Builder(page)
    builder.open_step("step_1")
    turn(builder.panel.get_by_role("switch", name="Continue on failure"), on=True)
    expect(builder.panel).to_contain_text("Steps on success: 0, on failure: 0.")
    builder.add("step_1:INSIDE_ON_FAILURE_BRANCH", "advanced mapping")
    builder.rename("Apologise")
    builder.add("step_1:INSIDE_ON_SUCCESS_BRANCH", "advanced mapping")
    builder.rename("Thank")
    builder.saved()
    # what would not run any more is said
    builder.open_step("step_1")
    expect(builder.panel).to_contain_text("Steps on success: 1, on failure: 1.")
    turn(builder.panel.get_by_role("switch", name="Continue on failure"), on=False)
    expect(builder.panel).to_contain_text("the steps on failure never run")
    turn(builder.panel.get_by_role("switch", name="Continue on failure"), on=True)
    builder.saved()

    operate(account, flow, "LOCK_AND_PUBLISH", {})
    account.client.post(f"/webhooks/{flow}/sync", json={})
    run = run_in(account, runs_of(account, flow)[0]["id"], "SUCCEEDED")
    page.goto(f"/flows/{flow}/runs/{run['id']}")
    page.get_by_role("tab", name="Summary").wait_for()  # a failure that was gone on from does not ask for attention
    expect(page.locator("pw-branch-label").filter(has_text="On failure")).to_contain_text("taken in this run")
    expect(page.locator("pw-branch-label").filter(has_text="On success")).to_contain_text("not taken in this run")
    apologise = next(name for name, step in run["steps"].items() if step["type"] == "PIECE")
    expect(builder.card(apologise)).to_contain_text("Apologise")

"""Rebuilding a flow by hand: dragging, undoing, copying a branch into another flow, deleting, restoring (the second journey)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from tests.browser.builder import Builder
from tests.browser.conftest import OpenPage
from tests.browser.scenes import order_flow, titled
from tests.e2e.flow_building import Step, make_flow, mapping, webhook_trigger
from tests.e2e.server_process import Account, Server


def step_at(client: httpx.Client, flow_id: str, *path: str | int) -> Any:
    """What is at a path of the draft's tree."""
    found: Any = client.get(f"/flows/{flow_id}").json()["version"]["trigger"]
    for key in path:
        found = found.get(key) if isinstance(key, str) and isinstance(found, dict) else found[key] if found else None
    return found


def names_in(step: Step | None) -> list[str]:
    """The display names of a chain of steps."""
    return [step["displayName"], *names_in(step.get("nextAction"))] if step else []


def drag(page: Page, step: str, place: str) -> None:
    """Drags a step's card onto a place, as a hand does: in several moves."""
    page.locator(f'[data-step="{step}"] .main').hover()  # waits until the view stands still
    card, plus = page.locator(f'[data-step="{step}"] .main').bounding_box(), page.locator(f'[data-place="{place}"]').bounding_box()
    assert card
    assert plus
    page.mouse.move(card["x"] + card["width"] / 2, card["y"] + card["height"] / 2)
    page.mouse.down()
    page.mouse.move(card["x"] + card["width"] / 2 + 12, card["y"] + card["height"] / 2 + 12, steps=4)
    page.mouse.move(plus["x"] + plus["width"] / 2, plus["y"] + plus["height"] / 2, steps=12)
    page.mouse.up()


def test_dragging_copying_deleting_and_restoring(server: Server, new_user: Callable[[], dict[str, Any]], open_page: OpenPage) -> None:
    session = new_user()
    with server.client(session["token"]) as client:
        rebuild(Account(session, client), open_page(session))


def rebuild(account: Account, page: Page) -> None:
    """The journey."""
    orders = make_flow(account, titled(webhook_trigger(), "Order received"), *order_flow())["id"]
    other = make_flow(account, webhook_trigger(), titled(mapping("step_1", x="1"), "Keep"), publish=False)["id"]
    builder = Builder(page)
    page.goto(f"/flows/{orders}")
    builder.step("trigger").wait_for()
    page.keyboard.press("1")  # the whole flow in sight

    # into the loop, back, and in again: what the browser shows and what the server has
    loop = ("nextAction", "nextAction", "nextAction")
    drag(page, "step_1", "step_6:INSIDE_LOOP")
    builder.saved()
    assert names_in(step_at(account.client, orders, "nextAction", "nextAction", "firstLoopAction")) == [
        "Check the order",
        "Print the label",
    ]
    page.keyboard.press("Control+z")
    builder.saved()
    assert names_in(step_at(account.client, orders, *loop, "firstLoopAction")) == ["Print the label"]
    assert step_at(account.client, orders, "nextAction", "name") == "step_1"
    page.keyboard.press("Control+Shift+z")
    builder.saved()
    assert names_in(step_at(account.client, orders, "nextAction", "nextAction", "firstLoopAction")) == [
        "Check the order",
        "Print the label",
    ]

    # a branch's steps into another flow
    page.locator('[data-branch="step_2:0"]').click()
    page.get_by_role("menuitem", name="Copy").click()
    page.goto(f"/flows/{other}")
    builder.step("step_1").wait_for()
    builder.open_step("step_1")
    builder.card("step_1").focus()
    page.keyboard.press("Control+v")
    builder.step("step_2").wait_for()
    builder.saved()
    assert names_in(step_at(account.client, other, "nextAction")) == ["Keep", "Mark as priority"]

    # deleting, and the version before
    page.goto(f"/flows/{orders}")
    builder.card("step_6").click()
    page.keyboard.press("Delete")
    expect(builder.step("step_6")).to_have_count(0)
    builder.saved()
    assert "For each item" not in names_in(step_at(account.client, orders))
    page.get_by_role("banner").get_by_role("button", name="Versions").click()
    page.get_by_role("button", name="Actions for version 1").click()
    page.get_by_role("menuitem", name="Restore as draft").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Restore").click()
    builder.step("step_6").wait_for()
    restored = account.client.get(f"/flows/{orders}").json()["version"]
    assert names_in(restored["trigger"]) == [
        "Order received", "Check the order", "How large is the order?", "For each item", "Answer the shop",
    ]  # fmt: skip

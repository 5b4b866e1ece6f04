"""The canvas under fingers: one moves it, two make it larger and smaller, a tap opens a step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import CDPSession, Page, expect

from tests.browser.builder import Builder
from tests.browser.conftest import OpenPage
from tests.browser.scenes import order_flow, titled
from tests.e2e.flow_building import eventually, make_flow, webhook_trigger
from tests.e2e.server_process import Account, Server

Point = tuple[float, float]


def touch(fingers: CDPSession, kind: str, *points: Point) -> None:
    """One event of the fingers that are on the glass."""
    fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})


def slide(fingers: CDPSession, *ways: tuple[Point, Point]) -> None:
    """Moves a finger along each way, all at the same time."""
    touch(fingers, "touchStart", *(start for start, _ in ways))
    for part in range(1, 9):
        at = [(start[0] + (end[0] - start[0]) * part / 8, start[1] + (end[1] - start[1]) * part / 8) for start, end in ways]
        touch(fingers, "touchMove", *at)
    touch(fingers, "touchEnd")


def place(page: Page, step: str) -> dict[str, float]:
    """Where a step's card is seen, and how large."""
    box = page.locator(f'[data-step="{step}"] .main').bounding_box()
    assert box
    return dict(box)


def test_fingers_move_and_zoom_the_canvas(server: Server, new_user: Callable[[], dict[str, Any]], open_page: OpenPage) -> None:
    session = new_user()
    with server.client(session["token"]) as client:
        flow = make_flow(Account(session, client), titled(webhook_trigger(), "Order received"), *order_flow())["id"]
    page = open_page(session, width=800, height=900, has_touch=True)
    page.goto(f"/flows/{flow}")
    builder = Builder(page)
    builder.step("trigger").wait_for()
    page.locator('[data-step="trigger"] .main').hover()  # waits until the view stands still
    fingers = page.context.new_cdp_session(page)

    before = place(page, "trigger")
    slide(fingers, ((100, 300), (160, 420)))
    eventually(lambda: abs(place(page, "trigger")["y"] - before["y"] - 120) < 12)
    assert abs(place(page, "trigger")["x"] - before["x"] - 60) < 12

    width = place(page, "trigger")["width"]
    slide(fingers, ((80, 500), (40, 440)), ((160, 600), (320, 760)))
    eventually(lambda: place(page, "trigger")["width"] > width * 1.2)
    width = place(page, "trigger")["width"]
    slide(fingers, ((40, 440), (80, 500)), ((320, 760), (160, 600)))
    eventually(lambda: place(page, "trigger")["width"] < width * 0.85)

    page.keyboard.press("1")  # the whole flow in sight
    page.locator('[data-step="step_1"] .main').hover()
    page.locator('[data-step="step_1"] .main').tap()
    expect(builder.panel.get_by_role("textbox", name="Name of the step")).to_have_value("Check the order")

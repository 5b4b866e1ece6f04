"""A flow of two hundred steps: how fast it opens and how smoothly it moves (the fifth journey). Measured and printed, not asserted."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.browser.conftest import OpenPage
from tests.browser.scenes import router, titled
from tests.e2e.flow_building import Step, loop, make_flow, mapping, webhook_trigger
from tests.e2e.server_process import Account, Server

STEPS = 200
_FRAMES = """seconds => new Promise(done => {
  const times = [];
  const end = performance.now() + seconds * 1000;
  const frame = now => { times.push(now); performance.now() < end ? requestAnimationFrame(frame) : done(times); };
  requestAnimationFrame(frame);
})"""


def many_steps() -> list[Step]:
    """Two hundred steps: rows of mappings, a loop in every twenty, a router in every forty."""
    steps: list[Step] = []
    number = 0

    def next_mapping() -> Step:
        nonlocal number
        number += 1
        return titled(mapping(f"step_{number}", x="1"), f"Map record {number}")

    while number < STEPS - 6:
        steps += [next_mapping() for _ in range(16)]
        number += 1
        inside = next_mapping()
        steps.append(titled(loop(f"step_{number - 1}", "{{trigger['body']['items']}}", inside), f"Loop {number - 1}"))
        if number % 40 < 20:
            number += 1
            name = f"step_{number}"
            branches: dict[str, tuple[list[list[dict[str, Any]]], Step | None]] = {
                "Yes": ([[{"firstValue": "1", "operator": "EXISTS"}]], next_mapping()),
                "No": ([[{"firstValue": "1", "operator": "DOES_NOT_EXIST"}]], next_mapping()),
            }
            steps.append(router(name, f"Router {number}", branches))
    return steps + [next_mapping() for _ in range(STEPS - 1 - number)]


def test_a_flow_of_200_steps(server: Server, new_user: Callable[[], dict[str, Any]], open_page: OpenPage) -> None:
    session = new_user()
    with server.client(session["token"]) as client:
        flow = make_flow(Account(session, client), webhook_trigger(), *many_steps(), publish=False)
    page = open_page(session)
    page.goto("/flows")
    link = page.get_by_role("link", name="Live")
    link.wait_for()
    page.goto(f"/flows/{flow['id']}")  # once, so that the builder's code is in the browser's cache
    page.locator("[data-step=trigger]").wait_for()
    page.goto("/flows")
    link.wait_for()

    began = time.perf_counter()
    link.first.click()
    page.locator("[data-step=trigger]").wait_for()
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    opened = time.perf_counter() - began
    assert page.locator("[data-step]").count() == STEPS

    page.mouse.move(200, 400)
    page.evaluate(f"() => {{ window.frames_of_panning = ({_FRAMES})(2) }}")
    panned = time.perf_counter()
    while time.perf_counter() - panned < 2:
        page.mouse.wheel(0, 40)
    times: list[float] = page.evaluate("() => window.frames_of_panning")
    rate = 1000 * (len(times) - 1) / (times[-1] - times[0])
    print(f"\n200 steps: opened in {opened:.2f} s, panned at {rate:.0f} frames a second")

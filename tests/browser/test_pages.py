"""Every page, in light and dark: axe finds nothing serious, nothing overflows, the console is quiet, and a screenshot is left to look at.

The screenshots go to `build/screenshots` (`make screenshots` copies those of the documentation to `docs/images`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import ColourScheme, Complaints, OpenPage
from tests.browser.scenes import Scene, stage
from tests.e2e.server_process import Server, StartServer

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "build/screenshots"
AXE = ROOT / "web/node_modules/axe-core/axe.min.js"
PHONE = (360, 740)
SMALL_LAPTOP = (1024, 768)
DESKTOP = (1280, 800)
SCHEMES: tuple[ColourScheme, ...] = ("light", "dark")
"""One page in both, one after the other: it has to follow the system while it is open."""

SETTLED = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const changing = () => document.getAnimations().filter((one) => one.effect.getComputedTiming().iterations !== Infinity);
    do {
        await Promise.allSettled(changing().map((one) => one.finished));
        await frame();
        await frame();
    } while (changing().length);
}"""
"""Resolves when colours have stopped changing."""


@dataclass(frozen=True)
class Shot:
    """A page to look at: where it is, and what to wait for before it is looked at."""

    name: str
    path: Callable[[Scene], str]
    shows: str
    sizes: tuple[tuple[int, int], ...] = (DESKTOP,)
    signed_in: bool = True
    complains: str = ""
    """What the console may say, because the page shows that something is not there."""
    tab: str = ""
    """The tab to look at, where it is not the first."""


LIST = (DESKTOP, PHONE)
BUILDER = (DESKTOP, SMALL_LAPTOP)
PANEL = (*BUILDER, PHONE)
SHOTS = [
    Shot("sign-in", lambda scene: "/sign-in", "Sign in", LIST, signed_in=False),
    Shot("sign-up", lambda scene: "/sign-up", "Create", LIST, signed_in=False),
    Shot("flows", lambda scene: "/flows", "Order intake", LIST),
    Shot("runs", lambda scene: "/runs", "Welcome a customer", LIST),
    Shot("templates", lambda scene: "/templates", "Templates", LIST),
    Shot("connections", lambda scene: "/connections", "Slack of the support team", LIST),
    Shot("variables", lambda scene: "/connections/variables", "REGION_KEY", LIST),
    Shot("settings-profile", lambda scene: "/settings/profile", "Profile", LIST),
    Shot("settings-project", lambda scene: "/settings/project", "Project", LIST),
    Shot("settings-platform", lambda scene: "/settings/platform", "Platform", LIST),
    Shot("settings-users", lambda scene: "/settings/users", "Users", LIST),
    Shot("settings-pieces", lambda scene: "/settings/pieces", "Webhook", LIST),
    Shot("health", lambda scene: "/health", "Health", LIST),
    Shot("form", lambda scene: f"/forms/{scene.form}", "Register for the meeting", LIST, signed_in=False),
    Shot("form-missing", lambda scene: f"/forms/{scene.chat}", "There is no form here", LIST, signed_in=False, complains="404"),
    Shot("chat", lambda scene: f"/chats/{scene.chat}", "Write to Echo", LIST, signed_in=False),
    Shot("approval", lambda scene: scene.approval, "Your decision is needed", LIST, signed_in=False),
    Shot("builder-form", lambda scene: f"/flows/{scene.form}", "Open the form", BUILDER),
    Shot("not-found", lambda scene: "/nowhere", "There is nothing here", LIST),
    Shot("builder", lambda scene: f"/flows/{scene.orders}", "Answer the shop", BUILDER),
    Shot("builder-run", lambda scene: f"/flows/{scene.orders}/runs/{scene.succeeded_run}", "Answer the shop", BUILDER),
    Shot("run-waiting", lambda scene: f"/flows/{scene.waiting}/runs/{scene.waiting_run}", "Waits for approval", PANEL),
    Shot("run-timeline", lambda scene: f"/flows/{scene.waiting}/runs/{scene.waiting_run}", "Turns of the worker", PANEL, tab="Timeline"),
    Shot(
        "builder-connection", lambda scene: f"/flows/{scene.connected}?step=step_1", "Nobody has filled it in yet", PANEL, complains="400"
    ),
    Shot("builder-missing-piece", lambda scene: f"/flows/{scene.connected}?step=step_2", "This step needs", PANEL, complains="404"),
    Shot("trigger-health", lambda scene: f"/flows/{scene.scheduled}?step=trigger", "Waits for its first start", PANEL),
    Shot("builder-failed-run", lambda scene: f"/flows/{scene.failing}/runs/{scene.failed_run}", "toLowerCase", BUILDER),
]


@pytest.fixture(scope="module")
def studio(start_server: StartServer) -> Server:
    return start_server(log_level="warn")


@pytest.fixture(scope="module")
def scene(studio: Server) -> Iterator[Scene]:
    staged = stage(studio, studio.sign_up("ada@example.com", lastName="Lovelace"))
    yield staged
    staged.account.client.close()


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_page(shot: Shot, studio: Server, scene: Scene, open_page: OpenPage, complaints: Complaints) -> None:
    if shot.complains:
        complaints.expected.append(shot.complains)
    for width, height in shot.sizes:
        session = scene.account.session if shot.signed_in else None
        page = open_page(session, url=studio.url, width=width, height=height)
        page.goto(shot.path(scene))
        if shot.tab:
            page.get_by_role("tab", name=shot.tab).click()
        page.get_by_text(shot.shows).first.wait_for()
        page.wait_for_load_state("networkidle")
        look(page, f"{shot.name}-{width}")
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow == 0, f"{shot.name} is {overflow} px too wide at {width} px"
        page.context.close()


def test_the_first_load_is_light(studio: Server, scene: Scene, open_page: OpenPage) -> None:
    """At most 200 kB on the wire, font and messages included, for the page that most people see first and for the one after it."""
    page = open_page(url=studio.url)
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in").wait_for()
    page.wait_for_load_state("networkidle")
    loaded = transferred(page)
    print(f"\nfirst load of /sign-in: {loaded / 1000:.0f} kB; interactive after {interactive(page):.0f} ms")
    assert loaded <= 200_000
    page = open_page(scene.account.session, url=studio.url)
    page.goto("/flows")
    page.get_by_text("Order intake").first.wait_for()
    page.wait_for_load_state("networkidle")
    print(f"first load of /flows: {transferred(page) / 1000:.0f} kB; interactive after {interactive(page):.0f} ms")


def look(page: Page, name: str) -> None:
    """The page in light and dark: a screenshot of each, of which axe finds nothing serious."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.evaluate(SETTLED)
        keep(page, f"{name}-{scheme}")
        assert serious_findings(page) == [], scheme


def keep(page: Page, name: str) -> None:
    """Leaves a screenshot behind."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def serious_findings(page: Page) -> list[str]:
    """What axe holds against the page, serious or worse, with the elements."""
    page.evaluate(AXE.read_text())
    result: dict[str, Any] = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {node['html'][:200]} — {node['failureSummary'][:300]}"
        for violation in result["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def transferred(page: Page) -> int:
    """Bytes that came over the wire for what the page has loaded, answers of the API left out."""
    script = "() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map(e => [e.name, e.transferSize])"
    return sum(size for name, size in page.evaluate(script) if "/api/" not in name)


def interactive(page: Page) -> float:
    """Milliseconds until the document was there and its scripts had run."""
    return page.evaluate("() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")

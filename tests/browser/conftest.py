"""Fixtures of the browser tests: Debian's Chromium, a real server with the built web application, and people who are signed in.

The tests are plain functions on Playwright's synchronous interface. That interface keeps an event loop running in this thread for as long
as it is started, so the browser lives as long as the tests of this folder and no longer: asynchronous tests may follow in the same process.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from piecework.server.api.web import WEB_ROOT
from tests.e2e.server_process import Server, StartServer, starting

CHROMIUM = "/usr/bin/chromium"
PATIENCE_SECONDS = 45
"""For a page to become what a test expects, and for an element to be there: shorter than where servers start, as most failures are found here."""

ColourScheme = Literal["light", "dark"]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A Chromium without a window."""
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_SECONDS * 1000)
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartServer]:
    """See `starting`."""
    assert (WEB_ROOT / "index.html").is_file(), "the web application is not built: make web"
    yield from starting(tmp_path_factory)


@pytest.fixture(scope="package")
def server(start_server: StartServer) -> Server:
    """The server that most tests share: its platform is founded, and anybody may sign up, as often as he likes."""
    shared = start_server(allow_open_sign_up=True, api_rate_limit_authn_enabled=False, log_level="warn")
    shared.sign_up("owner@example.com")
    return shared


@dataclass
class Complaints:
    """What the browser's console said that it should not: uncaught errors, errors that were logged, resources that did not come.

    A test that provokes one adds a part of its text to `expected`: `complaints.expected.append("401")`.
    """

    seen: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listens to a page from now on."""
        page.on("pageerror", lambda error: self.seen.append(f"uncaught: {error.stack or error.message}"))
        page.on("console", self._hear)

    def unexpected(self) -> list[str]:
        """What no test expected."""
        return [text for text in self.seen if not any(part in text for part in self.expected)]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.seen.append(f"{message.text} ({message.location.get('url', '')})")


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Fails the test if a page complained."""
    found = Complaints()
    yield found
    assert found.unexpected() == []


@pytest.fixture
def colour_scheme() -> ColourScheme:
    """Light, unless a test says otherwise: `@pytest.mark.parametrize("colour_scheme", ["light", "dark"])`."""
    return "light"


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, server: Server, colour_scheme: ColourScheme, complaints: Complaints) -> Iterator[OpenPage]:
    """Opens windows, each of a browser of its own: `open_page(session, url=…, width=360, height=740, **more of Browser.new_context)`.

    `session` is the AuthenticationResponse of somebody who is to be signed in (`new_user`). Paths given to `goto` are taken relative to `url`,
    the shared server if none is given.
    """
    contexts: list[BrowserContext] = []

    def open_one(
        session: dict[str, Any] | None = None, *, url: str | None = None, width: int = 1280, height: int = 800, **options: Any
    ) -> Page:
        origin = url or server.url
        context = browser.new_context(
            base_url=origin,
            color_scheme=colour_scheme,
            viewport={"width": width, "height": height},
            locale=options.pop("locale", "en-GB"),
            reduced_motion="reduce",  # a dialog that is still on its way takes the focus from who types already
            storage_state=_signed_in(origin, session) if session else None,
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        complaints.watch(page)
        return page

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def new_user(server: Server) -> Callable[[], dict[str, Any]]:
    """Signs up somebody new with a project of his own, and returns the AuthenticationResponse."""
    return lambda: server.sign_up(f"ada.{os.urandom(6).hex()}@example.com", lastName="Lovelace")


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A window in which nobody is signed in."""
    return open_page()


@pytest.fixture
def signed_in_page(open_page: OpenPage, new_user: Callable[[], dict[str, Any]]) -> Page:
    """A window of somebody new."""
    return open_page(new_user())


def _signed_in(origin: str, session: dict[str, Any]) -> Any:
    """The browser's storage as `Session` (web/src/app/session/session.ts) leaves it."""
    names = ("token", "platformId", "projectId", "firstName", "lastName", "email", "platformRole")
    kept = {"userId": session["id"]} | {name: session[name] for name in names}
    scheme, _, rest = origin.partition("://")
    host = rest.partition("/")[0]
    entry = {"name": "piecework.session", "value": json.dumps(kept)}
    return {"cookies": [], "origins": [{"origin": f"{scheme}://{host}", "localStorage": [entry]}]}

"""The page that a service sends the browser back to: it hands the code to the page that opened it or waits for its state, and to no other origin."""

from playwright.sync_api import Browser, Page

from tests.e2e.server_process import Server

LISTEN = "() => { window.heard = []; addEventListener('message', event => window.heard.push(event.data)); }"


def test_the_code_reaches_its_opener_alone(browser: Browser, server: Server) -> None:
    page = browser.new_page()
    page.goto(f"{server.url}/redirect")
    page.evaluate(LISTEN)
    page.evaluate("() => { window.open('/redirect?code=c-1&state=s-1'); }")
    page.wait_for_function("() => window.heard.length === 1")
    assert page.evaluate("window.heard") == [{"state": "s-1", "code": "c-1"}]
    with page.expect_popup() as opened:
        page.evaluate("() => { window.open('/redirect?error=access_denied&error_description=No&state=s-2'); }")
    page.wait_for_function("() => window.heard.length === 2")
    assert page.evaluate("window.heard[1]") == {"state": "s-2", "error": "access_denied", "errorDescription": "No"}
    opened.value.get_by_text("The service gave no permission: No").wait_for()
    assert opened.value.url == f"{server.url}/redirect", "the address bar and the history forget the code"
    stranger = browser.new_page()
    stranger.goto(server.url.replace("127.0.0.1", "localhost") + "/redirect")
    stranger.evaluate(LISTEN)
    with stranger.expect_popup() as popup:
        stranger.evaluate(f"() => {{ window.open('{server.url}/redirect?code=c-3&state=s-3'); }}")
    if not popup.value.is_closed():
        popup.value.wait_for_event("close", timeout=10_000)
    assert stranger.evaluate("window.heard") == []
    page.close()
    stranger.close()


CUT_OFF = "url => { window.open(url, '_blank', 'noopener'); }"
WAIT = """() => {
    window.heard = [];
    window.channel = new BroadcastChannel('piecework.consent.s-1');
    channel.onmessage = event => window.heard.push(event.data);
}"""


def test_without_an_opener_the_code_reaches_who_waits_for_its_state(browser: Browser, server: Server) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{server.url}/redirect")
    page.evaluate(WAIT)
    stranger = context.new_page()
    stranger.goto(server.url.replace("127.0.0.1", "localhost") + "/redirect")
    stranger.evaluate(WAIT)
    other = opened(page, "/redirect?code=c-2&state=s-2")
    ours = opened(page, "/redirect?code=c-1&state=s-1")
    page.wait_for_function("() => window.heard.length > 0")
    assert page.evaluate("window.heard") == [{"state": "s-1", "code": "c-1"}]
    assert ours.url == f"{server.url}/redirect", "the address bar and the history forget the code"
    ours.get_by_text("Connecting").wait_for()
    with ours.expect_event("close"):
        page.evaluate("channel.postMessage('taken')")
    other.get_by_text("No page of Piecework waits for this window.").wait_for()
    assert "c-2" not in other.content()
    assert stranger.evaluate("window.heard") == []
    context.close()


def opened(page: Page, url: str) -> Page:
    """A window that does not know who opened it."""
    with page.context.expect_page() as window:
        page.evaluate(CUT_OFF, url)
    return window.value

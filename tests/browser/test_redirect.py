"""The page that a service sends the browser back to: it hands the code to the page that opened it, and to no other origin."""

from playwright.sync_api import Browser

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

import pytest

from piecework.server.modules.resuming.endpoints import prefers_html

CHROMIUM = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        (CHROMIUM, True),
        ("TEXT/HTML", True),
        ("text/html, application/json", True),
        ("text/html;q=0.5, application/json", False),
        ("text/html;q=0", False),
        ("text/html;q=much", False),
        ("*/*", False),
        ("", False),
        ("application/json, text/plain, */*", False),
    ],
)
def test_who_prefers_html(accept: str, html: bool) -> None:
    assert prefers_html(accept) is html

import pytest

from piecework.server.kernel.http.pages import Cursor


def test_a_cursor_survives_the_journey() -> None:
    cursor = Cursor("next", "2026-11-22T01:10:14.675Z", "x" * 21)
    assert Cursor.decode(cursor.encode()) == cursor


@pytest.mark.parametrize(
    "text", [None, "", "x", "ž", "e30=", "WzFd", "WzEsMiwzXQ==", "WyJ1cCIsImEiLCJiIl0=", "bmV4dF9ZM0psWVhSbFpEb3hOemsx"]
)
def test_a_cursor_that_cannot_be_read_is_none(text: str | None) -> None:
    assert Cursor.decode(text) is None

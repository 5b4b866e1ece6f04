from typing import Any

import pytest

from piecework.pieces.http import piece
from piecework.sdk import PieceError
from piecework.sdk.testing import run_action


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"url": "https://user@Example.com:8443/a/b?x=1&x=2&y=#top"},
            {
                "base_url": "https://example.com:8443",
                "domain": "example.com",
                "path": "/a/b",
                "query_parameters": {"x": ["1", "2"], "y": [""]},
                "hash": "top",
            },
        ),
        (
            {"url": "http://example.com:80?x=1&x=2", "returnArrays": False},
            {"base_url": "http://example.com", "domain": "example.com", "path": "/", "query_parameters": {"x": "1"}, "hash": ""},
        ),
    ],
)
async def test_parts(given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert await run_action(piece, "parse_url", given) == expected


@pytest.mark.parametrize("url", ["example.com/x", "http://[", "https://x:port/"])
async def test_not_a_url(url: str) -> None:
    with pytest.raises(PieceError, match="url: not a"):
        await run_action(piece, "parse_url", {"url": url})

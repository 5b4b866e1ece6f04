"""Parse URL: no call is made."""

from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from piecework.pieces.http.piece import piece
from piecework.sdk import Checkbox, PieceError, ShortText

DEFAULT_PORTS = {"http": 80, "https": 443, "ftp": 21, "ws": 80, "wss": 443}


@piece.action(name="parse_url", display_name="Parse URL", pure=True)
def parse_url(
    url: Annotated[str, ShortText("URL", "A whole URL, such as `https://example.com/page?utm_source=mail`.")],
    returnArrays: Annotated[
        bool,
        Checkbox("Return Values as Arrays", "Give every query parameter as a list, for names that repeat; otherwise its first value."),
    ] = True,
) -> dict[str, Any]:
    """Take a URL apart: base, domain, path, query parameters and hash."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise PieceError(f"url: not a URL: {error}") from None
    if not parts.scheme or not parts.hostname:
        raise PieceError(f"url: not a whole URL with scheme and host: {url}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    shown_port = "" if port is None or port == DEFAULT_PORTS.get(parts.scheme) else f":{port}"
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        values.setdefault(name, []).append(value)
    return {
        "base_url": f"{parts.scheme}://{host}{shown_port}",
        "domain": host,
        "path": parts.path or "/",
        "query_parameters": values if returnArrays else {name: found[0] for name, found in values.items()},
        "hash": parts.fragment,
    }

"""The browser's side: the application's files, its page for every path of its own, and 404 for an API path that nobody serves.

The files are built from `web/` (`make web`) into the folder `web` beside this module; text files have Brotli and gzip twins there.
"""

import mimetypes
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from piecework.server.api.errors import problem

WEB_ROOT = Path(__file__).parent / "web"
_IMMUTABLE = {"cache-control": "public, max-age=31536000, immutable"}
_FRESH = {"cache-control": "no-cache"}
_ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""Content codings by preference, and the suffix of the twin that has it."""
_POLICY = {
    "content-security-policy": "; ".join(
        [
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",  # components and the code editor add style elements
            "img-src 'self' https: data: blob:",  # logos of pieces and platforms stand anywhere
            "connect-src 'self' ws: wss:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        ]
    ),
    "referrer-policy": "same-origin",
}
"""What the page may load, and who may frame it (Content Security Policy Level 3)."""
_NOT_BUILT = "Piecework's server is running, but its web application is not built: run `make web`. The API is described at /api/v1/docs.\n"


def web_app(root: Path = WEB_ROOT) -> ASGIApp:
    """Returns the application that serves the files under `root`.

    A path that names no file gets `index.html`, because the pages of the web application have paths of their own; paths under
    `/api` and paths that end like a file do not. Without a built application, pages are answered 503 with a hint.
    """
    root = root.resolve()

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = scope["path"]
        if path == "/api" or path.startswith("/api/") or scope["method"] not in ("GET", "HEAD"):
            answer: Response = problem(404, "Route not found")
        elif file := _file_at(root, path):
            answer = _served(file, Headers(scope=scope))
        elif Path(path).suffix:
            answer = problem(404, "Route not found")
        elif page := _file_at(root, "/index.html"):
            answer = _served(page, Headers(scope=scope))
        else:
            answer = PlainTextResponse(_NOT_BUILT, 503)
        await answer(scope, receive, send)

    return call


def _file_at(root: Path, path: str) -> Path | None:
    try:
        file = (root / path.lstrip("/")).resolve()
        return file if file.is_relative_to(root) and file.is_file() else None
    except OSError:  # a name that the file system cannot hold
        return None


def _served(file: Path, request: Headers) -> FileResponse:
    hashed = "-" in file.stem  # the build puts a hash of the content into the names of all but index.html and the icons
    headers = _IMMUTABLE if hashed else _FRESH
    if file.suffix == ".html":
        headers = headers | _POLICY
    accepted = {coding.split(";")[0].strip() for coding in request.get("accept-encoding", "").split(",")}
    coded = ((coding, file.with_name(file.name + suffix)) for coding, suffix in _ENCODINGS.items() if coding in accepted)
    coding, content = next(((coding, twin) for coding, twin in coded if twin.is_file()), (None, file))
    if coding:
        headers = headers | {"content-encoding": coding}
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return FileResponse(content, media_type=media_type, headers=headers | {"vary": "accept-encoding"})

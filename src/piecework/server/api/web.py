"""The browser's side: the page at `/`, files below it, and 404 for an API path that nobody serves."""

import mimetypes
from pathlib import Path

from starlette.responses import FileResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from piecework.server.api.errors import problem

WEB_ROOT = Path(__file__).parent / "web"
_IMMUTABLE = {"cache-control": "public, max-age=31536000, immutable"}
_FRESH = {"cache-control": "no-cache"}


def web_app(root: Path = WEB_ROOT) -> ASGIApp:
    """Returns the application that serves the files under `root`.

    A path that names no file gets `index.html`, because the pages of the web application have paths of their own; paths under
    `/api` and paths that end like a file do not.
    """
    root = root.resolve()

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = scope["path"]
        if path == "/api" or path.startswith("/api/") or scope["method"] not in ("GET", "HEAD"):
            await problem(404, "Route not found")(scope, receive, send)
        elif file := _file_at(root, path):
            await _served(file, hashed="." in file.stem)(scope, receive, send)
        elif Path(path).suffix:
            await problem(404, "Route not found")(scope, receive, send)
        else:
            await _served(root / "index.html", hashed=False)(scope, receive, send)

    return call


def _file_at(root: Path, path: str) -> Path | None:
    try:
        file = (root / path.lstrip("/")).resolve()
        return file if file.is_relative_to(root) and file.is_file() else None
    except OSError:  # a name that the file system cannot hold
        return None


def _served(file: Path, *, hashed: bool) -> FileResponse:
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return FileResponse(file, media_type=media_type, headers=_IMMUTABLE if hashed else _FRESH)

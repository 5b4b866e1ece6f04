"""HTTP servers that run in a thread of the tests."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

S = TypeVar("S", bound=ThreadingHTTPServer)


class Answering(BaseHTTPRequestHandler):
    """A handler that is quiet."""

    def answer(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        """Sends a whole response; `kind` is its content type."""
        self.send_response(status)
        for name, value in {"content-type": kind, "content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def answer_json(self, value: Any, status: int = 200, **headers: str) -> None:
        self.answer(status, json.dumps(value).encode(), "application/json", **headers)

    def body(self) -> bytes:
        """What the request carries."""
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def log_message(self, *args: Any) -> None:
        """Tests are quiet."""


def server_of(handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    """A server on a free port of this machine."""
    return ThreadingHTTPServer(("127.0.0.1", 0), handler)


def url_of(server: ThreadingHTTPServer) -> str:
    return f"http://{server.server_address[0]}:{server.server_address[1]}"


@contextmanager
def serving(server: S) -> Iterator[S]:
    """The server, which answers, for as long as it is needed."""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""The OpenAPI document as a real server serves it: a server is started on a free port with an empty data folder, asked, and stopped."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

PATIENCE_SECONDS = 60


def fetch_document() -> dict[str, Any]:
    """Returns the document; raises RuntimeError with the server's log when the server does not start."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AP_")}
    with tempfile.TemporaryDirectory() as folder, Path(folder, "server.log").open("w+b") as log:
        command = [sys.executable, "-m", "piecework.server", "serve", "--port", str(port), "--data-dir", str(Path(folder, "data"))]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            return _ask(f"http://127.0.0.1:{port}/api/v1/openapi.json", process, Path(log.name))
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE_SECONDS)


def _ask(url: str, process: subprocess.Popen[bytes], log: Path) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return httpx.get(url, timeout=PATIENCE_SECONDS).raise_for_status().json()
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")

"""The server that is measured: one of our own, started in an empty folder and always stopped, or one that runs already."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from piecework.server.cli.bench import processes
from piecework.server.cli.client import Client, connect
from piecework.server.cli.failure import CommandFailed

STARTS_WITHIN = 60.0
STOPS_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class Target:
    """A server and an account on it. ``pid`` is None where its processes cannot be seen; ``start_s`` where it was not started here."""

    client: Client
    port: int
    pid: int | None = None
    start_s: float | None = None


@contextmanager
def own_server() -> Generator[Target, None, None]:
    """Start a server with default settings, sign up, and stop it by its process id afterwards."""
    with TemporaryDirectory(prefix="piecework-bench-") as folder:
        port = _free_port()
        log = Path(folder, "server.log")
        command = [sys.executable, "-m", "piecework.server", "serve", "--port", str(port), "--data-dir", str(Path(folder, "data"))]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AP_")}
        before, started = signal.getsignal(signal.SIGTERM), time.perf_counter()
        with log.open("wb") as output:
            process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)  # noqa: S603
        try:
            signal.signal(signal.SIGTERM, _leave)
            start_s = _await_health(port, process, started, log)
            with Client(f"http://127.0.0.1:{port}") as client:
                _sign_up(client)
                yield Target(client, port, process.pid if processes.available() else None, start_s)
        finally:
            signal.signal(signal.SIGTERM, before)
            _stop(process)


@contextmanager
def running_server(url: str, email: str | None, password: str | None, token: str | None, pid: int | None) -> Generator[Target, None, None]:
    """Use a server that runs on this machine's loopback interface."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in ("localhost", "127.0.0.1") or parts.port is None:
        raise CommandFailed(f"--url: only a server on this machine can be measured (http://localhost:PORT), received: {url}")
    if pid is not None and not processes.tree(pid):
        raise CommandFailed(f"--pid: there is no process {pid}")
    with connect(url, email, password, token, None) as client:
        yield Target(client, parts.port, pid)


def _leave(*_: object) -> None:
    """SIGTERM ends the benchmark as an interrupt does: through every `finally`, so that the server is stopped."""
    raise SystemExit(143)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _await_health(port: int, process: subprocess.Popen[bytes], started: float, log: Path) -> float:
    """Seconds from the start to the first 200."""
    while time.perf_counter() - started < STARTS_WITHIN and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/api/v1/health")
            with connection.getresponse() as response:
                if response.status == 200:
                    return time.perf_counter() - started
        except (OSError, HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.01)
    raise CommandFailed(f"The server did not start:\n{log.read_text(errors='replace')[-4000:]}")


def _sign_up(client: Client) -> None:
    person = {"email": "bench@example.com", "password": "Bench-marks-1", "firstName": "Bench", "lastName": "Mark"}
    client.take_session(client.request("POST", "/authentication/sign-up", person | {"trackEvents": False, "newsLetter": False}))


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

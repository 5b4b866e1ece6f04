"""A real server in a process of its own, and the people who use it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.patience import PATIENCE_SECONDS

STRONG_PASSWORD = "Passw0rd!x"


@dataclass(frozen=True)
class Server:
    """A running server: where it listens, its data folder and its process."""

    url: str
    data_dir: Path
    process: subprocess.Popen[bytes]

    def client(self, token: str | None = None) -> httpx.Client:
        """Returns a client whose paths are below /api/v1."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30, trust_env=False)

    def sign_up(self, email: str, **fields: Any) -> dict[str, Any]:
        """Signs somebody up and returns the AuthenticationResponse."""
        person = {
            "email": email,
            "password": STRONG_PASSWORD,
            "firstName": "Ada",
            "lastName": "L",
            "trackEvents": False,
            "newsLetter": False,
        }
        with self.client() as client:
            response = client.post("/authentication/sign-up", json=person | fields)
        assert response.status_code == 200, response.text
        return response.json()

    def stop(self) -> None:
        """Asks the server to stop and waits until it has."""
        self.process.terminate()
        self.process.wait(timeout=PATIENCE_SECONDS)


@dataclass(frozen=True)
class Account:
    """Somebody who is signed in: the AuthenticationResponse and a client with his token."""

    session: dict[str, Any]
    client: httpx.Client

    @property
    def project_id(self) -> str:
        """The project that he starts in."""
        return self.session["projectId"]


StartServer = Callable[..., Server]


def free_port() -> int:
    """Returns a TCP port that nobody listens on at the moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def spawn(data_dir: Path, *, within: Sequence[str] = (), **settings: Any) -> Server:
    """Starts a server with AP_* settings (by field name), and does not wait for it. ``within``: a program that becomes the server, and its
    arguments before the server's."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AP_")}
    environment |= {f"AP_{name.upper()}": str(value) for name, value in settings.items()}
    command = [*within, sys.executable, "-m", "piecework.server", "serve", "--port", str(port), "--data-dir", str(data_dir)]
    with log_of(data_dir).open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    return Server(f"http://127.0.0.1:{port}", data_dir, process)


def log_of(data_dir: Path) -> Path:
    """Where the last server on this folder wrote its log."""
    return data_dir.parent / f"{data_dir.name}.log"


def launch(data_dir: Path, **settings: Any) -> Server:
    """Starts a server with AP_* settings (by field name) and waits until it answers."""
    server = spawn(data_dir, **settings)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            httpx.get(f"{server.url}/api/v1/health", timeout=5, trust_env=False)
            return server
        except httpx.TransportError:
            if server.process.poll() is not None or time.monotonic() > deadline:
                server.process.kill()
                raise AssertionError(f"the server did not start:\n{log_of(data_dir).read_text()}") from None
            time.sleep(0.05)


def starting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartServer]:
    """What a fixture yields that starts servers, each with a new data folder unless one is given, and stops them at the end."""
    running: list[Server] = []

    def start(data_dir: Path | None = None, **settings: Any) -> Server:
        server = launch(data_dir or tmp_path_factory.mktemp("server") / "data", **settings)
        running.append(server)
        return server

    yield start
    for server in running:
        if server.process.poll() is None:
            server.stop()

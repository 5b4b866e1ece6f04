"""A run that kills its server, and a kill during a pause."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.server_process import StartServer
from tests.faults.flows import action, publish_steps, statuses, wait_for
from tests.faults.pieces import install
from tests.patience import PATIENCE_SECONDS

OPEN: dict[str, Any] = {"allow_open_sign_up": True, "log_level": "error"}


PIECE = '''
import os
from piecework.sdk import ActionContext, Piece

piece = Piece("deadly", display_name="Deadly", version="0.1.0")


@piece.action(name="die")
def die(ctx: ActionContext) -> None:
    """Ends the process."""
    os._exit(9)
'''


def test_a_run_that_kills_its_worker_is_given_up_and_harms_no_other(
    start_server: StartServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "package", "deadly", PIECE, monkeypatch)
    data = tmp_path / "data"
    server = start_server(data, **OPEN)
    session = server.sign_up("owner@example.com")
    deadly = publish_steps(server, session, action("deadly", "0.1.0", "die"))
    delay = publish_steps(server, session, action("delay", "0.3.27", "delayFor", unit="seconds", delayFor=2))
    with server.client() as client:
        for _ in range(3):
            client.post(f"/webhooks/{delay}", json={}).raise_for_status()
        with contextlib.suppress(httpx.TransportError):
            client.post(f"/webhooks/{deadly}", json={})
    server.process.wait(PATIENCE_SECONDS)
    wanted = {"INTERNAL_ERROR": 1, "SUCCEEDED": 3}
    for _ in range(5):
        try:
            server = start_server(data, **OPEN)
        except AssertionError:  # it took the run up, and died, before it listened
            continue
        while server.process.poll() is None and statuses(data) != wanted:
            time.sleep(0.1)
        if server.process.poll() is None:
            break
    assert statuses(data) == wanted, "the run goes on killing"
    server.stop()


def test_a_delay_survives_a_kill(start_server: StartServer, tmp_path: Path) -> None:
    data = tmp_path / "data"
    server = start_server(data, **OPEN)
    session = server.sign_up("owner@example.com")
    delay = publish_steps(server, session, action("delay", "0.3.27", "delayFor", unit="seconds", delayFor=15))
    with server.client() as client:
        client.post(f"/webhooks/{delay}", json={}).raise_for_status()
    wait_for(data, {"PAUSED": 1})
    server.process.kill()
    server.process.wait()
    connection = sqlite3.connect(data / "piecework.db")
    connection.execute("UPDATE job SET dueAt = ?", (int(time.time() * 1000) + 1000,))  # its time is nearly over
    connection.commit()
    connection.close()
    server = start_server(data, **OPEN)
    wait_for(data, {"SUCCEEDED": 1})
    server.stop()

"""A native piece that blocks the event loop: the server notices, says who it was and ends, and is not taken down for ever."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest

from piecework.server.kernel.watchdog import EXIT_CODE
from tests.e2e.server_process import Server, StartServer, log_of, spawn
from tests.faults.flows import action, publish_steps, wait_for
from tests.faults.pieces import install
from tests.patience import PATIENCE_SECONDS

HANGING: dict[str, Any] = {"allow_open_sign_up": True, "log_level": "error", "watchdog_seconds": 2}

PIECE = '''
import re
import time
from piecework.sdk import ActionContext, Piece

piece = Piece("blocking", display_name="Blocking", version="0.1.0")


@piece.action(name="sleep")
def sleep(ctx: ActionContext) -> None:
    """Waits as no piece may."""
    time.sleep(3600)


@piece.action(name="compute")
def compute(ctx: ActionContext) -> None:
    """Holds Python's lock for as long as it lasts."""
    re.match(r"(a+)+$", "a" * 64 + "b")
'''


@pytest.fixture
def blocking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    install(tmp_path / "package", "blocking", PIECE, monkeypatch)
    return tmp_path / "data"


def logged(data: Path) -> list[dict[str, Any]]:
    lines = log_of(data).read_text().splitlines()
    return [orjson.loads(line) for line in lines if line.startswith("{")]


def ended(server: Server) -> int:
    try:
        return server.process.wait(PATIENCE_SECONDS)
    finally:
        server.process.kill()


def test_a_run_that_blocks_the_server_is_named_and_given_up_and_harms_no_other(start_server: StartServer, blocking: Path) -> None:
    server = start_server(blocking, **HANGING)
    session = server.sign_up("owner@example.com")
    hang = publish_steps(server, session, action("blocking", "0.1.0", "sleep"))
    delay = publish_steps(server, session, action("delay", "0.3.27", "delayFor", unit="seconds", delayFor=2))
    with server.client() as client:
        for _ in range(3):
            client.post(f"/webhooks/{delay}", json={}).raise_for_status()
        wait_for(blocking, {"PAUSED": 3})
        client.post(f"/webhooks/{hang}", json={}).raise_for_status()
    assert ended(server) == EXIT_CODE
    blamed = 0
    while True:
        [line] = [line for line in logged(blocking) if "blocked" in line["event"]]
        if "flow_run_id" in line:  # a machine that is short of breath may have kept the server from answering us for so long
            blamed += 1
            assert (line["level"], line["step"], len(line["flow_run_id"])) == ("critical", "step", 21)
            assert "time.sleep(3600)" in line["stack"]
        if blamed == 3:
            break
        assert ended(spawn(blocking, **HANGING)) == EXIT_CODE  # it may take the run up, and hang, before it listens
    server = start_server(blocking, **(HANGING | {"watchdog_seconds": 60}))
    wait_for(blocking, {"INTERNAL_ERROR": 1, "SUCCEEDED": 3})
    with server.client(session["token"]) as client:
        runs = client.get("/flow-runs", params={"projectId": session["projectId"], "status": "INTERNAL_ERROR"}).json()["data"]
    assert runs[0]["failedStep"]["message"].startswith("The worker ended 3 times while it drove this run")
    server.stop()


def test_a_call_that_holds_python_s_lock_is_ended_too(start_server: StartServer, blocking: Path) -> None:
    server = start_server(blocking, **HANGING)
    session = server.sign_up("owner@example.com")
    hang = publish_steps(server, session, action("blocking", "0.1.0", "compute"))
    with server.client() as client:
        client.post(f"/webhooks/{hang}", json={}).raise_for_status()
    assert ended(server) == -signal.SIGPROF
    assert "re.match" not in log_of(blocking).read_text()
    assert 'blocking.py", line 18 in compute' in log_of(blocking).read_text()


def test_a_server_that_was_stopped_goes_on(start_server: StartServer, tmp_path: Path) -> None:
    server = start_server(tmp_path / "data", **HANGING)
    server.process.send_signal(signal.SIGSTOP)
    with pytest.raises(subprocess.TimeoutExpired):
        server.process.wait(4)
    server.process.send_signal(signal.SIGCONT)
    with pytest.raises(subprocess.TimeoutExpired):
        server.process.wait(2)
    with server.client() as client:
        client.get("/flags").raise_for_status()
    server.stop()
    assert server.process.returncode == 0

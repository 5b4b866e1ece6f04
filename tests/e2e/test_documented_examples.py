"""What README and the tutorial tell a newcomer to type is typed here, into a server of its own, and it answers as they say."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(
    shutil.which("curl") is None or shutil.which("bash") is None, reason="the examples are written for bash and curl"
)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture
def server_url(tmp_path: Path) -> Iterator[str]:
    """A server of its own with an empty data folder; yields its URL."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AP_")}
    command = [sys.executable, "-m", "piecework.server", "serve", "--port", str(port), "--data-dir", str(tmp_path / "data")]
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_until_ready(f"http://localhost:{port}", process, tmp_path / "server.log")
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{url}/api/v1/flags", timeout=5)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the server did not start:\n{log.read_text()}")


def shell_blocks(page: Path) -> str:
    """All ```sh blocks of a page as one script."""
    return "\n".join(re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL))


def run_examples(script: str, server_url: str) -> str:
    """Runs a script in the project's folder against this server and returns what it prints; fails when a command of it fails."""
    script = script.replace("http://localhost:8080", server_url)
    run = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_the_readme_s_flow_greets(server_url: str) -> None:
    assert json.loads(run_examples(shell_blocks(ROOT / "README.md"), server_url)) == {"greeting": "Hello, Ada!"}


AWAIT_THE_FAILED_RUN = """
for _ in $(seq 300); do
  json "$API/flow-runs?projectId=$PROJECT&status=FAILED" --header "$AUTH" | grep --quiet step_1 && exit 0
  sleep 0.1
done
echo "no run failed" >&2; exit 1
"""


def test_the_tutorial_works_from_start_to_end(server_url: str) -> None:
    script = shell_blocks(ROOT / "docs" / "tutorial" / "first-flow-over-the-api.md") + AWAIT_THE_FAILED_RUN
    assert '{"greeting":"Hello, Ada!"}' in run_examples(script, server_url)

"""Every operation of the interface's own description, called with generated requests: fitting ones and unfitting ones.

schemathesis checks that nothing is answered 5xx, that statuses, media types and bodies are the described ones, that unfitting requests are refused
and fitting ones are not, and that methods which a path does not have are answered 405. The seed is fixed.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.e2e.server_process import StartServer

CONFIGURATION = Path(__file__).parent / "schemathesis.toml"


@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "anonymous"])
def test_generated_requests(start_server: StartServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signed_in: bool) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")  # generated names are nobody's business
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    server = start_server(api_rate_limit_authn_enabled=False, webhook_timeout_seconds=2, log_level="warn")
    token = server.sign_up("owner@example.com")["token"]
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION), "run", f"{server.url}/api/v1/openapi.json"),
        *("--phases", "coverage,fuzzing", "--max-examples", "5" if signed_in else "2", "--seed", "1", "--no-shrink"),
        *("--continue-on-failure", "--warnings", "off", "--request-timeout", "30"),
        *(("--header", f"Authorization: Bearer {token}") if signed_in else ()),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    with server.client(token) as client:
        assert client.get("/health").status_code == 200

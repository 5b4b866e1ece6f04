"""The tutorial "Your first piece" is followed to the letter: its files are written, its commands typed, and the piece is in a server's catalogue."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.e2e.server_process import StartServer

PAGE = (Path(__file__).parents[2] / "docs" / "tutorial" / "first-piece.md").read_text()
SCRIPTS = Path(sys.executable).parent

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the tutorial is written for bash")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def typed(script: str, folder: Path, site: Path) -> str:
    """What a block prints. What it would install beside the tests' own server goes into ``site``."""
    script = re.sub(r"(\.\./)?\.venv/bin/", f"{SCRIPTS}/", script).replace("cd piecework-gists\n", "")
    install = f"pip install --quiet --no-index --no-deps --no-build-isolation --target {site} "
    script = script.replace("pip install --editable ", install)
    run = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_the_piece_of_the_tutorial(tmp_path: Path, start_server: StartServer, monkeypatch: pytest.MonkeyPatch) -> None:
    make, take_away, check, install = blocks("sh")
    source, tests = blocks("python")
    assert len(source.splitlines()) < 40
    site = tmp_path / "site"
    typed(make, tmp_path, site)
    folder = tmp_path / "piecework-gists"
    typed(take_away, folder, site)
    (folder / "src" / "piecework_gists" / "__init__.py").write_text(source)
    (folder / "tests" / "test_gists.py").write_text(tests)
    printed = typed(check, folder, site)
    assert "2 passed" in printed
    assert "nothing stands against it" in printed
    typed(install, folder, site)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH")])))
    with start_server(log_level="warn").client() as client:
        piece = client.get("/pieces/@activepieces/piece-gists").json()
    assert (piece["displayName"], piece["auth"]["type"], piece["auth"]["scope"]) == ("GitHub Gists", "OAUTH2", ["gist"])
    assert list(piece["actions"]["create_gist"]["props"]) == ["file_name", "text", "public"]
    assert piece["triggers"]["new_gist"]["description"] == "You have a new gist."

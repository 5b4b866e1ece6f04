"""The application's types are generated from the server's OpenAPI document: a change of the API that was not carried over fails here."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_types_are_those_of_todays_api() -> None:
    check = subprocess.run(
        [sys.executable, ROOT / "scripts/write_web_api.py", "--check"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert check.returncode == 0, check.stderr

"""The reference says what the code says: every setting, command and endpoint, as generated from them.

Generation alone would do, were every reader sure to run it; so the pages are in the repository, and this fails when one is out of date.
"""

import subprocess
import sys
from pathlib import Path

from piecework.server.kernel.settings import Settings
from piecework.server.kernel.settings.schema import SECTIONS

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"


def test_the_reference_is_up_to_date() -> None:
    check = [sys.executable, str(ROOT / "scripts" / "write_reference.py"), "--check"]
    run = subprocess.run(check, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr


def test_every_setting_is_documented() -> None:
    page = (REFERENCE / "settings.md").read_text()
    fields = [name for section in SECTIONS for name in section.model_fields]
    assert {*fields, "warnings"} == set(Settings.model_fields)
    assert [name for name in fields if f"| `AP_{name.upper()}` |" not in page] == []

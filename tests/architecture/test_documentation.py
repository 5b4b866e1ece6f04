"""The reference says what the code says: every setting, command and endpoint, as generated from them.

Generation alone would do, were every reader sure to run it; so the pages are in the repository, and this fails when one is out of date.
"""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from piecework.server.kernel.settings import Settings
from piecework.server.kernel.settings.schema import SECTIONS
from piecework.server.kernel.settings.values import Planned, find_constraint

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


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = [re.split(r"[^a-z0-9-]", dependency.lower(), maxsplit=1)[0] for dependency in project["dependencies"]]
    reasons = (ROOT / "docs" / "decisions" / "0002-stack.md").read_text()
    assert [name for name in names if f"`{name}`" not in reasons] == []


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert dead == []


ENFORCED_BY_THE_SCHEMA = {"container_type", "db_type", "file_storage_location", "redis_type"}
"""Settings of which this version takes one value only, and refuses the others at start-up."""

INERT = {"environment", "execution_mode", "telemetry_enabled"}
"""Settings that change nothing, as their documentation says."""


def test_a_setting_that_nobody_reads_is_marked_as_planned() -> None:
    """A setting that is documented as if it did something, and does nothing, is a lie to the operator. Showing it as a flag is nothing."""
    package = ROOT / "src" / "piecework"
    sources = [path for path in package.rglob("*.py") if path.parent.name not in ("settings", "flags")]
    read = {node.attr for path in sources for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    planned = {name for section in SECTIONS for name in section.model_fields if find_constraint(Settings.model_fields[name], Planned)}
    fields = {name for section in SECTIONS for name in section.model_fields}
    assert sorted(fields - read - planned - ENFORCED_BY_THE_SCHEMA - INERT) == []
    assert sorted(planned & read) == [], "it has an effect: it is planned no longer"

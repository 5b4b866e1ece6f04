"""The contracts of pyproject.toml hold, and each one catches what it is there for.

A contract that nobody has seen broken may be one that cannot be broken: a wrong module name in it goes unnoticed for ever. So every test
plants one violation in a copy of the source and expects exactly the one contract to be broken that forbids it.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

PLANTED = [
    # contract, what is planted: file -> content
    ("layers", {"engine/planted.py": "import piecework.runner"}),
    ("layers", {"spec/planted.py": "from piecework.engine import expressions"}),
    ("layers", {"runner/planted.py": "import piecework.server"}),
    ("layers", {"engine/planted.py": "import piecework.sdk"}),
    ("layers", {"sdk/planted.py": "def late():\n    import piecework.engine"}),
    ("layers", {"pieces/planted/__init__.py": "import piecework.sandbox"}),
    ("server-layers", {"server/kernel/planted.py": "import piecework.server.ports"}),
    (
        "server-layers",
        {"server/modules/planted/service.py": "import piecework.server.adapters.sqlite", "server/modules/planted/__init__.py": ""},
    ),
    ("server-layers", {"server/worker/planted.py": "import piecework.server.api"}),
    ("server-layers", {"server/utils/__init__.py": ""}),
    ("server-layers", {"server/utils.py": ""}),
    ("module-layers", {"server/modules/planted/service.py": "from . import endpoints", "server/modules/planted/endpoints.py": ""}),
    ("module-layers", {"server/modules/planted/models.py": "from .schemas import X", "server/modules/planted/schemas.py": "X = 1"}),
    ("module-layers", {"server/modules/planted/jobs.py": "from . import endpoints", "server/modules/planted/endpoints.py": ""}),
    (
        "module-repositories",
        {"server/modules/planted/endpoints.py": "from . import _repository", "server/modules/planted/_repository.py": ""},
    ),
    (
        "module-circles",
        {
            "server/modules/planted/service.py": "import piecework.server.modules.counterpart.service",
            "server/modules/counterpart/service.py": "import piecework.server.modules.planted.errors",
            "server/modules/planted/errors.py": "",
        },
    ),
    ("pure-core", {"engine/planted.py": "import asyncio"}),
    ("pure-core", {"engine/steps/planted.py": "from time import monotonic"}),
    ("pure-core", {"spec/planted.py": "import os.path"}),
    ("pieces-independent", {"pieces/planted/__init__.py": "import piecework.pieces.counterpart", "pieces/counterpart/__init__.py": ""}),
    ("pieces-context", {"pieces/planted/__init__.py": "import httpx"}),
    ("pieces-context", {"pieces/planted/actions.py": "import subprocess", "pieces/planted/__init__.py": ""}),
    ("pieces-context", {"pieces/planted/__init__.py": "import piecework.engine"}),
    ("sandbox-child", {"sandbox/planted.py": "import sqlalchemy"}),
    ("sandbox-child", {"sandbox/planted.py": "import sqlite3"}),
]


@pytest.fixture
def source_copy(tmp_path: Path) -> Path:
    """A copy of the package and its contracts; returns the folder of the package."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    ignored = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(ROOT / "src" / "piecework", tmp_path / "src" / "piecework", ignore=ignored))


def broken_contracts(package: Path) -> set[str]:
    """Runs import-linter over a copy of the package and returns the names of the contracts that it calls broken."""
    program = "import sys; sys.path.insert(0, 'src'); from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    run = subprocess.run(
        [sys.executable, "-I", "-c", program], cwd=package.parents[1], capture_output=True, text=True, timeout=120, check=False
    )
    verdicts = dict(re.findall(r"^(.+) (KEPT|BROKEN)$", run.stdout, re.MULTILINE))
    assert verdicts.keys() == {contract["name"] for contract in CONTRACTS}, run.stdout + run.stderr
    broken = {name for name, verdict in verdicts.items() if verdict == "BROKEN"}
    assert bool(run.returncode) == bool(broken)
    return broken


def test_the_source_keeps_every_contract(source_copy: Path) -> None:
    assert broken_contracts(source_copy) == set()


@pytest.mark.parametrize(("contract", "files"), PLANTED, ids=[f"{contract}-{next(iter(files))}" for contract, files in PLANTED])
def test_a_planted_violation_is_caught(source_copy: Path, contract: str, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = source_copy / name
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "__init__.py").touch()
        path.write_text(content + "\n")
    assert broken_contracts(source_copy) == {next(item["name"] for item in CONTRACTS if item["id"] == contract)}


def test_every_contract_has_a_planted_violation() -> None:
    assert {contract for contract, _ in PLANTED} == {contract["id"] for contract in CONTRACTS}

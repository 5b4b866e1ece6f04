"""Third-party pieces of the fault tests, as packages that a server finds by their entry point."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def install(folder: Path, name: str, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that are started from now on have this piece; ``source`` is the module ``name``, whose ``piece`` it is."""
    information = folder / f"{name}-0.1.dist-info"
    information.mkdir(parents=True)
    (folder / f"{name}.py").write_text(source)
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1\n")
    (information / "entry_points.txt").write_text(f"[piecework.pieces]\n{name} = {name}:piece\n")
    monkeypatch.setenv("PYTHONPATH", f"{folder}:{os.environ.get('PYTHONPATH', '')}")

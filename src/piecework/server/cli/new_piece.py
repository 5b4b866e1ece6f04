"""`piecework new-piece`: a package with a piece that passes its tests before anything is written into it.

The files are in `scaffold/`, texts with `{name}` and the like; they end in .txt so that no tool takes them for code of this package.
"""

import json
import re
from pathlib import Path

import click

from piecework.server.cli.failure import CommandFailed, told_in_one_line

SCAFFOLD = Path(__file__).parent / "scaffold"
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
PIECES = Path(__file__).parents[2] / "pieces"


@click.command("new-piece")
@click.argument("name")
@click.option("--dir", "parent", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Where to make it; here otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print one object: folder and files.")
def new_piece_command(name: str, parent: Path, as_json: bool) -> None:
    """Write the package `piecework-NAME` with a piece, an action, a trigger and their tests.

    NAME is in lower case with hyphens, such as `open-weather`.
    """
    if not NAME.fullmatch(name):
        raise click.UsageError(f"NAME must be lower-case words joined by hyphens, such as open-weather; received: {name}")
    module = name.replace("-", "_")
    if (PIECES / module).exists():
        raise CommandFailed(f"Piecework has a piece {name!r} of its own, which would win over yours: choose another name")
    folder = parent / f"piecework-{name}"
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CommandFailed(f"{folder} is there already and not empty")
    with told_in_one_line(OSError):
        files = _write(folder, name, f"piecework_{module}")
    if as_json:
        click.echo(json.dumps({"folder": str(folder), "files": files}))
        return
    click.echo("\n".join(f"{folder}/{file}" for file in files))
    click.echo(f"\nNow: cd {folder} && python -m pytest, then `pip install -e .` beside the server.", err=True)


def _write(folder: Path, name: str, package: str) -> list[str]:
    names = {"name": name, "package": package, "title": name.replace("-", " ").title(), "wire_name": f"@activepieces/piece-{name}"}
    targets = {
        "pyproject.toml.txt": "pyproject.toml",
        "README.md.txt": "README.md",
        "init.py.txt": f"src/{package}/__init__.py",
        "piece.py.txt": f"src/{package}/piece.py",
        "actions.py.txt": f"src/{package}/actions.py",
        "triggers.py.txt": f"src/{package}/triggers.py",
        "test_piece.py.txt": f"tests/test_{package.removeprefix('piecework_')}.py",
    }
    for source, target in targets.items():
        path = folder / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((SCAFFOLD / source).read_text(encoding="utf-8").format(**names), encoding="utf-8")
    return list(targets.values())

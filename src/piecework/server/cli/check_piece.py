"""`piecework check-piece`: what stands against a piece before it is published."""

import importlib
import json
import sys
from pathlib import Path

import click

from piecework.server.cli.failure import CommandFailed


@click.command("check-piece")
@click.argument("module")
@click.option("--json", "as_json", is_flag=True, help="Print one object: the piece's name and a list of problems.")
def check_piece_command(module: str, as_json: bool) -> None:
    """Check the rules that every piece keeps: names, help texts, fields, imports, tests.

    MODULE is the Python module with the piece, such as `piecework_open_weather`; it is looked for in the folder `src` and in the present one
    too. The exit code is 1 if there are problems.
    """
    from piecework.sdk import Piece
    from piecework.sdk.checking import problems_of

    sys.path[:0] = [str(Path("src").resolve()), str(Path.cwd())]
    try:
        imported = importlib.import_module(module)
    except Exception as error:
        raise CommandFailed(f"{module} cannot be imported: {type(error).__name__}: {error}") from error
    piece = getattr(imported, "piece", None)
    if not isinstance(piece, Piece) or imported.__file__ is None:
        raise CommandFailed(f"{module} has no `piece`")
    folder = Path(imported.__file__).parent
    problems = problems_of(piece, sorted(folder.rglob("*.py")), _tests_of(folder))
    if as_json:
        click.echo(json.dumps({"piece": piece.name, "problems": problems}))
    else:
        click.echo("\n".join(problems) if problems else f"{piece.name}: nothing stands against it")
    if problems:
        sys.exit(1)


def _tests_of(folder: Path) -> Path:
    """The folder `tests` beside the nearest pyproject.toml above the module."""
    root = next((parent for parent in folder.parents if (parent / "pyproject.toml").is_file()), folder)
    return root / "tests"

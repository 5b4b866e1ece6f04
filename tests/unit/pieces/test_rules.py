"""The rules of pieces (sdk/checking.py): kept by all of ours, and each of them caught where it is broken."""

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import pytest

import piecework.pieces
from piecework.runner.catalogue import Catalogue
from piecework.sdk import Dropdown, Piece, ShortText
from piecework.sdk.checking import problems_of

FOLDER = Path(piecework.pieces.__path__[0])
OURS = sorted(path.name for path in FOLDER.iterdir() if (path / "__init__.py").is_file())


@pytest.mark.parametrize("name", OURS)
def test_our_pieces_keep_the_rules(name: str) -> None:
    piece = importlib.import_module(f"piecework.pieces.{name}").piece
    assert problems_of(piece, sorted((FOLDER / name).rglob("*.py")), Path(__file__).parent / name) == []


def test_all_of_them_are_in_the_catalogue() -> None:
    assert len(OURS) == len(Catalogue.load().all())


def test_client_libraries_wait_until_a_piece_is_used() -> None:
    """An idle server has all pieces in its catalogue, and should stay small."""
    libraries = [
        "aio_pika", "aioftp", "aiomqtt", "aiomysql", "asyncpg", "asyncssh", "bson", "dns", "paho", "PIL", "pymongo", "pypdf", "redis",
    ]  # fmt: skip
    program = (
        "import sys; from piecework.runner.catalogue import Catalogue; [piece.describe() for piece in Catalogue.load().all()]; "
        f"print([name for name in {libraries} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def regions(country: str) -> dict[str, str]:
    return {}


def test_broken_rules_are_named(tmp_path: Path) -> None:
    piece = Piece("Bad_Name", display_name="Bad", version="1.0.0", versions=">=2", logo="http://logo.example")

    @piece.action()
    def nameless(region: Annotated[str, Dropdown(options=regions)], text: Annotated[str, ShortText("")]) -> Any: ...

    @piece.action()
    def mumbling() -> None:
        """no sentence"""

    source = tmp_path / "actions.py"
    source.write_text("import os.path\nfrom urllib import request\nfrom urllib.parse import quote\nimport json\n")
    assert problems_of(piece, [source], tmp_path) == [
        "name: '@activepieces/piece-Bad_Name' is not lower-case words joined by hyphens",
        "versions: the piece does not serve its own version 1.0.0",
        "description: missing; it is what the catalogue says of the piece",
        "logo: neither an https URL nor an image as data URL: 'http://logo.example'",
        "action nameless: no docstring; it is the step's help text",
        "action nameless, region: its choices depend on 'country', which is no field of the step",
        "action nameless, text: no title",
        "action mumbling: the docstring is no whole sentence: 'no sentence'",
        "actions.py:1: imports os.path: a piece reaches the world through its context",
        "actions.py:2: imports urllib.request: a piece reaches the world through its context",
        f"there are no tests in {tmp_path}",
    ]


def test_a_piece_of_a_newer_release_is_told_from_others() -> None:
    def piece(minimum: str) -> Piece:
        return Piece("new", display_name="New", version="1.0.0", minimum_release=minimum)

    assert [piece(minimum).is_too_new for minimum in ("0.82.0", "0.83.0", "0.83.1", "0.100.0")] == [False, False, True, True]

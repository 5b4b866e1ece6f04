"""The native pieces that this installation has: those of ``piecework.pieces`` and those that packages bring by entry point."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import entry_points

import structlog

import piecework.pieces
from piecework.sdk import Piece
from piecework.spec.piece import WIRE_RELEASE

ENTRY_POINT_GROUP = "piecework.pieces"

log = structlog.get_logger(__name__)


class Catalogue:
    """Pieces by wire name."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self._by_name: Mapping[str, Piece] = {piece.name: piece for piece in pieces}

    @classmethod
    def load(cls) -> "Catalogue":
        """Import every piece. One of a package that cannot be imported is logged and left out; one of ours is a bug and raises.

        Our own pieces win over a package's of the same name.
        """
        return cls([*_from_packages(), *_own()])

    def get(self, name: str, version: str | None = None) -> Piece | None:
        """The piece that serves ``name`` at ``version`` (``0.1.29``, ``~0.1.24``; None: any), or None."""
        piece = self._by_name.get(name)
        if piece is None or version is None or piece.serves(version):
            return piece
        return None

    def all(self) -> list[Piece]:
        """All pieces in the order of their display names."""
        return sorted(self._by_name.values(), key=lambda piece: piece.display_name.lower())


def _own() -> Iterator[Piece]:
    for module in pkgutil.iter_modules(piecework.pieces.__path__):
        yield importlib.import_module(f"piecework.pieces.{module.name}").piece


def _from_packages() -> Iterator[Piece]:
    for entry in entry_points(group=ENTRY_POINT_GROUP):
        try:
            piece = entry.load()
        except Exception:
            log.exception("piece cannot be imported", entry_point=entry.value)
            continue
        if not isinstance(piece, Piece):
            log.error("entry point is not a piece", entry_point=entry.value, found=type(piece).__name__)
        elif piece.is_too_new:
            log.error("piece needs a newer release", entry_point=entry.value, needs=piece.minimum_release, this=WIRE_RELEASE)
        else:
            yield piece

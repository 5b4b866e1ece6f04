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
    """Pieces by wire name. Of several with one name the last given is preferred."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        by_name: dict[str, list[Piece]] = {}
        for piece in pieces:
            by_name.setdefault(piece.name, []).insert(0, piece)
        self._by_name: Mapping[str, list[Piece]] = by_name

    @classmethod
    def load(cls) -> "Catalogue":
        """Import every piece. One of a package that cannot be imported is logged and left out; one of ours is a bug and raises.

        Our own pieces win over a package's of the same name, but for what they lack (``for_step``).
        """
        return cls([*_from_packages(), *_own()])

    def get(self, name: str, version: str | None = None) -> Piece | None:
        """The piece that serves ``name`` at ``version`` (``0.1.29``, ``~0.1.24``; None: any), or None."""
        return next(iter(self.candidates(name, version)), None)

    def candidates(self, name: str, version: str | None) -> list[Piece]:
        """All pieces that serve ``name`` at ``version``, the preferred one first."""
        return [piece for piece in self._by_name.get(name, ()) if version is None or piece.serves(version)]

    def for_step(self, name: str, version: str | None, operation: str) -> Piece | None:
        """The piece on which a step runs: the first that serves its version and has its action or trigger. Where none has it, as ``get``.

        A native piece may have the most used part of a service only; what it lacks, another piece of that name and version may have.
        """
        found = self.candidates(name, version)
        return next((piece for piece in found if operation in piece.actions or operation in piece.triggers), found[0] if found else None)

    def all(self) -> list[Piece]:
        """All pieces in the order of their display names."""
        return sorted((pieces[0] for pieces in self._by_name.values()), key=lambda piece: piece.display_name.lower())


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

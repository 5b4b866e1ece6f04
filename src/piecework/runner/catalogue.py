"""The pieces that this installation has: native ones (those of ``piecework.pieces``, and those that packages bring by entry point), and what
was installed from npm.

A native piece wins inside the range of versions that it serves, unless its name is among ``prefer_npm``; outside of it a version from npm is
used. Whoever asks cannot tell which it got.
"""

import importlib
import pkgutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from importlib.metadata import entry_points

import structlog

import piecework.pieces
from piecework.sdk import Piece
from piecework.sdk.versions import allows, parse_version
from piecework.spec.piece import WIRE_RELEASE

ENTRY_POINT_GROUP = "piecework.pieces"

log = structlog.get_logger(__name__)


class Catalogue:
    """Pieces by wire name and version. ``on_changed`` are called when a version from npm has come or gone.

    Of several native pieces with one name the last given is preferred.
    """

    def __init__(self, pieces: Iterable[Piece], prefer_npm: Collection[str] = ()) -> None:
        native: dict[str, list[Piece]] = {}
        for piece in pieces:
            native.setdefault(piece.name, []).insert(0, piece)
        self._native: Mapping[str, list[Piece]] = native
        self._npm: dict[str, dict[str, Piece]] = {}
        self._prefer_npm = frozenset(prefer_npm)
        self.on_changed: list[Callable[[], None]] = []

    @classmethod
    def load(cls, prefer_npm: Collection[str] = ()) -> "Catalogue":
        """Import every native piece. One of a package that cannot be imported is logged and left out; one of ours is a bug and raises.

        Our own pieces win over a package's of the same name, but for what they lack (``for_step``).
        """
        return cls([*_from_packages(), *_own()], prefer_npm)

    def add(self, piece: Piece) -> None:
        """A version of a piece was installed from npm."""
        self._npm.setdefault(piece.name, {})[piece.version] = piece
        self._changed()

    def remove(self, name: str, version: str) -> None:
        """A version of a piece from npm is gone."""
        self._npm.get(name, {}).pop(version, None)
        if not self._npm.get(name):
            self._npm.pop(name, None)
        self._changed()

    def _changed(self) -> None:
        for listener in self.on_changed:
            listener()

    def get(self, name: str, version: str | None = None) -> Piece | None:
        """The piece that serves ``name`` at ``version`` (``0.1.29``, ``~0.1.24``; None: any), or None."""
        return next(iter(self.candidates(name, version)), None)

    def candidates(self, name: str, version: str | None) -> list[Piece]:
        """All pieces that serve ``name`` at ``version``, the preferred one first: native ones, then the version from npm, or the other way
        round for a name of ``prefer_npm``.
        """
        native = [piece for piece in self._native.get(name, ()) if version is None or piece.serves(version)]
        serving = _serving(self._npm.get(name, {}), version)
        npm = [] if serving is None else [serving]
        return npm + native if name in self._prefer_npm else native + npm

    def for_step(self, name: str, version: str | None, operation: str) -> Piece | None:
        """The piece on which a step runs: the first that serves its version and has its action or trigger. Where none has it, as ``get``.

        A native piece may have the most used part of a service only; what it lacks, another piece of that name and version may have.
        """
        found = self.candidates(name, version)
        return next((piece for piece in found if operation in piece.actions or operation in piece.triggers), found[0] if found else None)

    def all(self) -> list[Piece]:
        """One piece for each name, which is what ``get(name)`` gives, in the order of their display names."""
        found = (self.get(name) for name in {*self._native, *self._npm})
        return sorted((piece for piece in found if piece is not None), key=lambda piece: piece.display_name.lower())

    def versions(self, name: str) -> list[Piece]:
        """Everything that is installed under a name, the newest first. A native piece hides what npm has of its very version."""
        native = {piece.version: piece for piece in reversed(self._native.get(name, []))}
        pieces = {**self._npm.get(name, {}), **native}
        return sorted(pieces.values(), key=lambda piece: parse_version(piece.version), reverse=True)

    def from_npm(self) -> list[Piece]:
        """Every version from npm."""
        return [piece for versions in self._npm.values() for piece in versions.values()]


def _serving(versions: Mapping[str, Piece], wanted: str | None) -> Piece | None:
    """The version that is meant: the newest, the exact one, or the newest that ``~`` or ``^`` allows (semver.org; npm's semver for ranges)."""
    if not versions:
        return None
    text = (wanted or "").strip()
    if wanted is not None and text[:1] not in ("~", "^"):
        return versions.get(text.lstrip("v="))
    fitting = [piece for piece in versions.values() if wanted is None or allows(text, piece.version)]
    return max(fitting, key=lambda piece: parse_version(piece.version), default=None)


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

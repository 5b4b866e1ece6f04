"""Where pieces from npm are on the disk.

<root>/@activepieces+piece-store@0.6.20/package/      the package, its dependencies inside
                                        piece.json    what the piece said of itself: {"metadata", "traits"}
                                        ready         written last; a folder without it is a beginning that nobody finished
       failures/…@0.6.20.json                         why an installation failed
       locks/, npm-cache/
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from piecework.sandbox.npm.errors import InstallFailed

_NAME = re.compile(r"(?:@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*")
_VERSION = re.compile(r"\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")
_MAX_NAME = 214
"""npm's own limit."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A piece that is ready. ``head`` is its metadata without actions and triggers, of which ``actions`` and ``triggers`` are the numbers."""

    name: str
    version: str
    package_type: str
    created: str
    head: dict[str, Any]
    actions: int
    triggers: int
    archive_id: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """An installation that failed. ``failed_at`` is an ISO time, ``attempts`` counts the failures in a row.

    ``archive_id``: where the uploaded archive is kept that may be tried again.
    """

    name: str
    version: str
    package_type: str
    reason: str
    failed_at: str
    attempts: int
    archive_id: str | None = None


def check_identity(name: str, version: str) -> None:
    """Raises InstallFailed for what cannot be the name or the exact version of a package."""
    if len(name) > _MAX_NAME or not _NAME.fullmatch(name):
        raise InstallFailed(f"{name[:_MAX_NAME]!r} is not the name of a package")
    if not _VERSION.fullmatch(version):
        raise InstallFailed(f"{version[:_MAX_NAME]!r} is not an exact version, such as 0.6.20")


class PieceFolders:
    """Reads and writes the files above. Everything here is quick; what takes time is ``install.py``'s."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    def prepare(self) -> None:
        """Make the root."""
        for folder in (self.root, self.root / "failures", self.root / "locks"):
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def npm_cache(self) -> Path:
        """What npm keeps of the registry."""
        return self.root / "npm-cache"

    def folder(self, name: str, version: str) -> Path:
        """Where a version of a piece is, or will be."""
        return self.root / f"{name.replace('/', '+')}@{version}"

    def lock(self, name: str, version: str) -> Path:
        """The file that whoever installs this version holds a lock on."""
        return self.root / "locks" / self.folder(name, version).name

    def installed(self, name: str, version: str) -> Installed | None:
        """The version if it is ready."""
        return _read(self.folder(name, version) / "ready", Installed)

    def all(self) -> list[Installed]:
        """Everything that is ready."""
        found = (_read(path, Installed) for path in self.root.glob("*/ready"))
        return [installed for installed in found if installed is not None]

    def description(self, name: str, version: str) -> dict[str, Any]:
        """``{"metadata", "traits"}`` of a piece that is ready. Raises OSError."""
        return orjson.loads((self.folder(name, version) / "piece.json").read_bytes())

    def finish(self, installed: Installed, description: dict[str, Any]) -> None:
        """Write down what the piece says of itself and then, when that is on the disk, that it is ready."""
        folder = self.folder(installed.name, installed.version)
        _write(folder / "piece.json", description)
        _write(folder / "ready", asdict(installed))
        self.forget_failure(installed.name, installed.version)

    def remove(self, name: str, version: str) -> None:
        """Remove a version, ``ready`` first, so that half of it is never taken for all of it."""
        folder = self.folder(name, version)
        (folder / "ready").unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)

    # ---- failures --------------------------------------------------------------------------------------------------------------------

    def failures(self) -> Iterator[Failure]:
        """What could not be installed so far."""
        for path in sorted((self.root / "failures").glob("*.json")):
            failure = _read(path, Failure)
            if failure is not None:
                yield failure

    def failure(self, name: str, version: str) -> Failure | None:
        """The failure of one version."""
        return _read(self._failure(name, version), Failure)

    def fail(self, failure: Failure) -> None:
        """Write a failure down."""
        _write(self._failure(failure.name, failure.version), asdict(failure))

    def forget_failure(self, name: str, version: str) -> None:
        """It succeeded, or nobody wants it any more."""
        self._failure(name, version).unlink(missing_ok=True)

    def _failure(self, name: str, version: str) -> Path:
        return self.root / "failures" / f"{self.folder(name, version).name}.json"


def _read(path: Path, kind: type[Any]) -> Any:
    """What a file of ours says; None if there is none, or nothing that this version of the program can read."""
    try:
        return kind(**orjson.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def _write(path: Path, value: Any) -> None:
    """The whole file or none of it, whenever the machine stops."""
    beginning = path.with_name(f"{path.name}.{os.getpid()}.part")
    with beginning.open("wb") as file:
        file.write(orjson.dumps(value))
        file.flush()
        os.fsync(file.fileno())
    beginning.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

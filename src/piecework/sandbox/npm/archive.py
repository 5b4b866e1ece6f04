"""A package's archive: read, checked and unpacked."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
from pathlib import Path
from typing import Any, cast

import orjson

from piecework.sandbox.npm.errors import InstallFailed

MAX_UNPACKED_BYTES = 512 * 1024 * 1024
MAX_FILES = 50_000


def check_integrity(data: bytes, integrity: str) -> None:
    """Raises InstallFailed unless the bytes are those whose sha512 the registry names (Subresource Integrity, W3C)."""
    expected = [word.partition("?")[0] for word in integrity.split() if word.startswith("sha512-")]
    if not expected:
        raise InstallFailed("The registry names no sha512 for this version, so that its archive cannot be checked")
    if f"sha512-{base64.b64encode(hashlib.sha512(data).digest()).decode()}" not in expected:
        raise InstallFailed("The archive is not the one that the registry names: its sha512 is another")


def unpack(data: bytes, target: Path) -> None:
    """Unpack a .tgz as ``npm pack`` makes it, without its first folder, into a new folder. Raises InstallFailed."""
    target.mkdir(parents=True)
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
            _extract(archive, target)
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise InstallFailed(f"The archive cannot be unpacked: {error}", final=True) from error


def _extract(archive: tarfile.TarFile, target: Path) -> None:
    size = 0
    for count, member in enumerate(archive, 1):
        size += member.size
        if size > MAX_UNPACKED_BYTES or count > MAX_FILES:
            raise InstallFailed(f"The archive holds more than {MAX_UNPACKED_BYTES} bytes or {MAX_FILES} files", final=True)
        if not (member.isfile() or member.isdir()):
            continue  # links, which packages do not have, and devices
        path = member.name.removeprefix("./").partition("/")[2]
        if path:
            archive.extract(member.replace(name=path, mode=0o755 if member.isdir() else 0o644, deep=False), target, filter="data")


def read_manifest(package: Path) -> dict[str, Any]:
    """The unpacked package's package.json. Raises InstallFailed."""
    try:
        manifest = orjson.loads((package / "package.json").read_bytes())
    except (OSError, ValueError) as error:
        raise InstallFailed("The archive is not a package: it has no readable package.json", final=True) from error
    if not isinstance(manifest, dict):
        raise InstallFailed("The archive is not a package: its package.json holds no object", final=True)
    return cast("dict[str, Any]", manifest)

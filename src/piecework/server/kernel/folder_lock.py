"""One server a data folder: its database has one writer, and its queue belongs to the process that holds this lock."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


class FolderInUse(RuntimeError):
    """Another server has this data folder; the message names it."""


@contextmanager
def locked(folder: Path) -> Generator[None]:
    """Hold the folder for as long as the block runs. The system lets go of it when the process ends, however it ends. Raises FolderInUse."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _lock(descriptor):
            raise FolderInUse(f"the data folder {folder} is in use by another server; stop it, or choose another folder with --data-dir")
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows: SQLite's own locks have to do
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

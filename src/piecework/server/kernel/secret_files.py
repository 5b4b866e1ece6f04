"""Secrets that the operator did not give are made once and kept in the data folder, readable by the server's user alone."""

import os
import secrets
from pathlib import Path


def load_or_create_secret(data_dir: Path, name: str, length: int) -> str:
    """Returns the secret kept in `data_dir/name`: `2 * length` hexadecimal digits, made on the first call.

    The file appears whole or not at all, so that a crash leaves no half secret, and two servers that start at once agree on one.
    """
    path = data_dir / name
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        draft = data_dir / f".{name}.{os.getpid()}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(length))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def replace_secret(data_dir: Path, name: str, text: str) -> None:
    """Puts a text in the place of the secret in `data_dir/name`. The old one or the new one is there, whole, whenever the machine stops."""
    draft = data_dir / f".{name}.{os.getpid()}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, data_dir / name)
    folder = os.open(data_dir, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

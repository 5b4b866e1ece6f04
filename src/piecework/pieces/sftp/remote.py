"""What both protocols can do with files."""

from typing import Any, Protocol

from piecework.sdk import PieceError


class Remote(Protocol):
    """A machine's files. Paths have slashes; those that do not begin with one start where the login ends up."""

    async def write(self, path: str, data: bytes) -> None:
        """Write a file, and make the folders on the way to it."""
        ...

    async def read(self, path: str, max_bytes: int | None) -> bytes:
        """The content of a file. Raises PieceError for one that is larger than ``max_bytes``."""
        ...

    async def delete(self, path: str) -> None:
        """Delete a file."""
        ...

    async def make_folder(self, path: str, parents: bool) -> None:
        """Make a folder; with ``parents`` also those on the way to it, and none is no error."""
        ...

    async def delete_folder(self, path: str, contents: bool) -> None:
        """Delete a folder that is empty, or with what is in it."""
        ...

    async def rename(self, old: str, new: str) -> None:
        """Give a file or folder another name, or another place."""
        ...

    async def listed(self, path: str) -> list[dict[str, Any]]:
        """What is in a folder, in the wire's form: ``{"type": "-" | "d" | "l", "name", "size", "modifyTime", "accessTime", "rights", "owner",
        "group"}``."""
        ...


def checked(path: str) -> str:
    """A path that is nothing else: FTP is a protocol of lines, and a line break would begin a command of its own. Raises PieceError."""
    if not path.strip() or any(letter in path for letter in "\r\n\0"):
        raise PieceError(f"{path!r} is not a path")
    return path


def too_large(path: str, max_bytes: int) -> PieceError:
    """The error for a file that is larger than may be kept."""
    return PieceError(f"The file {path!r} has more than {max_bytes} bytes; AP_MAX_FILE_SIZE_MB allows no more")

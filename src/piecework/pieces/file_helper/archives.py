"""Zip archives: pack and unpack, with a password if wanted."""

from __future__ import annotations

import asyncio
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from piecework.pieces.file_helper.piece import piece
from piecework.pieces.file_helper.zipcrypto import packed_with_zipcrypto
from piecework.sdk import (
    ActionContext,
    Array,
    Checkbox,
    DynamicProperties,
    File,
    LoadedFile,
    Number,
    PieceError,
    Property,
    ShortText,
    StaticDropdown,
)

MAX_UNPACKED_BYTES = 250 * 1024 * 1024
MAX_ENTRIES = 10_000
CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an archive; ``path`` has slashes."""

    path: str
    data: bytes


def zip_password_fields(usePassword: bool | None) -> dict[str, Property]:
    """How to lock an archive."""
    if not usePassword:
        return {}
    methods = {"ZipCrypto (Most Compatible)": "zipcrypto", "AES-256 (Stronger Security)": "aes-256"}
    text = "ZipCrypto is understood everywhere and easily broken; AES-256 is safe, and unknown to some older programs."
    return {
        "password": ShortText("Password", required=True),
        "encryptionMethod": StaticDropdown("Encryption Method", text, required=True, default="zipcrypto", options=methods, disabled=False),
    }


def unzip_password_fields(usePassword: bool | None) -> dict[str, Property]:
    """How to unlock an archive."""
    return {"password": ShortText("Password", required=True)} if usePassword else {}


@piece.action(name="zipFiles", display_name="Zip Files")
async def zip_files(
    ctx: ActionContext,
    files: Annotated[
        list[dict[str, Any]],
        Array(
            "Files",
            "The files to pack.",
            of={
                "file": File("File", required=True),
                "filePath": ShortText("File Path in zip", "Where it stands in the archive, such as `folder/a.txt`."),
            },
        ),
    ],
    outputFileName: Annotated[str, ShortText("Name of zipped file", "With its extension.")],
    usePassword: Annotated[bool, Checkbox("Use password", "Lock the archive with a password.")] = False,
    passwordOptions: Annotated[dict[str, Any] | None, DynamicProperties("Password options", form=zip_password_fields)] = None,
) -> str:
    """Pack files into a zip archive. The output is its URL."""
    by_path = {entry.path: entry for entry in (Entry(item.get("filePath") or item["file"].filename, item["file"].data) for item in files)}
    locking = (passwordOptions or {}) if usePassword else {}
    password = required_password(locking) if usePassword else None
    strong = locking.get("encryptionMethod") == "aes-256"
    return await ctx.files.write(outputFileName, await asyncio.to_thread(packed, list(by_path.values()), password, strong))


@piece.action(name="unzipFile", display_name="Unzip File")
async def unzip_file(
    ctx: ActionContext,
    file: Annotated[LoadedFile, File("Zip File", "The archive.")],
    maxResults: Annotated[float, Number("Max Results", "Refuse an archive with more entries than this; 0: no such limit.")] = 0,
    usePassword: Annotated[bool, Checkbox("Use password", "The archive is locked with a password.")] = False,
    passwordOptions: Annotated[dict[str, Any] | None, DynamicProperties("Password options", form=unzip_password_fields)] = None,
) -> list[dict[str, str]]:
    """Unpack a zip archive. The output lists the URL and path of every file."""
    password = required_password(passwordOptions or {}) if usePassword else None
    entries = await asyncio.to_thread(unpacked, file.data, int(maxResults or 0), password)
    return [{"file": await ctx.files.write(entry.path.rsplit("/", 1)[-1], entry.data), "filePath": entry.path} for entry in entries]


def required_password(options: dict[str, Any]) -> str:
    password = options.get("password")
    if not password:
        raise PieceError("passwordOptions.password: a password is needed")
    return str(password)


def packed(entries: Sequence[Entry], password: str | None, strong: bool) -> bytes:
    """A zip archive: plain, with AES-256 (``strong``) or with the old ZipCrypto."""
    import pyzipper

    if password is not None and not strong:
        return packed_with_zipcrypto([(entry.path, entry.data) for entry in entries], password)
    target = io.BytesIO()
    with pyzipper.AESZipFile(target, "w", compression=pyzipper.ZIP_DEFLATED) as archive:
        if password is not None:
            archive.setpassword(password.encode())
            archive.setencryption(pyzipper.WZ_AES, nbits=256)
        for entry in entries:
            archive.writestr(entry.path, entry.data)
    return target.getvalue()


def unpacked(data: bytes, max_entries: int, password: str | None) -> list[Entry]:
    """The files of an archive. Raises PieceError for a bad archive or password, and for one that is too large once unpacked."""
    import pyzipper

    try:
        with pyzipper.AESZipFile(io.BytesIO(data)) as archive:
            if password is not None:
                archive.setpassword(password.encode())
            names = archive.namelist()
            if len(names) > (max_entries or MAX_ENTRIES):
                raise PieceError(f"file: the archive has {len(names)} entries, more than allowed")
            return _read_all(archive, [name for name in names if not name.endswith("/")])
    except (pyzipper.BadZipFile, zlib.error, EOFError) as error:
        raise PieceError(f"file: not a zip archive that can be read: {error}") from None
    except (RuntimeError, NotImplementedError) as error:  # how the library says that a password is missing or wrong
        raise PieceError(f"file: {error}") from None


def _read_all(archive: Any, names: list[str]) -> list[Entry]:
    entries: list[Entry] = []
    room = MAX_UNPACKED_BYTES
    for name in names:
        content = bytearray()
        with archive.open(name) as source:
            while chunk := source.read(CHUNK):
                room -= len(chunk)
                if room < 0:
                    raise PieceError(f"file: the archive holds more than {MAX_UNPACKED_BYTES} bytes")
                content += chunk
        entries.append(Entry(name, bytes(content)))
    return entries

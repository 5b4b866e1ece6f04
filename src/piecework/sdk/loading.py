"""From a file's reference in a flow to its bytes."""

import base64
import binascii
import mimetypes
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import unquote_to_bytes

from piecework.sdk.coercion import shown
from piecework.sdk.errors import FileTooLarge, PieceError
from piecework.sdk.services import Files, LoadedFile


async def load_file(reference: Any, files: Files) -> LoadedFile:
    """The file behind a URL, a data URL or the JSON form of a file (``{"filename", "base64" | "data", "extension"?}``).

    Raises FileTooLarge, and PieceError with the wire's wording for what cannot be read.
    """
    try:
        if isinstance(reference, LoadedFile):
            return reference
        if isinstance(reference, Mapping):
            return _within(files, _from_object(cast("Mapping[str, Any]", reference)))
        if isinstance(reference, str):
            return _within(files, _from_data_url(reference)) if reference.startswith("data:") else await files.read(reference)
        raise ValueError("neither a URL nor a file")
    except FileTooLarge:
        raise
    except (PieceError, ValueError, binascii.Error) as error:
        raise PieceError(f"Expected file url or base64 with mimeType, received: {shown(reference)} ({error})") from error


def _within(files: Files, file: LoadedFile) -> LoadedFile:
    if files.max_bytes is not None and len(file.data) > files.max_bytes:
        raise FileTooLarge(f"The file {file.filename!r} has {len(file.data)} bytes; AP_MAX_FILE_SIZE_MB allows {files.max_bytes}")
    return file


def _from_object(value: Mapping[str, Any]) -> LoadedFile:
    encoded = value.get("base64", value.get("data"))
    if not isinstance(encoded, str):
        raise ValueError("no base64 content")
    return LoadedFile(str(value.get("filename", "unknown")), base64.b64decode(encoded), value.get("extension"))


def _from_data_url(url: str) -> LoadedFile:
    head, comma, body = url[5:].partition(",")
    if not comma:
        raise ValueError("a data URL without a comma")
    mime, *parameters = head.split(";")
    data = base64.b64decode(body) if "base64" in parameters else unquote_to_bytes(body)
    extension = (mimetypes.guess_extension(mime) or ".bin").lstrip(".")
    return LoadedFile(f"unknown.{extension}", data, extension)

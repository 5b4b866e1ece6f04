"""A form of several parts (RFC 7578) as the wire's steps hold it: a list of fields, each a text or a file."""

from collections.abc import Mapping
from typing import Any

from piecework.sdk.http_messages import UploadedFile
from piecework.sdk.loading import load_file
from piecework.sdk.properties import Array, File, LongText, ShortText, StaticDropdown
from piecework.sdk.services import Files


def form_data() -> Array:
    """The property in which somebody fills such a form in."""
    kinds = StaticDropdown("Field Type", required=True, options={"Text": "text", "File": "file"}, disabled=False)
    return Array(
        "Form Data",
        required=True,
        of={
            "fieldName": ShortText("Field Name", required=True),
            "fieldType": kinds,
            "textFieldValue": LongText("Text Field Value", required=False),
            "fileFieldValue": File("File Field Value", required=False),
        },
    )


async def form_parts(entries: list[Any], files: Files) -> list[UploadedFile]:
    """What ``ctx.http`` sends of a filled form: its fields that have a value. Raises what ``load_file`` raises."""
    parts = [await _part(entry, files) for entry in entries if isinstance(entry, Mapping)]
    return [part for part in parts if part is not None]


async def _part(entry: Mapping[str, Any], files: Files) -> UploadedFile | None:
    name = str(entry.get("fieldName") or "")
    if entry.get("fieldType") == "file":
        reference = entry.get("fileFieldValue")
        if not reference:
            return None
        file = await load_file(reference, files)
        return UploadedFile(name, file.filename, file.data)
    text = entry.get("textFieldValue")
    return None if text in (None, "") else UploadedFile(name, "", str(text).encode(), "")

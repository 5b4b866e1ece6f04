"""What is in an image."""

from __future__ import annotations

import base64
import mimetypes
from typing import TYPE_CHECKING, Annotated, Any

from piecework.pieces.image_helper.opening import worked
from piecework.pieces.image_helper.piece import piece
from piecework.sdk import File, LoadedFile, ShortText

if TYPE_CHECKING:
    from PIL.Image import Image

EXIF, GPS = 0x8769, 0x8825
"""Tags under which further ones are kept (Exif 2.32, 4.6.3)."""
LONGEST_BYTES = 1024
"""Of a tag's binary value, such as a maker's note; longer ones are left out."""


@piece.action(name="image_to_base64", display_name="Image to Base64", pure=True)
def image_to_base64(
    image: Annotated[LoadedFile, File("Image", "The image.")],
    override_mime_type: Annotated[
        str | None, ShortText("Override mime type", "Such as `image/png`; when empty, the file's extension decides.")
    ] = None,
) -> str:
    """Write an image as a data URL, such as `data:image/png;base64,…`."""
    guessed = mimetypes.guess_type(f"image.{image.extension or 'png'}")[0]
    return f"data:{override_mime_type or guessed or 'false'};base64,{base64.b64encode(image.data).decode()}"


@piece.action(name="get_meta_data", display_name="Get image metadata")
async def get_metadata(image: Annotated[LoadedFile, File("Image", "The image.")]) -> dict[str, Any]:
    """Read the size of an image, and the tags that a camera or program put into it. Each has a value, and a description for people."""
    return await worked(_metadata, image, upright=False)


def _metadata(image: Image, format_name: str) -> dict[str, Any]:
    from PIL import ExifTags

    kind = format_name.lower()
    found: dict[str, Any] = {
        "FileType": {"value": kind, "description": kind.upper()},
        "Image Width": {"value": image.width, "description": f"{image.width}px"},
        "Image Height": {"value": image.height, "description": f"{image.height}px"},
    }
    tags = image.getexif()
    for names, group in ((ExifTags.TAGS, tags), (ExifTags.TAGS, tags.get_ifd(EXIF)), (ExifTags.GPSTAGS, tags.get_ifd(GPS))):
        for number, value in group.items():
            if number in (EXIF, GPS) or (isinstance(value, bytes) and len(value) > LONGEST_BYTES):
                continue
            found[names.get(number, f"undefined-{number}")] = {"id": number, "value": _plain(value), "description": _described(value)}
    return found


def _plain(value: Any) -> Any:
    """A tag's value as JSON: fractions as pairs, texts and bytes as lists, as on the wire."""
    match value:
        case str():
            return [value]
        case bytes():
            return list(value)
        case tuple() | list():
            return [_plain(item) for item in value]
        case int() | float():
            return value
        case _:
            return [int(value.numerator), int(value.denominator)]


def _described(value: Any) -> str:
    match value:
        case bytes():
            return value.decode("ascii", "replace").strip("\0")
        case tuple() | list():
            return ", ".join(_described(item) for item in value)
        case _:
            return str(value)

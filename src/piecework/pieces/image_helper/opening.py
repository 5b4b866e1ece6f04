"""Images in memory. One is worked on at a time, since a large one takes some hundred megabytes once it is unpacked."""

from __future__ import annotations

import asyncio
import io
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from piecework.sdk import LoadedFile, PieceError

if TYPE_CHECKING:
    from PIL.Image import Image

T = TypeVar("T")

MAX_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF")
EXTENSIONS = {"JPEG": "jpeg", "PNG": "png", "GIF": "gif", "BMP": "bmp", "TIFF": "tiff", "WEBP": "webp", "AVIF": "avif"}
OPAQUE = frozenset({"JPEG", "BMP"})
"""Formats that know no transparency."""


@cache
def _worker() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "images")


async def worked(work: Callable[[Image, str], T], file: LoadedFile, *, upright: bool = True) -> T:
    """What ``work`` makes of an image and the name of its format. ``upright``: turned first as its orientation tag says.

    Raises PieceError for what is no image, is larger than ``MAX_PIXELS`` or cannot be done.
    """
    return await asyncio.get_running_loop().run_in_executor(_worker(), _work, work, file, upright)


def _work(work: Callable[[Image, str], T], file: LoadedFile, upright: bool) -> T:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(file.data), formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise PieceError(f"image: has {image.width} by {image.height} pixels, more than {MAX_PIXELS} in all")
                return work(ImageOps.exif_transpose(image) if upright else image, str(image.format))
    except UnidentifiedImageError:
        raise PieceError(f"image: {file.filename!r} is no image in one of the formats {', '.join(FORMATS)}") from None
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise PieceError(f"image: cannot be worked on: {error}") from None


def encoded(image: Image, kind: str, quality: int | None = None) -> bytes:
    """An image as a file of a format; what is transparent becomes white where the format knows no transparency."""
    from PIL import Image as Images

    if kind in OPAQUE and image.mode not in ("L", "RGB", "1"):
        transparent = image.convert("RGBA")
        image = Images.new("RGB", image.size, "white")
        image.paste(transparent, mask=transparent.getchannel("A"))
    target = io.BytesIO()
    options = {"quality": quality} if quality and kind != "PNG" else {"optimize": True} if quality else {}
    image.save(target, kind, **options)
    return target.getvalue()

"""Images made of others."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal

from piecework.pieces.image_helper.opening import EXTENSIONS, MAX_PIXELS, encoded, worked
from piecework.pieces.image_helper.piece import piece
from piecework.sdk import ActionContext, Checkbox, File, LoadedFile, Number, PieceError, ShortText, StaticDropdown

if TYPE_CHECKING:
    from PIL.Image import Image

Picture = Annotated[LoadedFile, File("Image", "The image.")]
ResultName = Annotated[str | None, ShortText("Result File Name", "Of the new image, without its extension; `image` when empty.")]

TARGETS = {"JPEG": "jpg", "PNG": "png", "TIFF": "tiff", "BMP": "bmp", "AVIF": "avif"}


async def kept(ctx: ActionContext, image: LoadedFile, name: str | None, change: Callable[[Image], Image]) -> str:
    """The URL of the changed image, which has the format of the one that is given."""

    def work(found: Image, kind: str) -> tuple[str, bytes]:
        return EXTENSIONS[kind], encoded(change(found), kind)

    extension, data = await worked(work, image)
    return await ctx.files.write(f"{name or 'image'}.{extension}", data)


@piece.action(name="crop_image", display_name="Crop an image")
async def crop(
    ctx: ActionContext,
    image: Picture,
    left: Annotated[int, Number("Left", "Where the part begins, in pixels from the left.", minimum=0, whole=True)],
    top: Annotated[int, Number("Top", "Where the part begins, in pixels from the top.", minimum=0, whole=True)],
    width: Annotated[int, Number("Width", "The width of the part in pixels.", minimum=1, whole=True)],
    height: Annotated[int, Number("Height", "The height of the part in pixels.", minimum=1, whole=True)],
    resultFileName: ResultName = None,
) -> str:
    """Cut a part out of an image. The output is the new image's URL."""

    def cut(found: Image) -> Image:
        if left >= found.width or top >= found.height:
            raise PieceError(f"left: the part lies outside of the image, which has {found.width} by {found.height} pixels")
        return found.crop((left, top, min(left + width, found.width), min(top + height, found.height)))

    return await kept(ctx, image, resultFileName, cut)


@piece.action(name="rotate_image", display_name="Rotate an image")
async def rotate(
    ctx: ActionContext,
    image: Picture,
    degree: Annotated[
        Literal[90, 180, 270], StaticDropdown("Degree", "Clockwise.", options={"90°": 90, "180°": 180, "270°": 270}, only_these=True)
    ],
    resultFileName: ResultName = None,
) -> str:
    """Turn an image clockwise. The output is the new image's URL."""
    return await kept(ctx, image, resultFileName, lambda found: found.rotate(-degree, expand=True))


@piece.action(name="resize_image", display_name="Resize an image")
async def resize(
    ctx: ActionContext,
    image: Picture,
    width: Annotated[int, Number("Width", "In pixels.", minimum=1, whole=True)],
    height: Annotated[int, Number("Height", "In pixels.", minimum=1, whole=True)],
    aspectRatio: Annotated[bool, Checkbox("Maintain aspect ratio for height", "Let the width decide the height.")] = False,
    resultFileName: ResultName = None,
) -> str:
    """Give an image another size. The output is the new image's URL."""

    def scaled(found: Image) -> Image:
        tall = max(1, round(found.height * width / found.width)) if aspectRatio else height
        if width * tall > MAX_PIXELS:
            raise PieceError(f"width: {width} by {tall} pixels are more than {MAX_PIXELS} in all")
        return (found.convert("RGBA") if found.mode == "P" else found).resize((width, tall))

    return await kept(ctx, image, resultFileName, scaled)


@piece.action(name="compress_image", display_name="Compresses an image")
async def compress(
    ctx: ActionContext,
    image: Picture,
    quality: Annotated[
        Literal[90, 60],
        StaticDropdown("Quality", "Of the new image.", options={"High Quality": 90, "Lossy Quality": 60}, only_these=True),
    ],
    format: Annotated[
        Literal["jpg", "png"], StaticDropdown("Format", "Of the new image.", options={"JPG": "jpg", "PNG": "png"}, only_these=True)
    ],
    resultFileName: ResultName = None,
) -> str:
    """Make an image's file smaller. PNG keeps every pixel as it is, whatever the quality. The output is the new image's URL."""
    data = await worked(lambda found, _: encoded(found, {"jpg": "JPEG", "png": "PNG"}[format], quality), image)
    return await ctx.files.write(f"{resultFileName or 'image'}.{format}", data)


@piece.action(name="convert_image_format", display_name="Image Conversion Helper")
async def convert(
    ctx: ActionContext,
    image: Picture,
    outputFormat: Annotated[
        Literal["JPEG", "PNG", "TIFF", "BMP", "AVIF"],
        StaticDropdown("Output Format", "Of the new image.", options={name: name for name in TARGETS}, only_these=True),
    ],
    resultFileName: ResultName = None,
) -> dict[str, Any]:
    """Write an image in another format. The output has the new image's URL."""
    data = await worked(lambda found, _: encoded(found, outputFormat), image)
    source = mimetypes.guess_type(f"image.{image.extension or ''}")[0] or "application/octet-stream"
    url = await ctx.files.write(f"{resultFileName or 'image'}.{TARGETS[outputFormat]}", data)
    return {"file": url, "sourceMimetype": source}

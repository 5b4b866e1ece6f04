"""Images are made here, and what the piece makes of them is read back."""

import io
from typing import Any

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from piecework.pieces.image_helper import opening, piece
from piecework.sdk import LoadedFile, PieceError
from piecework.sdk.testing import FakeContext, MemoryFiles, run_action

URL = "https://files.test/given"
RED, BLUE = (255, 0, 0), (0, 0, 255)


def picture(kind: str = "PNG", mode: str = "RGB", exif: Image.Exif | None = None) -> LoadedFile:
    """40 by 20 pixels, red on the left and blue on the right."""
    image = Image.new("RGB", (40, 20), RED)
    image.paste(BLUE, (20, 0, 40, 20))
    target = io.BytesIO()
    image.convert(mode).save(target, kind, exif=exif or Image.Exif())
    extension = {"JPEG": "jpg"}.get(kind, kind.lower())
    return LoadedFile(f"a.{extension}", target.getvalue(), extension)


async def run(action: str, file: LoadedFile, **given: Any) -> Any:
    files = MemoryFiles({URL: file})
    output = await run_action(piece, action, {"image": URL, **given}, FakeContext(files=files))
    url = output.get("file") if isinstance(output, dict) else output
    if url in files.known:
        return Image.open(io.BytesIO(files.known[url].data)), files.known[url].filename, output
    return output


def near(image: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    found = image.convert("RGB").getpixel(at)
    assert isinstance(found, tuple)
    return all(abs(one - other) < 40 for one, other in zip(found, colour, strict=True))


async def test_a_part_is_cut_out() -> None:
    image, name, _ = await run("crop_image", picture("JPEG"), left=15, top=5, width=10, height=100, resultFileName="part")
    assert (image.size, image.format, name) == ((10, 15), "JPEG", "part.jpeg")
    assert near(image, (0, 7), RED)
    assert near(image, (9, 7), BLUE)
    with pytest.raises(PieceError, match="left: "):
        await run("crop_image", picture(), left=40, top=0, width=1, height=1)


async def test_turning_is_clockwise() -> None:
    image, name, _ = await run("rotate_image", picture(), degree=90)
    assert (image.size, name) == ((20, 40), "image.png")
    assert near(image, (10, 5), RED)
    assert near(image, (10, 35), BLUE)


async def test_resizing() -> None:
    image, _, _ = await run("resize_image", picture(mode="P"), width=80, height=10, aspectRatio=True)
    assert image.size == (80, 40)
    image, _, _ = await run("resize_image", picture(), width=10, height=10)
    assert image.size == (10, 10)
    with pytest.raises(PieceError, match="width: "):
        await run("resize_image", picture(), width=100_000, height=100_000)


async def test_compressing_writes_the_chosen_format() -> None:
    image, name, _ = await run("compress_image", picture(mode="RGBA"), quality=60, format="jpg")
    assert (image.format, name) == ("JPEG", "image.jpg")
    image, name, _ = await run("compress_image", picture("JPEG"), quality=90, format="png")
    assert (image.format, name) == ("PNG", "image.png")


@pytest.mark.parametrize(("kind", "extension"), [("JPEG", "jpg"), ("PNG", "png"), ("TIFF", "tiff"), ("BMP", "bmp"), ("AVIF", "avif")])
async def test_conversion(kind: str, extension: str) -> None:
    image, name, output = await run("convert_image_format", picture("WEBP", mode="RGBA"), outputFormat=kind)
    assert (image.format, name, output["sourceMimetype"]) == (kind, f"image.{extension}", "image/webp")
    assert near(image, (5, 5), RED)


async def test_tags_are_read_and_the_orientation_is_kept_to() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker", 6
    exif.get_ifd(0x8769)[0x829A] = IFDRational(1, 2)
    found = await run("get_meta_data", picture("JPEG", exif=exif))
    assert found["Image Width"] == {"value": 40, "description": "40px"}
    assert found["FileType"]["value"] == "jpeg"
    assert found["Make"] == {"id": 0x010F, "value": ["Maker"], "description": "Maker"}
    assert found["ExposureTime"]["value"] == [1, 2]
    image, name, _ = await run("crop_image", picture("JPEG", exif=exif), left=0, top=0, width=99, height=99)
    assert (image.size, name) == ((20, 40), "image.jpeg")


async def test_data_urls() -> None:
    assert (await run("image_to_base64", LoadedFile("a.jpg", b"hi", "jpg"))) == "data:image/jpeg;base64,aGk="
    assert (await run("image_to_base64", LoadedFile("a", b"hi"), override_mime_type="image/x")) == "data:image/x;base64,aGk="


async def test_what_is_no_image(monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (b"nonsense", picture().data[:60], b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"):
        with pytest.raises(PieceError, match="image: "):
            await run("rotate_image", LoadedFile("a.png", data, "png"), degree=90)
    monkeypatch.setattr(opening, "MAX_PIXELS", 799)
    with pytest.raises(PieceError, match="40 by 20"):
        await run("rotate_image", picture(), degree=90)

import io
from typing import Any

import pytest
from fpdf import FPDF
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from piecework.pieces.pdf import piece
from piecework.sdk import LoadedFile, PieceError
from piecework.sdk.testing import FakeContext, MemoryFiles, run_action


def document(*texts: str) -> bytes:
    pdf = FPDF()
    pdf.set_font("Helvetica", size=12)
    for text in texts:
        pdf.add_page()
        pdf.cell(text=text)
    return bytes(pdf.output())


def form() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(document("form"))))
    rectangle = ArrayObject([NumberObject(number) for number in (50, 50, 200, 70)])
    field = writer._add_object(DictionaryObject({
        NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Widget"), NameObject("/FT"): NameObject("/Tx"),
        NameObject("/T"): TextStringObject("name"), NameObject("/Rect"): rectangle, NameObject("/DA"): TextStringObject("/Helv 12 Tf"),
    }))  # fmt: skip
    writer.pages[0][NameObject("/Annots")] = ArrayObject([field])
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): ArrayObject([field])})
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def protected() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(document("secret"))))
    writer.encrypt("s3cret", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@pytest.fixture
def files() -> MemoryFiles:
    made = {"abc": document("A", "B", "C"), "d": document("D"), "form": form(), "protected": protected(), "broken": b"no pdf"}
    return MemoryFiles({f"https://x.test/{name}": LoadedFile(f"{name}.pdf", data, "pdf") for name, data in made.items()})


async def run(files: MemoryFiles, action: str, **given: Any) -> Any:
    return await run_action(piece, action, given, FakeContext(files=files))


async def texts(files: MemoryFiles, url: str) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO((await files.read(url)).data)).pages]


async def test_reading(files: MemoryFiles) -> None:
    assert await run(files, "extractText", file="https://x.test/abc") == "A\n\nB\n\nC"
    assert await run(files, "pdfPageCount", file="https://x.test/abc") == 3


async def test_pages_are_taken_out_and_joined(files: MemoryFiles) -> None:
    ranges = [{"startPage": -1, "endPage": -1}, {"startPage": 1, "endPage": 2}]
    url = await run(files, "extractPdfPages", file="https://x.test/abc", pageRanges=ranges)
    assert await texts(files, url) == ["C", "A", "B"]
    url = await run(files, "mergePdfs", pdfFiles=[{"file": "https://x.test/abc"}, {"file": "https://x.test/d"}], outputFileName="all")
    assert url.endswith("/all.pdf")
    assert await texts(files, url) == ["A", "B", "C", "D"]


@pytest.mark.parametrize(("start", "end"), [(0, 1), (2, 1), (1, 4), (-4, -1), (-3, 0)])
async def test_ranges_that_are_none(files: MemoryFiles, start: int, end: int) -> None:
    with pytest.raises(PieceError, match=r"pageRanges\.0: "):
        await run(files, "extractPdfPages", file="https://x.test/abc", pageRanges=[{"startPage": start, "endPage": end}])


async def test_forms_are_filled_in(files: MemoryFiles) -> None:
    output = await run(files, "fillForm", file="https://x.test/form", values={"name": "Ada"})
    assert output["fields"] == ["name"]
    filled = PdfReader(io.BytesIO((await files.read(output["file"])).data))
    assert filled.get_form_text_fields() == {"name": "Ada"}
    with pytest.raises(PieceError, match=r"values\.nobody: "):
        await run(files, "fillForm", file="https://x.test/form", values={"nobody": "Ada"})


@pytest.mark.parametrize(("name", "message"), [("broken", "file: "), ("protected", "protected by a password")])
async def test_what_cannot_be_read(files: MemoryFiles, name: str, message: str) -> None:
    with pytest.raises(PieceError, match=message):
        await run(files, "extractText", file=f"https://x.test/{name}")

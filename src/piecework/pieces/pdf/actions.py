"""The actions. Reading and writing a PDF takes its time, so it happens in a thread."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from piecework.pieces.pdf.piece import piece
from piecework.sdk import ActionContext, Array, File, LoadedFile, Markdown, Number, Object, PieceError, ShortText

if TYPE_CHECKING:
    from pypdf import PdfReader, PdfWriter

T = TypeVar("T")
Document = Annotated[LoadedFile, File("PDF File or URL", "The file.")]
RANGE = {"startPage": Number("Start Page", required=True, whole=True), "endPage": Number("End Page", required=True, whole=True)}
RANGES = """Each range gives its pages, in the order of the list. Pages count from 1; negative ones count from the end, so that -1 is the last page.
One page is a range that starts and ends with it."""


async def worked(function: Callable[[], T]) -> T:
    """Work in a thread. Raises PieceError for what is no readable PDF."""
    from pypdf.errors import PyPdfError

    try:
        return await asyncio.to_thread(function)
    except PyPdfError as error:
        raise PieceError(f"file: not a PDF that can be read: {error}") from None
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise PieceError(f"file: the PDF is damaged: {error}") from None


def reader(file: LoadedFile) -> PdfReader:
    """The document. Raises PieceError for one with a password."""
    from pypdf import PdfReader

    found = PdfReader(io.BytesIO(file.data))
    if found.is_encrypted and not found.decrypt(""):
        raise PieceError(f"file: {file.filename} is protected by a password")
    return found


def written(writer: PdfWriter) -> bytes:
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@piece.action(name="extractText", display_name="Extract Text", pure=True)
async def extract_text(file: Document) -> str:
    """Give the text of all pages. Scanned pages are pictures and have none."""
    return await worked(lambda: "\n\n".join(page.extract_text() for page in reader(file).pages))


@piece.action(name="pdfPageCount", display_name="PDF Page Count", pure=True)
async def page_count(file: Document) -> int:
    """Count the pages."""
    return await worked(lambda: len(reader(file).pages))


@piece.action(name="extractPdfPages", display_name="Extract PDF Pages")
async def extract_pages(
    ctx: ActionContext,
    *,
    markdown: Annotated[None, Markdown(None, RANGES)] = None,
    file: Document,
    pageRanges: Annotated[list[Any], Array("Page Ranges", "The pages to keep.", of=RANGE)],
) -> str:
    """Take pages out of a PDF, or put them in another order. The output is the new file's URL."""

    def work() -> bytes:
        from pypdf import PdfWriter

        source, target = reader(file), PdfWriter()
        for index, one in enumerate(pageRanges):
            for page in page_range(f"pageRanges.{index}", one["startPage"], one["endPage"], len(source.pages)):
                target.add_page(source.pages[page])
        return written(target)

    return await ctx.files.write(file.filename, await worked(work))


@piece.action(name="mergePdfs", display_name="Merge PDFs")
async def merge(
    ctx: ActionContext,
    pdfFiles: Annotated[list[Any], Array("PDF Files", "The files, in their order.", of={"file": File("PDF File", required=True)})],
    outputFileName: Annotated[str, ShortText("Output File Name", "Without .pdf.", required=False)] = "merged-document",
) -> str:
    """Join PDFs into one. The output is the new file's URL."""
    if len(pdfFiles) < 2:
        raise PieceError("pdfFiles: must have at least two files")

    def work() -> bytes:
        from pypdf import PdfWriter

        target = PdfWriter()
        for one in pdfFiles:
            target.append(reader(one["file"]))
        return written(target)

    return await ctx.files.write(f"{outputFileName or 'merged-document'}.pdf", await worked(work))


@piece.action(name="fillForm", display_name="Fill in Form")
async def fill_form(
    ctx: ActionContext, file: Document, values: Annotated[dict[str, Any], Object("Values", "The values by the names of the form's fields.")]
) -> dict[str, Any]:
    """Fill in a PDF's form. The output has the new file's URL and the names of all fields."""

    def work() -> tuple[bytes, list[str]]:
        from pypdf import PdfWriter

        target = PdfWriter(clone_from=reader(file))
        fields = list(target.get_fields() or {})
        unknown = [name for name in values if name not in fields]
        if unknown:
            raise PieceError(f"values.{unknown[0]}: the form has no such field; it has {', '.join(fields) or 'none'}")
        for page in target.pages:
            if "/Annots" in page:
                target.update_page_form_field_values(page, {name: str(value) for name, value in values.items()}, auto_regenerate=False)
        return written(target), fields

    data, fields = await worked(work)
    return {"file": await ctx.files.write(file.filename, data), "fields": fields}


def page_range(where: str, start: int, end: int, total: int) -> range:
    """Indexes of the pages from start to end, both counted from 1, or from the end where negative. Raises PieceError that names the range."""
    first, last = (number - 1 if number > 0 else total + number for number in (start, end))
    if not start or not end or not 0 <= first <= last < total:
        raise PieceError(f"{where}: {start} to {end} is no range of pages; the file has {total}")
    return range(first, last + 1)

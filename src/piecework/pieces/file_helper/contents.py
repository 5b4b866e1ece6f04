"""What is in a file: read, make and convert. Encodings have Node's names and meanings."""

import base64
import binascii
from typing import Annotated, Any

from piecework.pieces.file_helper.media_types import OFFERED, media_type
from piecework.pieces.file_helper.piece import piece
from piecework.sdk import HIDDEN, ActionContext, File, LoadedFile, LongText, PieceError, ShortText, StaticDropdown

ENCODINGS = {
    "ASCII": "ascii",
    "UTF-8": "utf8",
    "UTF-16LE": "utf16le",
    "UCS-2": "ucs2",
    "Base64": "base64",
    "Base64 URL": "base64url",
    "Latin1": "latin1",
    "Binary": "binary",
    "Hex": "hex",
}
CODECS = {"utf8": "utf-8", "utf16le": "utf-16-le", "ucs2": "utf-16-le", "latin1": "latin-1", "binary": "latin-1", "ascii": "latin-1"}

AnyFile = Annotated[LoadedFile, File("File", "The file.")]


@piece.action(name="read_file", display_name="Read File", pure=True, error_handling=HIDDEN)
def read_file(
    file: AnyFile,
    readOptions: Annotated[str, StaticDropdown("Output format", "How to give the content.", options={"Text": "text", "Base64": "base64"})],
) -> dict[str, str]:
    """Give the content of a file as text or Base64."""
    match readOptions:
        case "text":
            return {"text": file.data.decode("utf-8", "replace")}
        case "base64":
            encoded = base64.b64encode(file.data).decode()
            return {"base64WithMimeType": f"data:{media_type(file.extension)};base64,{encoded}", "base64": encoded}
        case _:
            raise PieceError(f"readOptions: unknown format {readOptions!r}")


@piece.action(name="createFile", display_name="Create file")
async def create_file(
    ctx: ActionContext,
    content: Annotated[str, LongText("Content", "What to write.")],
    fileName: Annotated[str, ShortText("File name", "With its extension.")],
    encoding: Annotated[str, StaticDropdown("Encoding", "How the content is written.", options=ENCODINGS, required=True)] = "utf8",
) -> dict[str, str]:
    """Make a file. The output has its URL."""
    return {"fileName": fileName, "url": await ctx.files.write(fileName, to_bytes(content, encoding, "content"))}


@piece.action(name="change_file_encoding", display_name="Change File Encoding")
async def change_file_encoding(
    ctx: ActionContext,
    inputFile: Annotated[LoadedFile, File("Source file", "The file to convert.")],
    inputEncoding: Annotated[str, StaticDropdown("Source encoding", "The encoding that it has.", options=ENCODINGS)],
    outputFileName: Annotated[str, ShortText("Output file name", "With its extension.")],
    outputEncoding: Annotated[str, StaticDropdown("Output encoding", "The encoding to give it.", options=ENCODINGS)],
) -> str:
    """Write a file's text in another encoding. The output is the new file's URL."""
    text = to_text(inputFile.data, inputEncoding)
    return await ctx.files.write(outputFileName, to_bytes(text, outputEncoding, "inputFile"))


@piece.action(name="checkFileType", display_name="Check file type", pure=True)
def check_file_type(
    file: Annotated[LoadedFile, File("File to Check", "The file.")],
    mimeTypes: Annotated[Any, StaticDropdown("Select MIME Types", "The expected type.", options=OFFERED)],
) -> dict[str, Any]:
    """Tell a file's media type by its extension, and whether it is the expected one."""
    found = media_type(file.extension)
    return {"mimeType": found, "isMatch": found in mimeTypes if isinstance(mimeTypes, list) else found == mimeTypes}


@piece.action(name="get_file_name", display_name="Get File Name", pure=True, error_handling=HIDDEN)
def get_file_name(file: AnyFile) -> dict[str, str]:
    """Give the name of a file."""
    return {"fileName": file.filename}


def to_text(data: bytes, encoding: str) -> str:
    """Bytes as text; what the encoding does not know becomes a replacement character."""
    match encoding:
        case "base64":
            return base64.b64encode(data).decode()
        case "base64url":
            return base64.urlsafe_b64encode(data).decode().rstrip("=")
        case "hex":
            return data.hex()
        case "ascii":
            return bytes(byte & 0x7F for byte in data).decode("ascii")
        case _:
            return data.decode(codec(encoding), "replace")


def to_bytes(text: str, encoding: str, name: str) -> bytes:
    """Text as bytes. Raises PieceError that names the property for text that the encoding cannot hold."""
    try:
        match encoding:
            case "base64" | "base64url":
                plain = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
                return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
            case "hex":
                return bytes.fromhex(text)
            case _:
                return text.encode(codec(encoding))
    except (UnicodeEncodeError, ValueError, binascii.Error) as error:
        raise PieceError(f"{name}: cannot be written as {encoding}: {error}") from None


def codec(encoding: str) -> str:
    if encoding not in CODECS:
        raise PieceError(f"Unknown encoding {encoding!r}")
    return CODECS[encoding]

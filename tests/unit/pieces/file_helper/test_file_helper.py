import io
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from piecework.pieces.file_helper import archives, piece
from piecework.sdk import LoadedFile, PieceError
from piecework.sdk.testing import FakeContext, MemoryFiles, run_action

TEXT = "data:text/plain;base64,aMOp"


def context() -> FakeContext:
    return FakeContext(files=MemoryFiles({"https://x/a.png": LoadedFile("a.png", b"\xff\x00", "png")}))


def written(ctx: FakeContext, url: str) -> bytes:
    assert isinstance(ctx.files, MemoryFiles)
    return ctx.files.known[url].data


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("read_file", {"file": TEXT, "readOptions": "text"}, {"text": "hé"}),
        (
            "read_file",
            {"file": "https://x/a.png", "readOptions": "base64"},
            {"base64WithMimeType": "data:image/png;base64,/wA=", "base64": "/wA="},
        ),
        ("get_file_name", {"file": "https://x/a.png"}, {"fileName": "a.png"}),
        ("checkFileType", {"file": "https://x/a.png", "mimeTypes": "image/png"}, {"mimeType": "image/png", "isMatch": True}),
        ("checkFileType", {"file": TEXT, "mimeTypes": ["text/css"]}, {"mimeType": "text/plain", "isMatch": False}),
    ],
)
async def test_reading(name: str, given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert await run_action(piece, name, given, context()) == expected


@pytest.mark.parametrize(
    ("content", "encoding", "data"),
    [
        ("hé", "utf8", "hé".encode()),
        ("hé", "utf16le", "hé".encode("utf-16-le")),
        ("hé", "latin1", b"h\xe9"),
        ("/wA=", "base64", b"\xff\x00"),
        ("_wA", "base64url", b"\xff\x00"),
        ("ff00", "hex", b"\xff\x00"),
    ],
)
async def test_making(content: str, encoding: str, data: bytes) -> None:
    ctx = context()
    output = await run_action(piece, "createFile", {"content": content, "fileName": "f.x", "encoding": encoding}, ctx)
    assert output["fileName"] == "f.x"
    assert written(ctx, output["url"]) == data


@pytest.mark.parametrize(("content", "encoding"), [("€", "latin1"), ("x", "hex"), ("x", "rot13")])
async def test_what_cannot_be_written(content: str, encoding: str) -> None:
    with pytest.raises(PieceError):
        await run_action(piece, "createFile", {"content": content, "fileName": "f", "encoding": encoding})


@pytest.mark.parametrize(
    ("source", "target", "data"), [("utf8", "latin1", b"h\xe9"), ("utf8", "utf16le", "hé".encode("utf-16-le")), ("hex", "utf8", b"68c3a9")]
)
async def test_converting(source: str, target: str, data: bytes) -> None:
    ctx = context()
    given = {"inputFile": TEXT, "inputEncoding": source, "outputFileName": "o.txt", "outputEncoding": target}
    assert written(ctx, await run_action(piece, "change_file_encoding", given, ctx)) == data


FILES = [{"file": TEXT, "filePath": "folder/a.txt"}, {"file": "https://x/a.png"}]
LOCKS = [
    {},
    {"usePassword": True, "passwordOptions": {"password": "pass", "encryptionMethod": "zipcrypto"}},
    {"usePassword": True, "passwordOptions": {"password": "pass", "encryptionMethod": "aes-256"}},
]


@pytest.mark.parametrize("lock", LOCKS)
async def test_zip_and_back(lock: dict[str, Any]) -> None:
    ctx = context()
    url = await run_action(piece, "zipFiles", {"files": FILES, "outputFileName": "o.zip", **lock}, ctx)
    unpacked = await run_action(piece, "unzipFile", {"file": url, **lock}, ctx)
    assert [(entry["filePath"], written(ctx, entry["file"])) for entry in unpacked] == [
        ("folder/a.txt", "hé".encode()),
        ("a.png", b"\xff\x00"),
    ]


def test_others_open_our_archives(tmp_path: Path) -> None:
    data = archives.packed([archives.Entry("folder/a.txt", "hé".encode())], "pass", strong=False)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("folder/a.txt", b"pass") == "hé".encode()
    if unzip := shutil.which("unzip"):
        (tmp_path / "o.zip").write_bytes(data)
        subprocess.run([unzip, "-P", "pass", "o.zip"], cwd=tmp_path, check=True, capture_output=True)
        assert (tmp_path / "folder" / "a.txt").read_text() == "hé"


@pytest.mark.parametrize("lock", LOCKS[1:])
async def test_wrong_password(lock: dict[str, Any]) -> None:
    ctx = context()
    url = await run_action(piece, "zipFiles", {"files": FILES, "outputFileName": "o.zip", **lock}, ctx)
    for options in ({"usePassword": True, "passwordOptions": {"password": "no"}}, {}):
        with pytest.raises(PieceError, match="file"):
            await run_action(piece, "unzipFile", {"file": url, **options}, ctx)
    with pytest.raises(PieceError, match="password"):
        await run_action(piece, "unzipFile", {"file": url, "usePassword": True}, ctx)


async def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = context()
    url = await run_action(piece, "zipFiles", {"files": FILES, "outputFileName": "o.zip"}, ctx)
    with pytest.raises(PieceError, match="2 entries"):
        await run_action(piece, "unzipFile", {"file": url, "maxResults": 1}, ctx)
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 3)
    with pytest.raises(PieceError, match="more than 3 bytes"):
        await run_action(piece, "unzipFile", {"file": url}, ctx)
    with pytest.raises(PieceError, match="not a zip archive"):
        await run_action(piece, "unzipFile", {"file": TEXT}, ctx)


async def test_options() -> None:
    assert list((await piece.options("zipFiles", "passwordOptions", None, {"usePassword": True}))["options"]) == [
        "password",
        "encryptionMethod",
    ]
    assert (await piece.options("unzipFile", "passwordOptions", None, {"usePassword": False}))["options"] == {}

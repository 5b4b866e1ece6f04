from typing import Any

import pytest
from pysequoia import Tsk, decrypt

from piecework.pieces.crypto import piece
from piecework.sdk import LoadedFile, PieceError
from piecework.sdk.testing import FakeContext, MemoryFiles, run_action


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("hash-text", {"method": "md5", "text": "abc"}, "900150983cd24fb0d6963f7d28e17f72"),
        ("hash-text", {"method": "sha256", "text": ""}, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (
            "hmac-signature",
            {"secretKey": "key", "secretKeyEncoding": "utf-8", "method": "md5", "text": "The quick brown fox jumps over the lazy dog"},
            "80070713463e7749b90c2dc24911e275",
        ),
        (
            "hmac-signature",
            {
                "secretKey": "6b6579", "secretKeyEncoding": "hex", "method": "md5",
                "text": "The quick brown fox jumps over the lazy dog", "outputEncoding": "base64",
            },
            "gAcHE0Y+d0m5DC3CSRHidQ==",
        ),
        ("base64-encode", {"text": "é"}, "w6k="),
        ("base64-decode", {"text": "w6k"}, "é"),
    ],
)  # fmt: skip
async def test_results(name: str, given: dict[str, Any], expected: str) -> None:
    assert await run_action(piece, name, given) == expected


async def test_sha3() -> None:
    assert len(await run_action(piece, "hash-text", {"method": "sha3-512", "text": "x"})) == 128


async def test_password() -> None:
    password = await run_action(piece, "generate-password", {"length": 200})
    assert len(password) == 200
    assert password.isalnum()
    assert not (await run_action(piece, "generate-password", {"length": 200, "characterSet": "alphanumeric-symbols"})).isalnum()


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("hash-text", {"method": "crc", "text": "x"}),
        ("hmac-signature", {"secretKey": "zz", "secretKeyEncoding": "hex", "method": "md5", "text": "x"}),
        ("generate-password", {"length": 257}),
        ("generate-password", {"length": 0}),
        ("base64-decode", {"text": "a"}),
    ],
)
async def test_refusals(name: str, given: dict[str, Any]) -> None:
    with pytest.raises(PieceError):
        await run_action(piece, name, given)


async def test_openpgp() -> None:
    key = Tsk.generate("Ada <ada@example.org>")
    files = MemoryFiles({"https://x/a.txt": LoadedFile("a.txt", b"secret", "txt")})
    given = {"file": "https://x/a.txt", "publicKey": str(key.extract_certificate())}
    output = await run_action(piece, "openpgpEncrypt", given, FakeContext(files=files))
    assert (output["success"], output["filename"]) == (True, "a.txt.pgp")
    assert bytes(decrypt(files.known[output["file"]].data, decryptor=key.decryptor()).bytes) == b"secret"
    broken = await run_action(piece, "openpgpEncrypt", {**given, "publicKey": "no key"}, FakeContext(files=files))
    assert broken["success"] is False

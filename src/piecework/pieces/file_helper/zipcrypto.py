"""Writing zip archives with ZipCrypto, the format's first encryption (APPNOTE.TXT, section 6.1).

Known to be weak; kept because it is what every program opens and what the wire offers by default. pyzipper reads it but does not write it.
"""

import io
import secrets
import zlib
from collections.abc import Sequence
from typing import Any

HEADER_BYTES = 12
_CRC_TABLE = tuple(zlib.crc32(bytes([value]), 0xFFFFFFFF) ^ 0xFFFFFFFF for value in range(256))


class ZipCryptoEncrypter:
    """The stream cipher for one entry, in the shape that pyzipper's writer calls. ``check`` is the high byte of the entry's CRC."""

    def __init__(self, password: bytes, check: int) -> None:
        self._keys = (0x12345678, 0x23456789, 0x34567890)
        self._check = check
        for byte in password:
            self._keys = _next_keys(self._keys, byte)

    def encrypt(self, data: bytes) -> bytes:
        result = bytearray(data)
        keys = self._keys
        for index, byte in enumerate(data):
            mixed = (keys[2] | 2) & 0xFFFF
            result[index] = byte ^ (mixed * (mixed ^ 1) >> 8 & 0xFF)
            keys = _next_keys(keys, byte)
        self._keys = keys
        return bytes(result)

    def encryption_header(self) -> bytes:
        return self.encrypt(secrets.token_bytes(HEADER_BYTES - 1) + bytes([self._check]))

    def flush(self) -> bytes:
        return b""

    def update_zipinfo(self, zipinfo: Any) -> None:
        """ZipCrypto needs nothing in the entry's record beyond the flag that the writer sets."""

    def finalize_zipinfo(self, zipinfo: Any) -> None:
        """See ``update_zipinfo``."""


def _next_keys(keys: tuple[int, int, int], byte: int) -> tuple[int, int, int]:
    first = _crc(keys[0], byte)
    second = ((keys[1] + (first & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
    return first, second, _crc(keys[2], second >> 24)


def _crc(crc: int, byte: int) -> int:
    return crc >> 8 ^ _CRC_TABLE[(crc ^ byte) & 0xFF]


def packed_with_zipcrypto(entries: Sequence[tuple[str, bytes]], password: str) -> bytes:
    """An archive whose entries (path, bytes) are locked with the password."""
    import pyzipper

    class Archive(pyzipper.ZipFile):
        check = 0

        def get_encrypter(self) -> ZipCryptoEncrypter:
            return ZipCryptoEncrypter(password.encode(), self.check)

    target = io.BytesIO()
    with Archive(target, "w", compression=pyzipper.ZIP_DEFLATED) as archive:
        archive.setencryption("zipcrypto")
        for path, data in entries:
            archive.check = zlib.crc32(data) >> 24
            archive.writestr(path, data)
    return target.getvalue()

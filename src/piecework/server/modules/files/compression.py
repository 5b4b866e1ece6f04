"""How contents are packed for the database: zstd, unless that saves next to nothing."""

import asyncio

import zstandard

from piecework.server.modules.files.schemas import FileCompression

_SMALLEST = 256
_WORTH = 0.9
_OFF_LOOP = 128 * 1024
"""Contents above this many bytes are packed in a thread, so that other requests go on meanwhile."""


async def pack(data: bytes) -> tuple[bytes, FileCompression]:
    """Returns what to store and how it is packed."""
    if len(data) < _SMALLEST:
        return data, FileCompression.NONE
    packed = await asyncio.to_thread(_compress, data) if len(data) > _OFF_LOOP else _compress(data)
    return (packed, FileCompression.ZSTD) if len(packed) < len(data) * _WORTH else (data, FileCompression.NONE)


async def unpack(stored: bytes, compression: str, size: int) -> bytes:
    """Returns the contents; `size` is their length."""
    if compression == FileCompression.NONE:
        return stored
    return await asyncio.to_thread(_decompress, stored, size) if size > _OFF_LOOP else _decompress(stored, size)


def _compress(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3).compress(data)


def _decompress(stored: bytes, size: int) -> bytes:
    return zstandard.ZstdDecompressor().decompress(stored, max_output_size=size)

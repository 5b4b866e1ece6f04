"""Frames between the pool and its children: two lengths, a small JSON header, a raw payload (sans-IO).

The payload (a step's inputs or its result, both JSON text) is never parsed on the way: the header says what it is.

    header length: uint32, big endian | payload length: uint32 | header | payload
"""

from __future__ import annotations

import struct

_LENGTHS = struct.Struct("!II")

MAX_HEADER_BYTES = 16 * 1024 * 1024
"""A request's header carries the source, an answer's header the console output: both are far smaller than this."""

GREETING = b"{}"
"""The header of a child's first frame, when it is ready for a request; any other text says why it never will be."""


class FrameTooLarge(Exception):
    """The peer announced a frame beyond the limit; nothing of it was kept and the stream cannot be read further."""


def encode(header: bytes, payload: bytes = b"") -> bytes:
    return _LENGTHS.pack(len(header), len(payload)) + header + payload


class FrameReader:
    """Cuts a byte stream into frames.

    ``feed`` takes bytes as they arrive and returns a frame that they complete as ``(header, payload)``, or None. A peer waits for the
    answer before it sends again, so that there is never more than one. Raises FrameTooLarge as soon as a frame's lengths exceed
    ``max_payload`` or MAX_HEADER_BYTES, before buffering it.
    """

    __slots__ = ("_buffer", "_need", "max_payload")

    def __init__(self, max_payload: int) -> None:
        self.max_payload = max_payload
        self._buffer = bytearray()
        self._need = _LENGTHS.size

    def feed(self, data: bytes | memoryview) -> tuple[bytes, bytes] | None:
        buffer = self._buffer
        buffer += data
        if len(buffer) < self._need:
            return None
        header_length, payload_length = _LENGTHS.unpack_from(buffer)
        if header_length > MAX_HEADER_BYTES or payload_length > self.max_payload:
            raise FrameTooLarge(f"a frame of {header_length} + {payload_length} bytes")
        body = _LENGTHS.size + header_length
        end = body + payload_length
        if len(buffer) < end:
            self._need = end
            return None
        frame = bytes(buffer[_LENGTHS.size : body]), bytes(buffer[body:end])
        del buffer[:end]
        self._need = _LENGTHS.size
        return frame

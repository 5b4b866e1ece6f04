"""The server's end of the socket to a thread: frames as in ``node/frames.cjs``, all that come in one turn of the event loop sent at once."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple, cast

_HEAD = struct.Struct("!IIBI")
_LENGTH_ITSELF = 4
MAX_FRAME_BYTES = 512 * 1024 * 1024


class Kind(IntEnum):
    """What a frame is."""

    HELLO = 0
    CALL = 1
    RESULT = 2
    ASK = 3
    ANSWER = 4
    PING = 5
    PONG = 6


class Frame(NamedTuple):
    """``text`` is JSON, ``data`` whatever bytes belong to it."""

    id: int
    kind: Kind
    text: bytes
    data: bytes = b""


def encode(frame: Frame) -> bytes:
    """The frame as it travels."""
    rest = _HEAD.size - _LENGTH_ITSELF + len(frame.text) + len(frame.data)
    return b"".join((_HEAD.pack(rest, frame.id, frame.kind, len(frame.text)), frame.text, frame.data))


class FrameCutter:
    """Cuts a byte stream into frames. Raises ValueError for bytes that are none."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, received: bytes) -> list[Frame]:
        """The frames that these bytes complete."""
        buffer = self._buffer
        buffer += received
        frames: list[Frame] = []
        start = 0
        while len(buffer) - start >= _HEAD.size:
            rest, number, kind, text_length = _HEAD.unpack_from(buffer, start)
            if rest > MAX_FRAME_BYTES:
                raise ValueError(f"a frame of {rest} bytes")
            end = start + _LENGTH_ITSELF + rest
            if end > len(buffer):
                break
            text_start = start + _HEAD.size
            text_end = text_start + text_length
            frames.append(Frame(number, Kind(kind), bytes(buffer[text_start:text_end]), bytes(buffer[text_end:end])))
            start = end
        del buffer[:start]
        return frames


class Connection(asyncio.Protocol):
    """One thread's connection. ``opened`` is called with the first frame and gives who takes the others; ``lost`` when it ends."""

    def __init__(self, opened: Callable[[Connection, Frame], Callable[[Frame], None]]) -> None:
        self._opened = opened
        self._take: Callable[[Frame], None] | None = None
        self._cutter = FrameCutter()
        self._transport: asyncio.WriteTransport | None = None
        self._waiting: list[bytes] = []
        self.lost: Callable[[], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See ``asyncio.Protocol``."""
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's is one, but does not inherit from it

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol``."""
        try:
            frames = self._cutter.feed(data)
        except ValueError:
            self.close()
            return
        for frame in frames:
            if self._take is None:
                self._take = self._opened(self, frame)
            else:
                self._take(frame)

    def connection_lost(self, exc: Exception | None) -> None:
        """See ``asyncio.Protocol``."""
        self._transport = None
        if self.lost is not None:
            self.lost()

    def send(self, frame: Frame) -> None:
        """Send soon; nothing happens when the connection is gone, of which ``lost`` has told."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._flush)
        self._waiting.append(encode(frame))

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if self._transport is not None:
            self._transport.write(b"".join(waiting))

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.close()

"""Frames survive any way in which a stream cuts them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piecework.sandbox.npm.connection import MAX_FRAME_BYTES, Frame, FrameCutter, Kind, encode

frames = st.lists(st.builds(Frame, st.integers(0, 2**32 - 1), st.sampled_from(Kind), st.binary(max_size=200), st.binary(max_size=200)))


@given(frames, st.integers(1, 64))
def test_frames_come_out_as_they_went_in(sent: list[Frame], step: int) -> None:
    stream = b"".join(map(encode, sent))
    cutter = FrameCutter()
    received = [frame for start in range(0, len(stream), step) for frame in cutter.feed(stream[start : start + step])]
    assert received == sent


def test_a_frame_that_is_too_large_is_refused_before_it_has_come() -> None:
    with pytest.raises(ValueError, match="a frame of"):
        FrameCutter().feed((MAX_FRAME_BYTES + 1).to_bytes(4) + bytes(9))


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="99"):
        FrameCutter().feed((9).to_bytes(4) + bytes(4) + bytes([99]) + bytes(4))

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piecework.sandbox.protocol import FrameReader, FrameTooLarge, encode


@given(st.binary(max_size=200), st.binary(max_size=500), st.integers(1, 40))
def test_a_frame_arrives_however_it_is_cut(header: bytes, payload: bytes, piece: int) -> None:
    message = encode(header, payload)
    reader = FrameReader(1000)
    frames = [reader.feed(message[start : start + piece]) for start in range(0, len(message), piece)]
    assert frames[:-1] == [None] * (len(frames) - 1)
    assert frames[-1] == (header, payload)


def test_frames_follow_each_other() -> None:
    reader = FrameReader(10)
    assert reader.feed(encode(b"{}", b"1")) == (b"{}", b"1")
    assert reader.feed(encode(b"{}", b"22")) == (b"{}", b"22")


def test_a_frame_beyond_the_limit_is_refused_before_it_arrives() -> None:
    with pytest.raises(FrameTooLarge):
        FrameReader(10).feed(encode(b"", b"x" * 11)[:8])


def test_a_header_beyond_the_limit_is_refused() -> None:
    with pytest.raises(FrameTooLarge):
        FrameReader(10).feed(b"\xff\xff\xff\xff\x00\x00\x00\x00")

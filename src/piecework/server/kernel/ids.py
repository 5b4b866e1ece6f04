"""Identifiers: 21 characters of [0-9A-Za-z], as on the wire (spec/api.md §0)."""

import os
import string
from hashlib import sha256

ID_LENGTH = 21
ID_PATTERN = r"^[0-9a-zA-Z]{21}$"

_ALPHABET = (string.digits + string.ascii_uppercase + string.ascii_lowercase).encode()
_EVEN = len(_ALPHABET) * 4
"""Bytes from here on would make some characters likelier than others; they are thrown away."""
_CHARACTER_OF_BYTE = bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in range(256))
_UNEVEN_BYTES = bytes(range(_EVEN, 256))


_DRAWN_AT_ONCE = 4096
"""Random bytes asked for at a time: a system call for every id would be most of an id's cost, and it gives up the interpreter's lock."""

_characters = b""


def new_id() -> str:
    """Returns a fresh identifier from the operating system's random source: 125 bits, so two are never equal. Not for several threads."""
    global _characters
    if len(_characters) < ID_LENGTH:
        _characters = os.urandom(_DRAWN_AT_ONCE).translate(_CHARACTER_OF_BYTE, _UNEVEN_BYTES)
    drawn, _characters = _characters[:ID_LENGTH], _characters[ID_LENGTH:]
    return drawn.decode()


def derived_id(*parts: str) -> str:
    """Returns the identifier that always belongs to these texts: whoever does the same thing twice makes the same row."""
    digest = sha256("\0".join(parts).encode()).digest()
    return digest[:ID_LENGTH].translate(_CHARACTER_OF_BYTE).decode()

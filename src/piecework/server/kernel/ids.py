"""Identifiers: 21 characters of [0-9A-Za-z], as on the wire (spec/api.md §0)."""

import os
import string

ID_LENGTH = 21
ID_PATTERN = r"^[0-9a-zA-Z]{21}$"

_ALPHABET = (string.digits + string.ascii_uppercase + string.ascii_lowercase).encode()
_EVEN = len(_ALPHABET) * 4
"""Bytes from here on would make some characters likelier than others; they are thrown away."""
_CHARACTER_OF_BYTE = bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in range(256))
_UNEVEN_BYTES = bytes(range(_EVEN, 256))


def new_id() -> str:
    """Returns a fresh identifier from the operating system's random source: 125 bits, so two are never equal."""
    characters = b""
    while len(characters) < ID_LENGTH:
        characters += os.urandom(ID_LENGTH + 4).translate(_CHARACTER_OF_BYTE, _UNEVEN_BYTES)
    return characters[:ID_LENGTH].decode()

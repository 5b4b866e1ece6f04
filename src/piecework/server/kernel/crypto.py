"""Encryption of what must not lie in the database in the clear: connection values and variables.

AES-GCM; a sealed value is `nonce (12 bytes) + ciphertext + tag (16 bytes)`. `context` binds a value to its place (say, a row's
id), so that a sealed value copied to another row does not open there.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class SealError(ValueError):
    """A sealed value cannot be opened: another key or context, or somebody changed it."""


class Cipher:
    """Seals and opens values with one key (16 or 32 bytes, `AP_ENCRYPTION_KEY`)."""

    def __init__(self, key: bytes) -> None:
        self._aes = AESGCM(key)

    def seal(self, value: bytes, context: str) -> bytes:
        """Returns `value` encrypted and bound to `context`."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._aes.encrypt(nonce, value, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Returns what was sealed for `context`. Raises SealError."""
        try:
            return self._aes.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise SealError("a sealed value cannot be opened with this key") from error

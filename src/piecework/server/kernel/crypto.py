"""Encryption of what must not lie in the database in the clear: connection values and variables.

AES-GCM; a sealed value is `nonce (12 bytes) + ciphertext + tag (16 bytes)`. `context` binds a value to its place (say, a row's
id), so that a sealed value copied to another row does not open there. A sealed row has the columns `value` and `keyId`: the second says
which key opens the first, so that keys can be exchanged while both are in use (`resealing.py`).
"""

import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from piecework.spec.jsons import dumps, loads

_NONCE_BYTES = 12
KEY_ID_LENGTH = 16


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


def key_id(key: bytes) -> str:
    """Returns the name of a key: the beginning of its digest, which tells nothing about the key."""
    return sha256(b"piecework encryption key\0" + key).hexdigest()[:KEY_ID_LENGTH]


class Keyring:
    """Several keys: the first one seals, each opens what it has sealed. Values are JSON, and bound to the row that holds them."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = {key_id(key): Cipher(key) for key in keys}
        self.key_id = key_id(keys[0])

    def seal(self, table: str, row_id: str, value: Any) -> dict[str, Any]:
        """Returns the columns of a sealed row: `value` and `keyId`."""
        sealed = self._ciphers[self.key_id].seal(dumps(value), f"{table}:{row_id}")
        return {"value": sealed, "keyId": self.key_id}

    def open(self, table: str, row: Mapping[str, Any]) -> Any:
        """Returns the value of a row with `id`, `value` and `keyId`. Raises SealError, also for a key that is not on the ring."""
        cipher = self._ciphers.get(row["keyId"])
        if cipher is None:
            raise SealError(f"the value was sealed with the key {row['keyId']}, which this server does not have: see AP_ENCRYPTION_KEY")
        return loads(cipher.open(row["value"], f"{table}:{row['id']}"))

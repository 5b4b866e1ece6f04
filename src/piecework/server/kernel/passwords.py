"""Passwords: bcrypt, in a thread, because one check costs a tenth of a second of CPU.

bcrypt reads 72 bytes and refuses more: callers check with `fits_bcrypt` first and say so to the user.
"""

import asyncio

import bcrypt

MAX_BYTES = 72
_COST = 10
"""As on the wire's hashes; both sides verify each other's."""


def fits_bcrypt(password: str) -> bool:
    """Whether bcrypt reads all of the password."""
    return len(password.encode()) <= MAX_BYTES


async def hash_password(password: str) -> str:
    """Returns the bcrypt hash of a password of 72 bytes at the most."""
    return (await asyncio.to_thread(bcrypt.hashpw, password.encode(), bcrypt.gensalt(_COST))).decode()


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether the password is the one that was hashed. `None` (no such user) costs about as much time as a wrong password."""
    if not fits_bcrypt(password):
        return False
    if password_hash is None:
        await asyncio.to_thread(bcrypt.hashpw, password.encode(), bcrypt.gensalt(_COST))
        return False
    return await asyncio.to_thread(bcrypt.checkpw, password.encode(), password_hash.encode())

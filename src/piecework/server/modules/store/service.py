"""What can be done with store entries; pieces reach the store through this service."""

from typing import Any

from piecework.server.kernel.db import Database
from piecework.server.modules.store import _repository
from piecework.server.modules.store.errors import StoreKeyError, StoreValueTooLargeError
from piecework.server.modules.store.schemas import StoreEntry
from piecework.server.ports.runs import Statement
from piecework.spec.jsons import dumps

MAX_KEY_LENGTH = 128


class StoreService:
    """Keeps JSON values of projects by key. `max_value_bytes` bounds a value's JSON text."""

    def __init__(self, database: Database, max_value_bytes: int) -> None:
        self._database = database
        self._max_value_bytes = max_value_bytes

    async def get(self, project_id: str, key: str) -> StoreEntry | None:
        """Returns the entry of a key, or None. Raises StoreKeyError."""
        _check_key(key)
        async with self._database.read() as connection:
            entry: Any = await _repository.find_entry(connection, project_id, key)
            return entry

    def change(self, project_id: str, key: str, value: Any) -> Statement:
        """What ``put`` does, as part of somebody else's transaction. Raises StoreKeyError or StoreValueTooLargeError."""
        return _repository.put(project_id, key, self._checked(key, value))

    def removal(self, project_id: str, key: str) -> Statement:
        """What ``delete`` does, as part of somebody else's transaction."""
        return _repository.remove(project_id, key)

    def _checked(self, key: str, value: Any) -> bytes:
        """The value's JSON."""
        _check_key(key)
        content = dumps(value)
        if len(content) > self._max_value_bytes:
            raise StoreValueTooLargeError(key, len(content), self._max_value_bytes)
        return content

    async def put(self, project_id: str, key: str, value: Any) -> StoreEntry:
        """Keeps a value in the place of the one before and returns the entry. Raises StoreKeyError or StoreValueTooLargeError."""
        self._checked(key, value)
        async with self._database.transaction() as connection:
            entry: Any = await _repository.upsert_entry(self._database, connection, project_id, key, value)
            return entry

    async def delete(self, project_id: str, key: str) -> None:
        """Forgets a key; one that is not there is no error. Raises StoreKeyError."""
        _check_key(key)
        async with self._database.transaction() as connection:
            await _repository.delete_entry(connection, project_id, key)


def _check_key(key: str) -> None:
    if not 0 < len(key) <= MAX_KEY_LENGTH or "\0" in key:
        raise StoreKeyError(f"A store key has 1 to {MAX_KEY_LENGTH} characters and no NUL")

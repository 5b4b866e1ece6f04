"""Exchanging the encryption key: every sealed row is opened with the key that sealed it and sealed with the first key of the ring.

Batches are transactions, and each row says which key it needs, so that a crash at any moment leaves every row readable with the keys
that are on the ring; the next attempt goes on with the rows that are left.
"""

from collections.abc import Sequence

from sqlalchemy import Table, func, select, update

from piecework.server.kernel.crypto import Keyring
from piecework.server.kernel.db import Database, rows_of

_BATCH = 200


async def reseal(database: Database, keyring: Keyring, tables: Sequence[Table]) -> int:
    """Seals the rows of `tables` (with `id`, `value`, `keyId`) with the ring's first key and returns how many were sealed with another one.

    Raises SealError for a row that no key opens; what was done before stays done.
    """
    count = 0
    for table in tables:
        while done := await _reseal_batch(database, keyring, table):
            count += done
    return count


async def _reseal_batch(database: Database, keyring: Keyring, table: Table) -> int:
    async with database.transaction() as connection:
        wanted = select(table.c.id, table.c.value, table.c.keyId).where(table.c.keyId != keyring.key_id).limit(_BATCH)
        rows = rows_of(await connection.execute(wanted))
        for row in rows:
            sealed = keyring.seal(table.name, row["id"], keyring.open(table.name, row))
            await connection.execute(update(table).where(table.c.id == row["id"]).values(sealed))
    return len(rows)


async def keys_in_use(database: Database, tables: Sequence[Table]) -> dict[str, int]:
    """Returns how many rows each key has sealed, by key id."""
    found: dict[str, int] = {}
    async with database.read() as connection:
        for table in tables:
            counts = await connection.execute(select(table.c.keyId, func.count()).where(table.c.keyId.is_not(None)).group_by(table.c.keyId))
            for name, count in counts:
                found[name] = found.get(name, 0) + count
    return found

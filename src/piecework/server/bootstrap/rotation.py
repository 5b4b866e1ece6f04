"""Exchanging the encryption key of an installation that is not running.

The key file holds one key a line, the one that seals first. A rotation writes the new key before the old one, seals everything again, and only then
drops the old key; each step is whole or not done, and the next attempt goes on where the last one ended.
"""

import secrets
from typing import Any

from piecework.server.bootstrap.foundation import ENCRYPTION_KEY_FILE, database_url, encryption_keys
from piecework.server.kernel.crypto import Keyring, key_id
from piecework.server.kernel.db import Database
from piecework.server.kernel.resealing import reseal
from piecework.server.kernel.schema_version import upgrade_if_behind
from piecework.server.kernel.secret_files import replace_secret
from piecework.server.kernel.settings import Settings
from piecework.server.modules.connections.models import app_connection, oauth_app
from piecework.server.modules.variables.models import variable

SEALED_TABLES = (app_connection, oauth_app, variable)
"""Every table with sealed values."""


async def rotate(settings: Settings) -> dict[str, Any]:
    """Seals everything with the new key. Returns the ids of the keys and how many values were sealed anew.

    Raises SealError for a value that none of the keys opens; nothing is lost then, and no key is dropped.
    """
    in_file = settings.encryption_key is None
    keys = encryption_keys(settings)
    if in_file and len(keys) == 1:
        keys = [secrets.token_bytes(len(keys[0])), *keys]
        replace_secret(settings.data_dir, ENCRYPTION_KEY_FILE, "\n".join(key.hex() for key in keys))
    database = Database(database_url(settings))
    try:
        await upgrade_if_behind(database, database_url(settings))
        resealed = await reseal(database, Keyring(keys), SEALED_TABLES)
    finally:
        await database.close()
    if in_file:
        replace_secret(settings.data_dir, ENCRYPTION_KEY_FILE, keys[0].hex())
    return {"key": key_id(keys[0]), "previous": [key_id(key) for key in keys[1:]], "resealed": resealed}

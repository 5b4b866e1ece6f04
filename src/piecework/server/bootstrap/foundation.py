"""What everything else stands on: the settings, the database, the keys, and the files and values that are kept for projects."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from piecework.server.kernel.crypto import Keyring
from piecework.server.kernel.db import Database
from piecework.server.kernel.http import RateLimiter
from piecework.server.kernel.secret_files import load_or_create_secret
from piecework.server.kernel.settings import Settings
from piecework.server.kernel.tokens import TokenSigner
from piecework.server.modules.files.service import FileService
from piecework.server.modules.store.service import StoreService

DATABASE_FILE = "piecework.db"


@dataclass(frozen=True)
class Foundation:
    """See the file's first line."""

    settings: Settings
    database: Database
    keyring: Keyring
    tokens: TokenSigner
    rate_limiter: RateLimiter
    files: FileService
    store: StoreService


def build_foundation(settings: Settings) -> Foundation:
    """Returns the foundation. Makes the data folder and the keys in it when they are not there."""
    database = Database(database_url(settings))
    tokens = TokenSigner(_secret(settings, settings.jwt_secret, "jwt_secret", 32))
    return Foundation(
        settings=settings,
        database=database,
        keyring=Keyring(encryption_keys(settings)),
        tokens=tokens,
        rate_limiter=_rate_limiter(settings),
        files=FileService(database, tokens, settings.frontend_url, timedelta(days=settings.execution_data_retention_days)),
        store=StoreService(database, int(settings.max_store_entry_value_size_kb * 1024)),
    )


def database_path(settings: Settings) -> Path:
    """Returns where the embedded database is."""
    return settings.data_dir / DATABASE_FILE


def database_url(settings: Settings) -> str:
    """Returns SQLAlchemy's URL of the embedded database; its folder is made when it is not there."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return f"sqlite+aiosqlite:///{database_path(settings)}"


ENCRYPTION_KEY_FILE = "encryption_key"


def encryption_keys(settings: Settings) -> list[bytes]:
    """Returns the keys of connections and variables, the one that seals first: AP_ENCRYPTION_KEY, those before it, and those of the data folder.

    Without the setting the first one is made in the data folder; a file with several lines is from a rotation that is under way.
    """
    given = (settings.encryption_key, *settings.encryption_key_previous) if settings.encryption_key is not None else ()
    texts = [key.get_secret_value() for key in given]
    if not texts or (settings.data_dir / ENCRYPTION_KEY_FILE).exists():
        texts += load_or_create_secret(settings.data_dir, ENCRYPTION_KEY_FILE, 16).split()
    return [bytes.fromhex(text) for text in dict.fromkeys(texts)]


def _secret(settings: Settings, given: SecretStr | None, name: str, length: int) -> str:
    return given.get_secret_value() if given is not None else load_or_create_secret(settings.data_dir, name, length)


def _rate_limiter(settings: Settings) -> RateLimiter:
    return RateLimiter(
        settings.api_rate_limit_authn_max if settings.api_rate_limit_authn_enabled else None,
        settings.api_rate_limit_authn_window,
        None if settings.client_real_ip_header == "none" else settings.client_real_ip_header,
    )

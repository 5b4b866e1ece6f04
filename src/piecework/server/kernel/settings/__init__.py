"""Settings: what an operator may say about this server, checked once at start-up and never changed afterwards.

A setting is named `AP_<FIELD>` in the environment, as on the wire (spec/env.md). `schema.py` declares every setting with its type, default
and meaning; `loading.py` turns an environment into one frozen `Settings` or one error; `legacy.py` knows the names and values of other
versions; `values.py` holds the types that the schema is written in. `docs/reference/settings.md` is generated from the schema.
"""

from piecework.server.kernel.settings.loading import SettingProblem, SettingsError, load_settings
from piecework.server.kernel.settings.schema import Settings
from piecework.server.kernel.settings.values import (
    ContainerType,
    DatabaseType,
    Environment,
    ExecutionMode,
    FileStorage,
    LogLevel,
    MissedTicks,
    NetworkMode,
    PiecesSyncMode,
    RedisType,
)

__all__ = [
    "ContainerType",
    "DatabaseType",
    "Environment",
    "ExecutionMode",
    "FileStorage",
    "LogLevel",
    "MissedTicks",
    "NetworkMode",
    "PiecesSyncMode",
    "RedisType",
    "SettingProblem",
    "Settings",
    "SettingsError",
    "load_settings",
]

"""Sealed rows: every JSON value comes back, with the right key and in its own row alone; and keys are exchanged without a row being lost."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from piecework.server.bootstrap.foundation import build_foundation, database_url, encryption_keys
from piecework.server.bootstrap.rotation import SEALED_TABLES, rotate
from piecework.server.kernel import resealing
from piecework.server.kernel.crypto import Keyring, SealError, key_id
from piecework.server.kernel.db import Database, new_entity, rows_of
from piecework.server.kernel.folder_lock import FolderInUse, locked
from piecework.server.kernel.resealing import keys_in_use, reseal
from piecework.server.kernel.schema_version import upgrade_if_behind
from piecework.server.kernel.settings import Settings, load_settings
from piecework.server.modules import load_all_tables
from piecework.server.modules.connections.models import oauth_app

SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@given(value=JSON, key=st.binary(min_size=16, max_size=16), other=st.binary(min_size=16, max_size=16))
def test_a_value_comes_back_with_its_key_and_from_its_row_alone(value: Any, key: bytes, other: bytes) -> None:
    sealed = {"id": "row-1", **Keyring([key]).seal("table", "row-1", value)}
    assert sealed["keyId"] == key_id(key)
    assert Keyring([other, key]).open("table", sealed) == value
    for ring, table, row in (
        (Keyring([key]), "table", {**sealed, "id": "row-2"}),
        (Keyring([key]), "another", sealed),
        (Keyring([key]), "table", {**sealed, "value": sealed["value"][:-1]}),
    ):
        with pytest.raises(SealError):
            ring.open(table, row)
    if other != key:
        with pytest.raises(SealError, match="AP_ENCRYPTION_KEY"):
            Keyring([other]).open("table", sealed)


def test_every_table_with_sealed_values_is_resealed() -> None:
    sealed = {table for table in load_all_tables().tables.values() if {"value", "keyId"} <= set(table.c.keys())}
    assert set(SEALED_TABLES) == sealed


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    settings = load_settings({}, {"data_dir": tmp_path})
    opened = Database(database_url(settings))
    await upgrade_if_behind(opened, database_url(settings))
    yield opened
    await opened.close()


async def plant(database: Database, keyring: Keyring, count: int) -> None:
    async with database.transaction() as connection:
        for number in range(count):
            row = new_entity(platformId="p" * 21, pieceName=f"piece-{number}", clientId="c")
            await connection.execute(insert(oauth_app).values(row | keyring.seal(oauth_app.name, row["id"], f"secret-{number}")))


async def secrets_of(database: Database, keyring: Keyring) -> set[str]:
    async with database.read() as connection:
        rows = rows_of(await connection.execute(select(oauth_app)))
    return {keyring.open(oauth_app.name, row) for row in rows}


async def test_a_rotation_that_is_interrupted_goes_on(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = os.urandom(16), os.urandom(16)
    await plant(database, Keyring([old]), 12)
    both = Keyring([new, old])
    monkeypatch.setattr(resealing, "_BATCH", 5)
    await resealing._reseal_batch(database, both, oauth_app)  # pyright: ignore[reportPrivateUsage] - as far as a crash let it come
    assert await keys_in_use(database, SEALED_TABLES) == {key_id(new): 5, key_id(old): 7}
    assert await secrets_of(database, both) == {f"secret-{number}" for number in range(12)}
    with pytest.raises(SealError):
        await reseal(database, Keyring([new]), SEALED_TABLES)
    assert await reseal(database, both, SEALED_TABLES) == 7
    assert await reseal(database, both, SEALED_TABLES) == 0
    assert await secrets_of(database, Keyring([new])) == {f"secret-{number}" for number in range(12)}


def settings_of(folder: Path, **given: str) -> Settings:
    return load_settings({f"AP_{name.upper()}": value for name, value in given.items()}, {"data_dir": folder})


async def test_the_key_in_the_data_folder_is_exchanged(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    ground = build_foundation(settings)
    await upgrade_if_behind(ground.database, database_url(settings))
    await plant(ground.database, ground.keyring, 3)
    await ground.database.close()
    (before,) = encryption_keys(settings)
    report = await rotate(settings)
    (after,) = encryption_keys(settings)
    assert (report["resealed"], report["key"], report["previous"]) == (3, key_id(after), [key_id(before)])
    assert before != after
    assert (tmp_path / "encryption_key").stat().st_mode & 0o777 == 0o600
    # a crash after the new key was written: the next attempt takes that one and does not make a third
    third = os.urandom(16)
    (tmp_path / "encryption_key").write_text(f"{third.hex()}\n{after.hex()}")
    assert (await rotate(settings))["key"] == key_id(third)
    assert encryption_keys(settings) == [third]


async def test_a_key_from_the_environment_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    old, new = os.urandom(16).hex(), os.urandom(16).hex()
    ground = build_foundation(settings_of(tmp_path, encryption_key=old))
    await upgrade_if_behind(ground.database, database_url(ground.settings))
    await plant(ground.database, ground.keyring, 2)
    await ground.database.close()
    with pytest.raises(SealError):
        await rotate(settings_of(tmp_path, encryption_key=new))
    settings = settings_of(tmp_path, encryption_key=new, encryption_key_previous=old)
    assert (await rotate(settings))["resealed"] == 2
    ground = build_foundation(settings_of(tmp_path, encryption_key=new))
    assert await secrets_of(ground.database, ground.keyring) == {"secret-0", "secret-1"}
    await ground.database.close()


def test_a_running_server_keeps_its_keys(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from piecework.server.cli.rotate_encryption_key import rotate_encryption_key_command

    with locked(tmp_path):
        refused = CliRunner().invoke(rotate_encryption_key_command, ["--data-dir", str(tmp_path)])
    assert refused.exit_code == 1
    assert str(tmp_path) in refused.output
    assert FolderInUse.__name__ not in refused.output
    done = CliRunner().invoke(rotate_encryption_key_command, ["--data-dir", str(tmp_path), "--json"])
    assert done.exit_code == 0, done.output
    assert '"resealed": 0' in done.output

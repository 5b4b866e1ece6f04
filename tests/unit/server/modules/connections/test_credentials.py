"""When tokens are refreshed, and what happens when they cannot be: with a clock that the test moves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from piecework.runner.errors import ConnectionExpired, ConnectionUnavailable
from piecework.sdk import OAuth2, Piece
from piecework.sdk.services import Server
from piecework.sdk.testing import Reply, ScriptedHttp
from piecework.server.bootstrap.foundation import build_foundation, database_url
from piecework.server.kernel.db import Database, new_entity
from piecework.server.kernel.schema_version import upgrade_if_behind
from piecework.server.kernel.settings import load_settings
from piecework.server.modules.connections.models import app_connection, app_connection_project
from piecework.server.modules.connections.service import credentials as module
from piecework.server.modules.connections.service.credentials import Credentials
from piecework.server.modules.connections.service.renewal import Renewal, life_of

PIECE = Piece("acme", display_name="Acme", version="1.0.0", auth=OAuth2(token_url="https://acme.test/token"))
NOON = 1_800_000_000


class World:
    """A connection whose token was claimed at noon and is good for an hour, and a service with scripted answers."""

    def __init__(self, database: Database, keyring: Any, *replies: Reply) -> None:
        self.now = float(NOON)
        self.http = ScriptedHttp(*replies)
        renewal = Renewal(database, keyring, self.http, Server(), clock=lambda: self.now)
        self.credentials = Credentials(
            database, keyring, lambda _name, _version: PIECE, renewal, bound_to_piece=False, clock=lambda: self.now
        )
        self.told: list[str] = []
        self.credentials.on_status.append(lambda row: self.told.append(row["status"]))

    async def token(self) -> str:
        held = await self.credentials.get("p" * 21, "acme")
        assert held is not None
        assert held.for_steps["refresh_token"] == "(REDACTED)"
        return held.for_steps["access_token"]


def token(name: str, **extra: Any) -> Reply:
    return Reply(200, {"access_token": name, "refresh_token": f"refresh-{name}", "expires_in": 3600, "token_type": "bearer", **extra})


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Any]:
    ground = build_foundation(load_settings({}, {"data_dir": tmp_path}))
    await upgrade_if_behind(ground.database, database_url(ground.settings))
    row = new_entity(
        externalId="acme", displayName="Acme", type="OAUTH2", pieceName=PIECE.name, pieceVersion="1.0.0", platformId="l" * 21, scope="PROJECT",
        status="ACTIVE", preSelectForNewProjects=False, projectId=None,
    )  # fmt: skip
    value = {
        "type": "OAUTH2", "client_id": "id", "client_secret": "client-secret", "token_url": "https://acme.test/token", "access_token": "first",
        "refresh_token": "refresh-first", "expires_in": 3600, "claimed_at": NOON, "grant_type": "authorization_code", "data": {},
    }  # fmt: skip
    link = {"projectId": "p" * 21, "externalId": "acme", "connectionId": row["id"]}
    async with ground.database.transaction() as connection:
        await connection.execute(insert(app_connection).values(row | ground.keyring.seal("app_connection", row["id"], value)))
    async with without_foreign_keys(ground.settings.data_dir) as connection:
        await connection.execute(insert(app_connection_project).values(link))
    yield ground
    await ground.database.close()


@asynccontextmanager
async def without_foreign_keys(folder: Path) -> AsyncIterator[AsyncConnection]:
    """A transaction that may name a project that is not there: what a project is says nothing here."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{folder / 'piecework.db'}")
    async with engine.begin() as connection:
        yield connection
    await engine.dispose()


async def test_a_token_is_renewed_a_quarter_of_an_hour_before_its_end_by_one_for_all(ground: Any) -> None:
    world = World(ground.database, ground.keyring, token("second"))
    assert await world.token() == "first"
    world.now = NOON + 2699
    assert await world.token() == "first"
    world.now = NOON + 2700
    assert set(await asyncio.gather(*(world.token() for _ in range(100)))) == {"second"}
    assert len(world.http.calls) == 1
    assert world.http.calls[0].options["data"] == {
        "grant_type": "refresh_token", "refresh_token": "refresh-first", "client_id": "id", "client_secret": "client-secret",
    }  # fmt: skip
    world.credentials.forget()
    world.now = NOON
    assert await world.token() == "second", "it was written down"


async def test_an_outage_changes_nothing_while_the_old_token_is_good(ground: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", (0.0, 0.0))
    monkeypatch.setattr(module, "_FAIL_FAST_SECONDS", 0.0)
    down = Reply(503, {"error": "temporarily_unavailable"})
    world = World(ground.database, ground.keyring, down, down, down, down, down, token("second"))
    world.now = NOON + 3000
    assert await world.token() == "first"
    assert await world.token() == "first"
    assert len(world.http.calls) == 1, "asked again after a while only"
    world.now = NOON + 3031
    assert await world.token() == "first"
    world.now = NOON + 3601
    with pytest.raises(ConnectionUnavailable, match="acme"):
        await world.token()
    assert len(world.http.calls) == 5
    assert await world.token() == "second"
    assert world.told == []


async def test_a_refusal_is_final_told_once_and_never_asked_again(ground: Any) -> None:
    refusal = Reply(400, {"error": "invalid_grant", "error_description": "refresh-first was revoked"})
    world = World(ground.database, ground.keyring, refusal)
    world.now = NOON + 3000
    results = await asyncio.gather(*(world.token() for _ in range(20)), return_exceptions=True)
    assert {type(result) for result in results} == {ConnectionExpired}
    assert all("refresh-first" not in str(result) for result in results), "the service repeats what it was sent"
    assert any("was revoked" in str(result) for result in results)
    assert len(world.http.calls) == 1
    assert world.told == ["ERROR"]
    world.credentials.forget()
    with pytest.raises(ConnectionExpired):
        await world.token()
    assert len(world.http.calls) == 1


def test_how_long_a_token_lives() -> None:
    value = {"type": "OAUTH2", "claimed_at": NOON, "refresh_token": "r"}
    assert life_of({**value, "expires_in": 3600}, None) == (NOON + 2700, NOON + 3600)
    assert life_of({**value, "expires_in": 60}, None) == (NOON + 30, NOON + 60), "a short one when half of it is over"
    assert life_of(value, None) == (NOON + 2700, NOON + 3600)
    assert life_of({"type": "OAUTH2", "claimed_at": NOON}, None)[0] is None
    assert life_of({"type": "SECRET_TEXT"}, None)[0] is None

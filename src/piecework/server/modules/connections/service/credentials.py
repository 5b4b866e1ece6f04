"""What steps and triggers get of connections: opened, refreshed in time, and kept in memory for a moment.

A token is refreshed when half of its life is over, fifteen minutes before its end at the earliest; one caller asks the service, all others wait
for his answer. A service that refuses makes the connection ERROR. One that cannot be reached is asked again; as long as the old token is good,
that one is used.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import structlog

from piecework.runner.errors import ConnectionExpired, ConnectionNotForPiece, ConnectionUnavailable
from piecework.runner.secrets import secret_texts
from piecework.sdk import Auth
from piecework.server.kernel.crypto import Keyring
from piecework.server.kernel.db import Database, Row
from piecework.server.modules.connections import _repository
from piecework.server.modules.connections.kinds import FindPiece
from piecework.server.modules.connections.models import app_connection
from piecework.server.modules.connections.oauth2 import TokenRefused
from piecework.server.modules.connections.service.renewal import Renewal, life_of
from piecework.spec.connection import OAUTH2_TYPES, AppConnectionStatus, GrantType

log = structlog.get_logger("connections")

_KEPT_SECONDS = 30.0
_KEPT_ENTRIES = 1_000
_ASK_AGAIN_SECONDS = 30.0
"""After a refresh that failed for the moment, while the old token is good."""
_FAIL_FAST_SECONDS = 5.0
"""After a refresh that failed for the moment when there is no good token: who comes now is told at once."""
_PATIENCE = (0.5, 1.5)
"""Seconds between attempts at a refresh without which nothing goes on."""
_HIDDEN = "(REDACTED)"


@dataclass(slots=True)
class Held:
    """An open connection. Times are seconds since 1970; `renew_at` None: it lasts as it is."""

    row: Row
    value: Any
    auth: Auth | None
    secrets: list[str]
    renew_at: float | None
    expires_at: float
    until: float
    blocked_until: float = 0.0

    @property
    def for_steps(self) -> Any:
        """The value without what only the platform needs, as the wire gives it to its engine."""
        if self.value.get("type") not in OAUTH2_TYPES:
            return self.value
        shown = {**self.value, "refresh_token": _HIDDEN}
        if self.value.get("grant_type") == GrantType.CLIENT_CREDENTIALS:
            shown["client_secret"] = _HIDDEN
        return shown


class Credentials:
    """The values of connections. `on_status` are told of every connection whose status a service has changed."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        find_piece: FindPiece,
        renewal: Renewal,
        *,
        bound_to_piece: bool,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._find_piece = find_piece
        self._renewal = renewal
        self._bound = bound_to_piece
        self._clock = clock
        self._held: OrderedDict[tuple[str, str], Held] = OrderedDict()
        self._changes = 0
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.on_status: list[Callable[[Row], None]] = []

    def forget(self) -> None:
        """Drops what is in memory: connections were changed."""
        self._changes += 1
        self._held.clear()

    async def get(self, project_id: str, external_id: str, piece: str | None = None) -> Held | None:
        """Returns a connection that works, with a token that is good now; None if the project has none of this name.

        Raises ConnectionExpired, ConnectionUnavailable, ConnectionNotForPiece, and SealError when the key is not the one it was sealed with.
        """
        held = await self._recalled(project_id, external_id)
        if held is None:
            return None
        if self._bound and piece is not None and held.row["pieceName"] != piece:
            raise ConnectionNotForPiece(external_id, held.row["pieceName"])
        if held.row["status"] == AppConnectionStatus.MISSING:
            raise ConnectionExpired(external_id, "nobody has filled it in since it was imported")
        if held.row["status"] == AppConnectionStatus.ERROR:
            raise ConnectionExpired(external_id, held.row["problem"] or "")
        return await self._renewed(project_id, external_id) if self._is_due(held) else held

    async def renew_now(self, connection_id: str) -> None:
        """Gets another token whether it is due or not; a connection without tokens stays as it is. Raises TokenRefused."""
        async with self._turn(connection_id):
            async with self._database.read() as connection:
                row = await _repository.find_sealed(connection, connection_id)
            held = None if row is None or row["value"] is None else self._opened(row)
            if held is not None and held.renew_at is not None:
                await self._save(held, await self._renewal.renewed(held.row, held.value, held.auth))

    def opened_value(self, row: Row) -> Any:
        """What a row with its sealed value holds. Raises SealError."""
        return self._keyring.open(app_connection.name, row)

    async def refused(self, row: Row, problem: str) -> None:
        """Notes that the service does not accept a connection (a row with its sealed value) any more, unless it has been replaced since."""
        values = {"status": AppConnectionStatus.ERROR, "problem": problem}
        async with self._database.transaction() as connection:
            changed = await _repository.update_if_unchanged(connection, row, values)
        self.forget()
        if changed:
            log.warning("a connection was refused by its service", connection=row["id"], piece=row["pieceName"], project=row["projectId"])
            await self._tell(row["id"])

    async def _recalled(self, project_id: str, external_id: str) -> Held | None:
        key = (project_id, external_id)
        held = self._held.get(key)
        if held is not None and held.until > time.monotonic():
            return held
        changes = self._changes
        async with self._database.read() as connection:
            row = await _repository.find_in_project(connection, project_id, external_id)
        if row is None:
            return None
        held = self._opened(row)
        if changes == self._changes:
            self._keep(key, held)
        return held

    def _keep(self, key: tuple[str, str], held: Held) -> None:
        self._held[key] = held
        self._held.move_to_end(key)
        if len(self._held) > _KEPT_ENTRIES:
            self._held.popitem(last=False)

    def _opened(self, row: Row) -> Held:
        value: Any = {} if row["value"] is None else self.opened_value(row)
        return self._as_held(row, value)

    def _as_held(self, row: Row, value: Any) -> Held:
        piece = self._find_piece(row["pieceName"], None)
        auth = piece.auth_for(row["type"]) if piece else None
        renew_at, expires_at = life_of(value, auth)
        texts = secret_texts(value, None if auth is None else auth.secret_fields())
        return Held(row, value, auth, texts, renew_at, expires_at, time.monotonic() + _KEPT_SECONDS)

    async def _renewed(self, project_id: str, external_id: str) -> Held:
        held = await self._recalled(project_id, external_id)
        if held is None:
            raise ConnectionExpired(external_id)
        async with self._turn(held.row["id"]):
            held = await self._still_held(project_id, external_id)
            if not self._is_due(held):
                return held
            if held.blocked_until > time.monotonic():
                raise _unavailable(external_id)
            try:
                renewed = await self._save(held, await self._ask(held))
            except TokenRefused as refusal:
                return await self._without_token(held, external_id, refusal)
            self._keep((project_id, external_id), renewed)
            return renewed

    async def _still_held(self, project_id: str, external_id: str) -> Held:
        """The connection as it is now that the turn has come. Raises ConnectionExpired for one that has gone or was refused meanwhile."""
        held = await self._recalled(project_id, external_id)
        if held is None or held.row["status"] != AppConnectionStatus.ACTIVE:
            raise ConnectionExpired(external_id, "" if held is None else held.row["problem"] or "")
        return held

    async def _ask(self, held: Held) -> Any:
        """The renewed value. Patient only where there is no good token to go on with."""
        waits = _PATIENCE if held.expires_at <= self._clock() else ()
        for wait in waits:
            try:
                return await self._renewal.renewed(held.row, held.value, held.auth)
            except TokenRefused as refusal:
                if refusal.final:
                    raise
            await asyncio.sleep(wait)
        return await self._renewal.renewed(held.row, held.value, held.auth)

    async def _without_token(self, held: Held, external_id: str, refusal: TokenRefused) -> Held:
        if refusal.final:
            await self.refused(held.row, str(refusal))
            raise ConnectionExpired(external_id, str(refusal)) from None
        log.warning("a token was not refreshed", connection=held.row["id"], piece=held.row["pieceName"], project=held.row["projectId"])
        if held.expires_at > self._clock():
            held.renew_at = self._clock() + _ASK_AGAIN_SECONDS
            return held
        held.blocked_until = time.monotonic() + _FAIL_FAST_SECONDS
        raise _unavailable(external_id) from None

    async def _save(self, held: Held, value: Any) -> Held:
        """Writes a renewed value down. One that somebody has put in its place meanwhile wins."""
        values = {**self._keyring.seal(app_connection.name, held.row["id"], value), "status": AppConnectionStatus.ACTIVE, "problem": None}
        async with self._database.transaction() as connection:
            await _repository.update_if_unchanged(connection, held.row, values)
        self.forget()
        if held.row["status"] != AppConnectionStatus.ACTIVE:
            await self._tell(held.row["id"])
        return self._as_held({**held.row, **values}, value)

    async def _tell(self, connection_id: str) -> None:
        async with self._database.read() as connection:
            row = await _repository.find_connection(connection, connection_id)
        if row is not None:
            for listener in self.on_status:
                listener(row)

    def _is_due(self, held: Held) -> bool:
        return held.renew_at is not None and held.renew_at <= self._clock()

    def _turn(self, connection_id: str) -> asyncio.Lock:
        """The lock of a connection's tokens; it lives as long as somebody holds it or waits for it."""
        lock = self._turns.get(connection_id)
        if lock is None:
            lock = self._turns[connection_id] = asyncio.Lock()
        return lock


def _unavailable(external_id: str) -> ConnectionUnavailable:
    return ConnectionUnavailable(f"The token of the connection {external_id!r} has run out, and its service gives no new one at the moment")

"""The platform's own registrations at services: with them, people connect without bringing an OAuth application (PLATFORM_OAUTH2)."""

from typing import Any

from piecework.server.kernel.crypto import Keyring
from piecework.server.kernel.db import Database, Row, new_entity
from piecework.server.kernel.errors import entity_not_found
from piecework.server.kernel.http import Page, Principal
from piecework.server.modules.connections import _repository
from piecework.server.modules.connections.models import oauth_app
from piecework.server.modules.connections.schemas import OAuthApp, OAuthAppQuery, UpsertOAuthApp


class OAuthAppService:
    """Reads and changes registrations. Their secrets go in and never out."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def upsert(self, caller: Principal, request: UpsertOAuthApp) -> OAuthApp:
        """Adds the platform's registration for a piece, or puts another one in its place, and returns it."""
        async with self._database.transaction() as connection:
            known = await _repository.find_oauth_app(connection, caller.platform_id, request.piece_name)
            row = new_entity(platformId=caller.platform_id, pieceName=request.piece_name, clientId=request.client_id)
            row |= {} if known is None else {"id": known["id"], "created": known["created"]}
            row |= self._keyring.seal(oauth_app.name, row["id"], request.client_secret)
            await _repository.upsert_oauth_app(self._database, connection, row)
        return _wire(row)

    async def page(self, caller: Principal, query: OAuthAppQuery) -> Page[OAuthApp]:
        """Returns a page of the platform's registrations, oldest first."""
        async with self._database.read() as connection:
            return await _repository.page_oauth_apps(connection, caller.platform_id, query)

    async def delete(self, caller: Principal, app_id: str) -> None:
        """Deletes a registration. Connections that were made with it cannot renew their tokens any more."""
        async with self._database.transaction() as connection:
            row = await _repository.get_oauth_app(connection, app_id)
            if row is None or row["platformId"] != caller.platform_id:
                raise entity_not_found("OAuthApp", app_id)
            await _repository.delete_oauth_app(connection, app_id)


def _wire(row: Row) -> Any:
    return {name: row[name] for name in ("id", "created", "updated", "platformId", "pieceName", "clientId")}

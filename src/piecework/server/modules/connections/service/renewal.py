"""Getting another token for a connection, in the way of its type."""

import time
from collections.abc import Callable
from typing import Any

from piecework.runner.secrets import Secrets, secret_texts
from piecework.sdk import Auth, AuthCheck, CustomAuth, Http, HttpError, HttpFailed, OAuth2, PieceError, Server, auth_value
from piecework.server.kernel.crypto import Keyring
from piecework.server.kernel.db import Database, Row
from piecework.server.modules.connections import _repository
from piecework.server.modules.connections.models import oauth_app
from piecework.server.modules.connections.oauth2 import Client, TokenRefused, refresh_parameters, request_token
from piecework.spec.connection import OAUTH2_TYPES, AppConnectionType, AuthorizationMethod

DEFAULT_SECONDS = 3600
"""The life of a token of which the service does not say how long it lives."""
EARLY_SECONDS = 900
"""How long before its end a token is renewed; short-lived ones when half of their life is over."""


def life_of(value: Any, auth: Auth | None) -> tuple[float | None, float]:
    """When a value must be renewed (None: never, or there is no way to) and when its token ends, in seconds since 1970."""
    if value.get("type") in OAUTH2_TYPES:
        renews = refresh_parameters(auth if isinstance(auth, OAuth2) else OAuth2(), value) is not None
    else:
        renews = isinstance(auth, CustomAuth) and auth.refresh is not None and bool(value)
        if renews and not value.get("access_token"):
            return 0.0, 0.0
    lifetime = value.get("expires_in", DEFAULT_SECONDS)
    ends = value.get("claimed_at", 0) + lifetime
    return (ends - min(EARLY_SECONDS, lifetime / 2) if renews else None), ends


class Renewal:
    """Asks services for tokens. Holds nothing."""

    def __init__(self, database: Database, keyring: Keyring, http: Http, server: Server, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._keyring = keyring
        self._http = http
        self._server = server
        self._clock = clock

    async def renewed(self, row: Row, value: Any, auth: Auth | None) -> Any:
        """Returns a connection's value with another token. Raises TokenRefused."""
        if isinstance(auth, CustomAuth) and auth.refresh is not None:
            return await self.with_custom_token(value, auth)
        kind = auth if isinstance(auth, OAuth2) else OAuth2()
        parameters = refresh_parameters(kind, value)
        if parameters is None:
            raise TokenRefused("the connection holds no refresh token", final=True)
        client = await self.client_of(row["type"], row["platformId"], row["pieceName"], value)
        told = await request_token(self._http, str(value.get("token_url")), client, parameters, self._clock)
        return {**value, **told, "data": told["data"] or value.get("data") or {}}

    async def client_of(self, kind: str, platform_id: str, piece_name: str, value: Any) -> Client:
        """The application with which a connection was made. Raises TokenRefused when the platform has it no more."""
        method = AuthorizationMethod(value.get("authorization_method") or AuthorizationMethod.BODY)
        if kind != AppConnectionType.PLATFORM_OAUTH2:
            return Client(str(value.get("client_id")), str(value.get("client_secret") or ""), method)
        async with self._database.read() as connection:
            app = await _repository.find_oauth_app(connection, platform_id, piece_name)
        if app is None or app["clientId"] != value.get("client_id"):
            raise TokenRefused("the platform has no OAuth application for this piece with this client id", final=True)
        return Client(app["clientId"], self._keyring.open(oauth_app.name, app), method)

    async def with_custom_token(self, value: Any, auth: CustomAuth) -> Any:
        """The value of a CUSTOM_AUTH connection with what the piece's refresh hook gives. Raises TokenRefused."""
        hidden = Secrets()
        hidden.add(secret_texts(value, auth.secret_fields()))
        try:
            token = await auth.refreshed(AuthCheck(auth_value(value), self._http, self._server))
        except HttpError as error:
            raise TokenRefused(f"the service could not be reached: {error.reason}", final=False) from None
        except HttpFailed as error:
            raise TokenRefused(hidden.scrub_text(str(error)), final=400 <= error.status < 500 and error.status != 429) from None
        except PieceError as error:
            raise TokenRefused(hidden.scrub_text(str(error)), final=True) from None
        return {**value, "access_token": token.access_token, "expires_in": token.expires_in, "claimed_at": int(self._clock())}

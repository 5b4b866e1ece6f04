"""From what somebody gave to what is kept: checked against the piece, exchanged for a token, and tried."""

import asyncio
from typing import Any

from piecework.runner.errors import error_message
from piecework.runner.secrets import Secrets, secret_texts
from piecework.sdk import Auth, AuthCheck, CustomAuth, Http, OAuth2, Server, auth_value
from piecework.server.modules.connections.errors import invalid_claim, invalid_connection, no_vendor_application
from piecework.server.modules.connections.kinds import Connectable
from piecework.server.modules.connections.oauth2 import TokenRefused, claim_parameters, request_token, resolved
from piecework.server.modules.connections.schemas import GivenValue
from piecework.server.modules.connections.service.renewal import Renewal
from piecework.spec.connection import OAUTH2_TYPES, AppConnectionType, GrantType

_CHECK_SECONDS = 60.0
"""How long a piece may take to try a connection."""


class Claims:
    """Makes the values that connections keep."""

    def __init__(self, http: Http, server: Server, renewal: Renewal) -> None:
        self._http = http
        self._server = server
        self._renewal = renewal

    async def claimed(self, given: GivenValue, piece: Connectable, platform_id: str) -> dict[str, Any]:
        """Returns the value to keep. Raises INVALID_APP_CONNECTION, INVALID_CLAIM and INVALID_CLOUD_CLAIM; none of them names a secret."""
        value = given.model_dump(exclude_none=True)
        auth = self._kind(given.type, piece)
        problems = [] if auth is None else auth.problems(value)
        if problems:
            told = "; ".join(f"value.{problem.property}: {problem.message}" for problem in problems)
            raise invalid_connection(_hiding(value, auth).scrub_text(told), problems)
        if given.type in OAUTH2_TYPES:
            value = await self._oauth2(value, auth, piece, platform_id)
        elif isinstance(auth, CustomAuth) and auth.refresh is not None:
            value = await self._with_token(value, auth)
        problem = None if auth is None else await self.problem_of(value, auth)
        if problem is not None:
            raise invalid_connection(problem)
        return value

    async def problem_of(self, value: Any, auth: Auth) -> str | None:
        """Tries a value with the piece's own check. Returns why it does not work, without its secrets, or None."""
        try:
            async with asyncio.timeout(_CHECK_SECONDS):
                problem = await auth.check(AuthCheck(auth_value(value), self._http, self._server, value))
        except TimeoutError:
            problem = f"The service did not answer within {_CHECK_SECONDS:g} seconds"
        except Exception as error:
            problem = f"The connection could not be tried: {error_message(error)}"
        return None if problem is None else _hiding(value, auth).scrub_text(problem)

    def _kind(self, kind: str, piece: Connectable) -> Auth | None:
        auth = piece.auth_for(kind)
        if auth is None and kind in OAUTH2_TYPES:
            raise invalid_connection(f"value.type: {piece.name} does not use OAuth2")
        if auth is None and piece.auths and kind != AppConnectionType.NO_AUTH:
            taken = ", ".join(each.type for each in piece.auths)
            raise invalid_connection(f"value.type: {piece.name} takes connections of the type {taken}, not {kind}")
        return auth

    async def _oauth2(self, given: dict[str, Any], auth: Auth | None, piece: Connectable, platform_id: str) -> dict[str, Any]:
        assert isinstance(auth, OAuth2)
        if given["type"] == AppConnectionType.CLOUD_OAUTH2:
            raise no_vendor_application(piece.name)
        grant = GrantType(given.get("grant_type") or auth.grants[0])
        if grant not in auth.grants:
            raise invalid_connection(f"value.grant_type: {piece.name} does not offer {grant}")
        method = given.get("authorization_method") or auth.authorization_method
        kept = {name: given[name] for name in ("type", "client_id", "client_secret", "redirect_url", "props", "scope") if given.get(name)}
        kept |= {"grant_type": grant.value, "token_url": resolved(auth.token_url, given.get("props"))}
        if method is not None:
            kept["authorization_method"] = str(method)
        try:
            client = await self._renewal.client_of(given["type"], platform_id, piece.name, kept)
            told = await request_token(self._http, kept["token_url"], client, claim_parameters(auth, grant, given))
        except TokenRefused as refusal:
            raise invalid_claim(kept["token_url"], kept["client_id"], kept.get("redirect_url", ""), str(refusal)) from None
        return {**kept, **told}

    async def _with_token(self, value: dict[str, Any], auth: CustomAuth) -> dict[str, Any]:
        try:
            return await self._renewal.with_custom_token(value, auth)
        except TokenRefused as refusal:
            raise invalid_connection(str(refusal)) from None


def _hiding(value: Any, auth: Auth | None) -> Secrets:
    hidden = Secrets()
    hidden.add(secret_texts(value, None if auth is None else auth.secret_fields()))
    return hidden

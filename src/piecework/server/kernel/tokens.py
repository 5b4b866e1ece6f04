"""Signed tokens (JWT, HS256): sessions, invitations, links to files. A token's `type` says what it is for; it opens nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

_ALGORITHM = "HS256"


class TokenError(ValueError):
    """A token that was not signed here, is of another type, or has expired."""


class TokenSigner:
    """Signs and reads tokens with one secret (`AP_JWT_SECRET`)."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def sign(self, token_type: str, claims: dict[str, Any], lifetime: timedelta) -> str:
        """Returns a token with `claims`, valid for `lifetime`."""
        now = datetime.now(UTC)
        return jwt.encode({**claims, "type": token_type, "iat": now, "exp": now + lifetime}, self._secret, _ALGORITHM)

    def read(self, token: str, *token_types: str) -> dict[str, Any]:
        """Returns the claims of a valid token of one of these types. Raises TokenError."""
        try:
            claims = jwt.decode(token, self._secret, [_ALGORITHM], options={"require": ["exp", "type"]})
        except (jwt.InvalidTokenError, ValueError) as error:
            raise TokenError(str(error)) from error
        if claims["type"] not in token_types:
            raise TokenError("the token is of another type")
        return claims

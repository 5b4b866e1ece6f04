"""What a connection holds, as a piece sees it in ``ctx.auth``. Secrets are kept out of ``repr``, so that none gets into a message by accident."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from piecework.spec.connection import OAUTH2_TYPES, AppConnectionType


@dataclass(frozen=True, slots=True)
class SecretTextValue:
    """An API key or the like."""

    secret_text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BasicAuthValue:
    """A name and a password; ``pair`` is what ``ctx.http.request(auth=…)`` takes."""

    username: str
    password: str = field(repr=False)

    @property
    def pair(self) -> tuple[str, str]:
        return self.username, self.password


@dataclass(frozen=True, slots=True)
class CustomAuthValue:
    """The fields of a ``CustomAuth``; ``auth["region"]`` is one of them. ``access_token`` is there where the piece refreshes one."""

    props: Mapping[str, Any] = field(repr=False)
    access_token: str | None = field(default=None, repr=False)

    def __getitem__(self, name: str) -> Any:
        return self.props[name]

    def get(self, name: str, default: Any = None) -> Any:
        """A field, or ``default`` where nobody filled it in."""
        value = self.props.get(name)
        return default if value is None else value


@dataclass(frozen=True, slots=True)
class OAuth2Token:
    """A valid access token. ``data`` is what else the service answered with it, ``props`` what the connection's fields say."""

    access_token: str = field(repr=False)
    token_type: str = "Bearer"  # noqa: S105 - the name of a type
    scope: str = ""
    data: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    props: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """The header that carries the token (RFC 6750 §2.1)."""
        return {"Authorization": f"Bearer {self.access_token}"}


AuthValue = SecretTextValue | BasicAuthValue | CustomAuthValue | OAuth2Token


def auth_value(stored: Any) -> Any:
    """The value of a connection as pieces see it; ``stored`` is as the wire keeps it. None for NO_AUTH; what is no connection stays as it is."""
    if not isinstance(stored, Mapping):
        return stored
    match stored.get("type"):
        case AppConnectionType.SECRET_TEXT:
            return SecretTextValue(str(stored.get("secret_text") or ""))
        case AppConnectionType.BASIC_AUTH:
            return BasicAuthValue(str(stored.get("username") or ""), str(stored.get("password") or ""))
        case AppConnectionType.CUSTOM_AUTH | AppConnectionType.OIDC:
            return CustomAuthValue(stored.get("props") or {}, stored.get("access_token"))
        case AppConnectionType.NO_AUTH:
            return None
        case kind if kind in OAUTH2_TYPES:
            return OAuth2Token(
                str(stored.get("access_token") or ""),
                str(stored.get("token_type") or "Bearer"),
                str(stored.get("scope") or ""),
                stored.get("data") or {},
                stored.get("props") or {},
            )
        case _:
            return stored

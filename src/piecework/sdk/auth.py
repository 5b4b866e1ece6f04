"""How a piece's connection is made: the wire's ``auth`` object. The values arrive in ``ctx.auth``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from piecework.sdk.properties import Property
from piecework.spec.piece import PropertyType


@dataclass(frozen=True)
class Auth:
    """``required`` false: the piece also works without a connection."""

    title: str = "Connection"
    help: str | None = None
    required: bool = field(default=True, kw_only=True)

    type: ClassVar[PropertyType]

    def describe(self) -> dict[str, Any]:
        wire: dict[str, Any] = {"displayName": self.title, "required": self.required, "type": self.type.value}
        if self.help:
            wire["description"] = self.help
        return {**wire, **self.details()}

    def details(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class SecretTextAuth(Auth):
    """One secret, such as an API key. ``ctx.auth`` is ``{"secret_text"}``."""

    type: ClassVar[PropertyType] = PropertyType.SECRET_TEXT


@dataclass(frozen=True)
class BasicAuth(Auth):
    """``ctx.auth`` is ``{"username", "password"}``."""

    username: tuple[str, str | None] = field(default=("Username", None), kw_only=True)
    password: tuple[str, str | None] = field(default=("Password", None), kw_only=True)
    type: ClassVar[PropertyType] = PropertyType.BASIC_AUTH

    def details(self) -> dict[str, Any]:
        return {name: _labelled(*pair) for name, pair in (("username", self.username), ("password", self.password))}


def _labelled(title: str, text: str | None) -> dict[str, Any]:
    return {"displayName": title, "description": text} if text else {"displayName": title}


@dataclass(frozen=True)
class CustomAuth(Auth):
    """Several fields. ``ctx.auth`` is ``{"props": {name: value}}``."""

    fields: Mapping[str, Property] = field(default_factory=dict[str, Property], kw_only=True)
    type: ClassVar[PropertyType] = PropertyType.CUSTOM_AUTH

    def details(self) -> dict[str, Any]:
        return {"props": {name: prop.describe() for name, prop in self.fields.items()}}


@dataclass(frozen=True)
class OAuth2(Auth):
    """Authorization code flow. ``ctx.auth`` is ``{"access_token", …}``."""

    authorize_url: str = field(default="", kw_only=True)
    token_url: str = field(default="", kw_only=True)
    scopes: Sequence[str] = field(default=(), kw_only=True)
    pkce: bool = field(default=False, kw_only=True)
    fields: Mapping[str, Property] = field(default_factory=dict[str, Property], kw_only=True)
    type: ClassVar[PropertyType] = PropertyType.OAUTH2

    def details(self) -> dict[str, Any]:
        wire: dict[str, Any] = {"authUrl": self.authorize_url, "tokenUrl": self.token_url, "scope": list(self.scopes), "pkce": self.pkce}
        if self.fields:
            wire["props"] = {name: prop.describe() for name, prop in self.fields.items()}
        return wire

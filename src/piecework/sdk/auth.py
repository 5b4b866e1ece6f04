"""How a piece's connection is made: the wire's ``auth`` object. What the connection holds arrives in ``ctx.auth`` as one of ``auth_values``."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from piecework.sdk.auth_values import AuthValue
from piecework.sdk.errors import InvalidInput, PieceError, PropertyProblem
from piecework.sdk.form import Form
from piecework.sdk.http import Http
from piecework.sdk.network import Network
from piecework.sdk.properties import Property, SecretText
from piecework.sdk.services import Server
from piecework.spec.connection import AuthorizationMethod, GrantType
from piecework.spec.piece import PropertyType

PkceMethod = Literal["plain", "S256"]
Prompt = Literal["none", "consent", "login", "omit"]
BOTH_GRANTS = "both_client_credentials_and_authorization_code"
"""The wire's word for a piece that lets people choose the grant."""


@dataclass(frozen=True, slots=True)
class AuthCheck:
    """What ``validate`` and ``refresh`` are given: the connection's value, and the platform's HTTP to try it with. ``stored``: the value as the
    wire has it, which pieces of other languages are given."""

    auth: Any
    http: Http
    server: Server
    stored: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)

    @property
    def network(self) -> Network:
        """The way to servers that do not speak HTTP (``sdk.network``)."""
        return self.http.network


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What ``CustomAuth.refresh`` gives. ``expires_in``: seconds for which the token is good."""

    access_token: str = field(repr=False)
    expires_in: int = 3300


Validate = Callable[[AuthCheck], Any]
"""Sync or async. None or True: the connection works; False or a text: it does not, and why. A PieceError's message is such a text."""

Refresh = Callable[[AuthCheck], AccessToken | Awaitable[AccessToken]]


@dataclass(frozen=True)
class Auth:
    """``required`` false: the piece also works without a connection. ``validate`` tries a connection before it is saved."""

    title: str = "Connection"
    help: str | None = None
    required: bool = field(default=True, kw_only=True)
    validate: Validate | None = field(default=None, kw_only=True, compare=False)

    type: ClassVar[PropertyType]

    @property
    def form(self) -> Form | None:
        """The fields that people fill in beside what every connection of the type has."""
        return None

    def problems(self, value: Mapping[str, Any]) -> list[PropertyProblem]:
        """What is wrong with the fields of a connection's value, under their names in it (``props.region``)."""
        form = self.form
        if form is None:
            return []
        try:
            form.process(value.get("props") or {})
        except InvalidInput as error:
            return [PropertyProblem(f"props.{problem.property}", problem.message) for problem in error.problems]
        return []

    def secret_fields(self) -> frozenset[str] | None:
        """The names among ``props`` that hold secrets; None: all of them may."""
        form = self.form
        return None if form is None else frozenset(name for name, prop in form.properties.items() if isinstance(prop, SecretText))

    async def check(self, check: AuthCheck) -> str | None:
        """Try a connection. None when it works, else why it does not. Raises what ``validate`` raises beside PieceError."""
        if self.validate is None:
            return None
        try:
            result = self.validate(check)
            if inspect.isawaitable(result):
                result = await result
        except PieceError as error:
            return str(error)
        if result is None or result is True:
            return None
        return result if isinstance(result, str) and result else "The service does not accept these credentials"

    def describe(self) -> dict[str, Any]:
        wire: dict[str, Any] = {"displayName": self.title, "required": self.required, "type": self.type.value}
        if self.help:
            wire["description"] = self.help
        return {**wire, **self.details()}

    def details(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class SecretTextAuth(Auth):
    """One secret, such as an API key. ``ctx.auth`` is a ``SecretTextValue``."""

    type: ClassVar[PropertyType] = PropertyType.SECRET_TEXT


@dataclass(frozen=True)
class BasicAuth(Auth):
    """``ctx.auth`` is a ``BasicAuthValue``."""

    username: tuple[str, str | None] = field(default=("Username", None), kw_only=True)
    password: tuple[str, str | None] = field(default=("Password", None), kw_only=True)
    type: ClassVar[PropertyType] = PropertyType.BASIC_AUTH

    def details(self) -> dict[str, Any]:
        return {name: _labelled(*pair) for name, pair in (("username", self.username), ("password", self.password))}


def _labelled(title: str, text: str | None) -> dict[str, Any]:
    return {"displayName": title, "description": text} if text else {"displayName": title}


@dataclass(frozen=True)
class CustomAuth(Auth):
    """Several fields. ``ctx.auth`` is a ``CustomAuthValue``.

    ``refresh`` exchanges them for a token that lasts a while: it is called when there is none yet and before the one that there is runs out, and
    ``ctx.auth.access_token`` is what it gave last.
    """

    fields: Mapping[str, Property] = field(default_factory=dict[str, Property], kw_only=True)
    refresh: Refresh | None = field(default=None, kw_only=True, compare=False)
    type: ClassVar[PropertyType] = PropertyType.CUSTOM_AUTH

    @property
    def form(self) -> Form | None:
        return Form(self.fields)

    async def refreshed(self, check: AuthCheck) -> AccessToken:
        """What ``refresh`` gives."""
        assert self.refresh is not None
        token = self.refresh(check)
        return await token if inspect.isawaitable(token) else token

    def details(self) -> dict[str, Any]:
        return {"props": _described(self.fields)}


@dataclass(frozen=True)
class OAuth2(Auth):
    """OAuth 2.0 (RFC 6749). ``ctx.auth`` is an ``OAuth2Token``, refreshed in time.

    ``{field}`` in a URL or a scope stands for what the connection's ``fields`` say. ``grant_type`` "both" lets people choose. ``extra`` goes into
    the authorization URL, ``token_parameters`` into every token request. ``pkce_method``: RFC 7636; "plain" is for services that know no other.
    """

    authorize_url: str = field(default="", kw_only=True)
    token_url: str = field(default="", kw_only=True)
    scopes: Sequence[str] = field(default=(), kw_only=True)
    pkce: bool = field(default=False, kw_only=True)
    pkce_method: PkceMethod = field(default="S256", kw_only=True)
    authorization_method: AuthorizationMethod | None = field(default=None, kw_only=True)
    grant_type: GrantType | Literal["both"] = field(default=GrantType.AUTHORIZATION_CODE, kw_only=True)
    prompt: Prompt | None = field(default=None, kw_only=True)
    extra: Mapping[str, str] = field(default_factory=dict[str, str], kw_only=True)
    token_parameters: Mapping[str, str] = field(default_factory=dict[str, str], kw_only=True)
    fields: Mapping[str, Property] = field(default_factory=dict[str, Property], kw_only=True)
    type: ClassVar[PropertyType] = PropertyType.OAUTH2

    @property
    def form(self) -> Form | None:
        return Form(self.fields)

    @property
    def grants(self) -> tuple[GrantType, ...]:
        """The grants that a connection may use, the usual one first."""
        return tuple(GrantType) if self.grant_type == "both" else (self.grant_type,)

    def details(self) -> dict[str, Any]:
        wire: dict[str, Any] = {"authUrl": self.authorize_url, "tokenUrl": self.token_url, "scope": list(self.scopes), "pkce": self.pkce}
        if self.pkce:
            wire["pkceMethod"] = self.pkce_method
        if self.authorization_method is not None:
            wire["authorizationMethod"] = self.authorization_method.value
        if self.grant_type != GrantType.AUTHORIZATION_CODE:
            wire["grantType"] = BOTH_GRANTS if self.grant_type == "both" else self.grant_type.value
        if self.prompt is not None:
            wire["prompt"] = self.prompt
        if self.extra:
            wire["extra"] = dict(self.extra)
        if self.fields:
            wire["props"] = _described(self.fields)
        return wire


def _described(fields: Mapping[str, Property]) -> dict[str, Any]:
    return {name: prop.describe() for name, prop in fields.items()}


__all__ = [
    "BOTH_GRANTS",
    "AccessToken",
    "Auth",
    "AuthCheck",
    "AuthValue",
    "BasicAuth",
    "CustomAuth",
    "OAuth2",
    "SecretTextAuth",
]

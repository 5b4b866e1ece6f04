"""Connections as they travel: their types, statuses and scopes (spec/model.md §3, spec/api.md §6)."""

from enum import StrEnum


class AppConnectionType(StrEnum):
    """What a connection holds. PLATFORM_OAUTH2 is OAuth2 with an application that the platform has registered, CLOUD_OAUTH2 with the vendor's."""

    OAUTH2 = "OAUTH2"
    PLATFORM_OAUTH2 = "PLATFORM_OAUTH2"
    CLOUD_OAUTH2 = "CLOUD_OAUTH2"
    SECRET_TEXT = "SECRET_TEXT"  # noqa: S105 - the name of a type
    BASIC_AUTH = "BASIC_AUTH"
    CUSTOM_AUTH = "CUSTOM_AUTH"
    NO_AUTH = "NO_AUTH"
    OIDC = "OIDC"


OAUTH2_TYPES = frozenset({AppConnectionType.OAUTH2, AppConnectionType.PLATFORM_OAUTH2, AppConnectionType.CLOUD_OAUTH2})
"""The types that a piece's OAUTH2 stands for."""


class AppConnectionStatus(StrEnum):
    """ERROR: the service refuses it, it must be connected anew. MISSING: an import named it, nobody has filled it in yet."""

    ACTIVE = "ACTIVE"
    MISSING = "MISSING"
    ERROR = "ERROR"


class AppConnectionScope(StrEnum):
    """Who made it and who may use it: one project, or the projects to which the platform gave it."""

    PROJECT = "PROJECT"
    PLATFORM = "PLATFORM"


def connection_tag(external_id: str) -> str:
    """The tag of runs that use a connection (spec/engine.md §1)."""
    return f"connection:{external_id}"


class GrantType(StrEnum):
    """How a client gets its token (RFC 6749 §4.1, §4.4)."""

    AUTHORIZATION_CODE = "authorization_code"
    CLIENT_CREDENTIALS = "client_credentials"


class AuthorizationMethod(StrEnum):
    """Where the client's id and secret stand in a token request (RFC 6749 §2.3.1)."""

    HEADER = "HEADER"
    BODY = "BODY"

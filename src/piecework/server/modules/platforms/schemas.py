"""What travels about platforms."""

from typing import Annotated, Any, Literal

from pydantic import StringConstraints
from typing_extensions import TypedDict

from piecework.server.kernel.http import Body, Name, PlainText

PieceFilter = Literal["ALLOWED", "BLOCKED"]


class Platform(TypedDict):
    """A platform without its secrets. What this edition does not offer (SSO, federated sign-in, plans) stands as the wire's empty value."""

    id: str
    created: str
    updated: str
    ownerId: str
    name: str
    primaryColor: str
    logoIconUrl: str
    fullLogoUrl: str
    favIconUrl: str
    filteredPieceNames: list[str]
    filteredPieceBehavior: PieceFilter
    cloudAuthEnabled: bool
    emailAuthEnabled: bool
    enforceAllowedAuthDomains: bool
    allowedAuthDomains: list[str]
    pinnedPieces: list[str]
    ssoDomain: None
    ssoDomainVerification: None
    federatedAuthProviders: dict[str, None]
    plan: dict[str, Any]


Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]


class UpdatePlatform(Body):
    """Changes to a platform; what is absent stays."""

    name: Name | None = None
    primary_color: Colour | None = None
    logo_icon_url: PlainText | None = None
    full_logo_url: PlainText | None = None
    fav_icon_url: PlainText | None = None
    filtered_piece_names: list[PlainText] | None = None
    filtered_piece_behavior: PieceFilter | None = None
    cloud_auth_enabled: bool | None = None
    email_auth_enabled: bool | None = None
    enforce_allowed_auth_domains: bool | None = None
    allowed_auth_domains: list[PlainText] | None = None
    pinned_pieces: list[PlainText] | None = None

"""What travels about users."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator
from typing_extensions import TypedDict

from piecework.server.kernel.http import Body, Name, PageQuery, PlainText
from piecework.server.kernel.passwords import MAX_BYTES, fits_bcrypt


class PlatformRole(StrEnum):
    """What a user may do on his platform."""

    ADMIN = "ADMIN"
    MEMBER = "MEMBER"
    OPERATOR = "OPERATOR"


class UserStatus(StrEnum):
    """Whether a user may sign in."""

    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"


PlatformRoleName = Literal["ADMIN", "MEMBER", "OPERATOR"]
UserStatusName = Literal["ACTIVE", "INACTIVE"]


def normal_email(email: str) -> str:
    """Returns the address as it is stored and compared."""
    return email.strip().lower()


def _checked_length(password: str) -> str:
    if not fits_bcrypt(password):
        raise ValueError(f"Too big: expected string to have <={MAX_BYTES} bytes")
    return password


class Credentials(Body):
    """What every body with a new password has in common."""

    @field_validator("password", "new_password", check_fields=False)
    @classmethod
    def _fits(cls, value: str | None) -> str | None:
        return value if value is None else _checked_length(value)


EmailAddress = Annotated[
    str,
    StringConstraints(pattern=r"^[^\s@\x00-\x1f\x7f]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?$", max_length=320),
]
"""An e-mail address: one @, no spaces, and a host name behind it."""

NewPassword = Annotated[str, StringConstraints(min_length=8, max_length=64)]


class User(TypedDict):
    """A user of a platform with the person behind him."""

    id: str
    created: str
    updated: str
    status: UserStatusName
    platformRole: PlatformRoleName
    externalId: str | None
    platformId: str | None
    lastActiveDate: str | None
    email: str
    firstName: str
    lastName: str
    imageUrl: str | None


class Owner(TypedDict):
    """The user behind a thing, as lists show him (recordings/connections.json)."""

    id: str
    created: str
    updated: str
    email: str
    firstName: str
    lastName: str
    status: UserStatusName
    externalId: str | None
    platformId: str | None
    platformRole: PlatformRoleName


class OwnerName(TypedDict):
    """Somebody to filter a list by."""

    firstName: str
    lastName: str
    email: str


class Me(User):
    """The calling user."""

    identityId: str
    trackEvents: bool
    newsLetter: bool
    verified: bool


class UpdateUser(Body):
    """Changes of an administrator to a user; what is absent stays."""

    status: UserStatusName | None = None
    platform_role: PlatformRoleName | None = None
    external_id: PlainText | None = None


class UpdateMe(Credentials):
    """Changes of a user to himself; what is absent stays. A new password needs the current one and ends every session."""

    first_name: Name | None = None
    last_name: Name | None = None
    track_events: bool | None = None
    news_letter: bool | None = None
    current_password: str | None = None
    new_password: NewPassword | None = None


class UserQuery(PageQuery):
    """Filters of the list of users."""

    external_id: PlainText | None = Field(None, description="Only the user with this external id.")

"""What travels about signing up and in."""

from typing_extensions import TypedDict

from piecework.server.kernel.http import Body, IdText, Name
from piecework.server.modules.users.schemas import Credentials, EmailAddress, NewPassword, PlatformRoleName, UserStatusName


class SignUp(Credentials):
    """Somebody new. The password has 8 to 64 characters and at most 72 bytes."""

    email: EmailAddress
    password: NewPassword
    first_name: Name
    last_name: Name
    track_events: bool = False
    news_letter: bool = False


class SignIn(Body):
    """Somebody known."""

    email: str
    password: str


class SwitchPlatform(Body):
    """The platform to go on with."""

    platform_id: IdText


class AuthenticationResponse(TypedDict):
    """The user, the person behind him, his token (7 days) and the project to start in."""

    id: str
    created: str
    updated: str
    status: UserStatusName
    platformRole: PlatformRoleName
    identityId: str
    externalId: str | None
    platformId: str
    lastActiveDate: str | None
    firstName: str
    lastName: str
    email: str
    trackEvents: bool
    newsLetter: bool
    verified: bool
    token: str
    projectId: str | None

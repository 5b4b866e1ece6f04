"""What travels about invitations."""

from enum import StrEnum
from typing import Annotated, Literal, NotRequired

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from piecework.server.kernel.http import Body, IdText, PageQuery
from piecework.server.modules.projects.schemas import RoleName
from piecework.server.modules.users.schemas import EmailAddress, PlatformRoleName


class InvitationType(StrEnum):
    """What somebody is invited to."""

    PLATFORM = "PLATFORM"
    PROJECT = "PROJECT"


class InvitationStatus(StrEnum):
    """Whether the invited person has agreed."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"


TypeName = Literal["PLATFORM", "PROJECT"]
StatusName = Literal["PENDING", "ACCEPTED"]


class Invitation(TypedDict):
    """An invitation. `link` is there when it has just been made: no e-mail is sent."""

    id: str
    created: str
    updated: str
    email: str
    platformId: str
    projectId: str | None
    type: TypeName
    platformRole: PlatformRoleName | None
    projectRole: RoleName | None
    status: StatusName
    link: NotRequired[str]


class SendInvitation(Body):
    """Whom to invite to what. A platform invitation needs `platformRole`, a project invitation `projectId` and `projectRole`."""

    email: EmailAddress
    type: TypeName
    platform_role: PlatformRoleName | None = None
    project_id: IdText | None = None
    project_role: RoleName | None = None


class AcceptInvitation(Body):
    """The token of the invitation's link."""

    invitation_token: Annotated[str, StringConstraints(max_length=4096)]


class Accepted(TypedDict):
    """Whether the invited person has an account already; otherwise he signs up next."""

    registered: bool


class InvitationQuery(PageQuery):
    """Which invitations to list."""

    type: TypeName = Field(description="Invitations to the platform or to a project.")
    project_id: IdText | None = Field(None, description="The project; needed for its invitations.")
    status: StatusName | None = Field(None, description="Only invitations with this status.")

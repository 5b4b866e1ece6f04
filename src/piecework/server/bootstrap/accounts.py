"""Who may do what: users, platforms, projects, invitations, and the check of every request."""

from dataclasses import dataclass

from piecework.server.bootstrap.foundation import Foundation
from piecework.server.kernel.http import Principal, PrincipalType
from piecework.server.modules.access.service import AccessService
from piecework.server.modules.authentication.service import AuthenticationService
from piecework.server.modules.flows.service import FlowCounts, MayOwn
from piecework.server.modules.invitations.service import InvitationService
from piecework.server.modules.platforms.service import PlatformService
from piecework.server.modules.projects.service import ProjectService
from piecework.server.modules.users.schemas import PlatformRole
from piecework.server.modules.users.service import UserService


@dataclass(frozen=True)
class Accounts:
    """See the file's first line."""

    users: UserService
    platforms: PlatformService
    projects: ProjectService
    access: AccessService
    invitations: InvitationService
    authentication: AuthenticationService


def build_accounts(ground: Foundation) -> Accounts:
    """Returns the services of people and what they own."""
    settings, database = ground.settings, ground.database
    users = UserService(database)
    platforms = PlatformService(database)
    projects = ProjectService(database, FlowCounts(database).of_projects)
    access = AccessService(ground.tokens, users, projects)
    invitations = InvitationService(database, ground.tokens, users, projects, settings.frontend_url)
    authentication = AuthenticationService(
        database, access, users, platforms, projects, invitations, open_sign_up=settings.allow_open_sign_up
    )
    return Accounts(users, platforms, projects, access, invitations, authentication)


def may_own_by(access: AccessService, users: UserService) -> MayOwn:
    """Returns the check whether a user may own flows of a project: who may enter it may own what is in it."""

    async def may_own(user_id: str, project_id: str) -> bool:
        session = await users.session_of(user_id)
        if session is None:
            return False
        is_admin = session["platformRole"] == PlatformRole.ADMIN
        principal = Principal(PrincipalType.USER, user_id, session["platformId"], is_admin=is_admin)
        return await access.may_enter(principal, project_id)

    return may_own

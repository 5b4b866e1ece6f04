"""Signing up and in (spec/api.md §1).

The first sign-up makes an administrator, the platform and his personal project. Later ones need an invitation, unless
`AP_ALLOW_OPEN_SIGN_UP`.
"""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.db import Database, Row
from piecework.server.kernel.errors import ApError, ErrorCode, entity_not_found
from piecework.server.kernel.passwords import hash_password, verify_password
from piecework.server.modules.access.service import AccessService
from piecework.server.modules.authentication.schemas import AuthenticationResponse, SignIn, SignUp
from piecework.server.modules.invitations.service import InvitationService
from piecework.server.modules.platforms.service import PlatformService
from piecework.server.modules.projects.service import ProjectService
from piecework.server.modules.users.schemas import PlatformRole, UserStatus, normal_email
from piecework.server.modules.users.service import NewPerson, UserService

_PERSON = ("firstName", "lastName", "email", "trackEvents", "newsLetter", "verified")


class AuthenticationService:
    """Lets people in."""

    def __init__(
        self,
        database: Database,
        access: AccessService,
        users: UserService,
        platforms: PlatformService,
        projects: ProjectService,
        invitations: InvitationService,
        *,
        open_sign_up: bool,
    ) -> None:
        self._database = database
        self._access = access
        self._users = users
        self._platforms = platforms
        self._projects = projects
        self._invitations = invitations
        self._open_sign_up = open_sign_up

    async def sign_up(self, request: SignUp) -> AuthenticationResponse:
        """Adds a person and signs him in. Raises EXISTING_USER or INVITATION_ONLY_SIGN_UP."""
        await self._refuse_uninvited(request)
        person = NewPerson(
            email=normal_email(request.email),
            password_hash=await hash_password(request.password),
            first_name=request.first_name,
            last_name=request.last_name,
            track_events=request.track_events,
            news_letter=request.news_letter,
        )
        async with self._database.transaction() as connection:
            if await self._users.anybody_there(connection):
                user = await self._join(connection, person)
            else:
                user = await self._found(connection, person)
            return await self._signed_in(connection, user)

    async def sign_in(self, request: SignIn) -> AuthenticationResponse:
        """Returns a session. Raises INVALID_CREDENTIALS for an unknown address and for a wrong password alike, USER_IS_INACTIVE."""
        async with self._database.read() as connection:
            identity = await self._users.find_identity(connection, normal_email(request.email))
        password_hash = None if identity is None else identity["password"]
        if not await verify_password(request.password, password_hash) or identity is None:
            raise ApError(ErrorCode.INVALID_CREDENTIALS)
        async with self._database.read() as connection:
            accounts = await self._users.accounts_of(connection, identity["id"])
            active = [account for account in accounts if account["status"] == UserStatus.ACTIVE]
            if not active:
                raise ApError(ErrorCode.USER_IS_INACTIVE, {"email": identity["email"]})
            return await self._signed_in(connection, active[0])

    async def switch_platform(self, user_id: str, platform_id: str) -> AuthenticationResponse:
        """Returns a session of the same person on another platform."""
        async with self._database.read() as connection:
            identity = await self._users.identity_of(connection, user_id)
            accounts = await self._users.accounts_of(connection, identity["id"]) if identity else []
            for account in accounts:
                if account["platformId"] == platform_id and account["status"] == UserStatus.ACTIVE:
                    return await self._signed_in(connection, account)
        raise entity_not_found("platform", platform_id)

    async def _refuse_uninvited(self, request: SignUp) -> None:
        """Refuses early, before a password is hashed for somebody who may not come in."""
        async with self._database.read() as connection:
            if await self._users.find_identity(connection, normal_email(request.email)):
                raise ApError(ErrorCode.EXISTING_USER, {"email": normal_email(request.email), "platformId": None})
            if await self._users.anybody_there(connection) and not await self._may_join(connection, normal_email(request.email)):
                raise ApError(ErrorCode.INVITATION_ONLY_SIGN_UP, {"message": "User is not invited to the platform"})

    async def _may_join(self, connection: AsyncConnection, email: str) -> bool:
        return self._open_sign_up or await self._invitations.is_invited(connection, email)

    async def _found(self, connection: AsyncConnection, person: NewPerson) -> Row:
        """The first of all: he owns the platform."""
        identity = await self._users.add_identity(connection, person)
        user = await self._users.add_user(connection, identity["id"], None, PlatformRole.ADMIN)
        platform = await self._platforms.add(connection, user["id"], person.first_name)
        await self._users.set_platform(connection, user["id"], platform["id"])
        await self._projects.add_personal(connection, platform["id"], user["id"], person.first_name)
        return {**user, "platformId": platform["id"]}

    async def _join(self, connection: AsyncConnection, person: NewPerson) -> Row:
        """A later one: he joins the platform that is there."""
        if not await self._may_join(connection, person.email):
            raise ApError(ErrorCode.INVITATION_ONLY_SIGN_UP, {"message": "User is not invited to the platform"})
        platform = await self._platforms.first(connection)
        assert platform is not None
        identity = await self._users.add_identity(connection, person)
        user = await self._users.add_user(connection, identity["id"], platform["id"], PlatformRole.MEMBER)
        await self._projects.add_personal(connection, platform["id"], user["id"], person.first_name)
        await self._invitations.redeem(connection, person.email, user)
        return await self._users.account(connection, user["id"])

    async def _signed_in(self, connection: AsyncConnection, user: Row) -> AuthenticationResponse:
        identity = await self._users.identity_of(connection, user["id"])
        assert identity is not None
        response: Any = {
            **user,
            **{name: identity[name] for name in _PERSON},
            "token": self._access.issue_session(user["id"], user["platformId"], identity["tokenVersion"]),
            "projectId": await self._projects.start_of(connection, user["platformId"], user["id"]),
        }
        return response

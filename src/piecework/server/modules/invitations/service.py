"""What can be done with invitations (spec/api.md §1): made, accepted by their link, and redeemed once the person has an account."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.server.kernel.db import Database, Row
from piecework.server.kernel.errors import ApError, ErrorCode, entity_not_found, invalid
from piecework.server.kernel.http import Page
from piecework.server.kernel.tokens import TokenError, TokenSigner
from piecework.server.modules.invitations import _repository
from piecework.server.modules.invitations.schemas import (
    Accepted,
    Invitation,
    InvitationQuery,
    InvitationStatus,
    InvitationType,
    SendInvitation,
)
from piecework.server.modules.projects.service import ProjectService
from piecework.server.modules.users.schemas import PlatformRole, normal_email
from piecework.server.modules.users.service import UserService

_TOKEN_TYPE = "INVITATION"  # noqa: S105
_LINK_LIFETIME = timedelta(days=7)


class InvitationService:
    """Makes, shows, accepts and redeems invitations. `public_url` is the installation's address."""

    def __init__(self, database: Database, tokens: TokenSigner, users: UserService, projects: ProjectService, public_url: str) -> None:
        self._database = database
        self._tokens = tokens
        self._users = users
        self._projects = projects
        self._public_url = public_url

    async def send(self, platform_id: str, request: SendInvitation) -> Invitation:
        """Makes an invitation and returns it with its link. Raises VALIDATION when role or project do not fit its type."""
        values = {
            "email": normal_email(request.email),
            "platformId": platform_id,
            "type": request.type,
            "status": InvitationStatus.PENDING,
            **_place(request),
        }
        async with self._database.transaction() as connection:
            row = await _repository.upsert_invitation(connection, values)
        sent: Any = {**row, "link": self._link(row)}
        return sent

    async def page(self, platform_id: str, query: InvitationQuery) -> Page[Invitation]:
        """Returns a page of a platform's invitations, oldest first."""
        async with self._database.read() as connection:
            return await _repository.page_invitations(connection, platform_id, query)

    async def get(self, invitation_id: str, platform_id: str) -> Invitation:
        """Returns an invitation of a platform."""
        async with self._database.read() as connection:
            row: Any = await _repository.find_invitation(connection, invitation_id)
        if row is None or row["platformId"] != platform_id:
            raise entity_not_found("user_invitation", invitation_id)
        return row

    async def delete(self, invitation_id: str) -> None:
        """Takes an invitation back."""
        async with self._database.transaction() as connection:
            await _repository.delete_invitation(connection, invitation_id)

    async def accept(self, token: str) -> Accepted:
        """Accepts the invitation of a link's token, and redeems it when the person has an account."""
        try:
            claims = self._tokens.read(token, _TOKEN_TYPE)
        except TokenError as error:
            raise ApError(ErrorCode.INVALID_OR_EXPIRED_JWT_TOKEN, {"token": "invitation"}) from error
        async with self._database.transaction() as connection:
            row = await _repository.find_invitation(connection, claims["id"])
            if row is None:
                raise entity_not_found("user_invitation", claims["id"])
            await _repository.set_accepted(connection, row["id"])
            account = await self._account(connection, row["email"], row["platformId"])
            if account is not None:
                await self.redeem(connection, row["email"], account)
        self._users.changed.emit()
        return {"registered": account is not None}

    async def is_invited(self, connection: AsyncConnection, email: str) -> bool:
        """Whether somebody without an account has accepted an invitation."""
        return bool(await _repository.find_accepted(connection, email))

    async def redeem(self, connection: AsyncConnection, email: str, account: Row) -> None:
        """Gives a user what he was invited to and has accepted; the invitations are gone then."""
        for row in await _repository.find_accepted(connection, email):
            if row["platformId"] != account["platformId"]:
                continue
            if row["type"] == InvitationType.PROJECT:
                await self._projects.add_member(connection, row["projectId"], account["id"], row["projectRole"])
            elif account["platformRole"] != PlatformRole.ADMIN:
                await self._users.set_platform_role(connection, account["id"], PlatformRole(row["platformRole"]))
            await _repository.delete_invitation(connection, row["id"])

    async def _account(self, connection: AsyncConnection, email: str, platform_id: str) -> Row | None:
        """The user that the person with this address is on a platform."""
        identity = await self._users.find_identity(connection, email)
        accounts = await self._users.accounts_of(connection, identity["id"]) if identity else []
        return next((account for account in accounts if account["platformId"] == platform_id), None)

    def _link(self, row: Row) -> str:
        token = self._tokens.sign(_TOKEN_TYPE, {"id": row["id"]}, _LINK_LIFETIME)
        return f"{self._public_url}/invitation?token={token}&email={quote(row['email'], safe='')}"


def _place(request: SendInvitation) -> Row:
    """The columns that say what somebody is invited to."""
    if request.type == InvitationType.PLATFORM:
        if request.platform_role is None:
            raise invalid("platformRole is required for an invitation to the platform")
        return {"platformRole": request.platform_role, "projectId": None, "projectRole": None}
    if request.project_id is None or request.project_role is None:
        raise invalid("projectId and projectRole are required for an invitation to a project")
    return {"platformRole": None, "projectId": request.project_id, "projectRole": request.project_role}

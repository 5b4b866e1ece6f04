"""Who sent a request, and what he may do (spec/api.md §0, "Principals").

An endpoint that is not for everybody takes a `CallerOf` and asks it. Asking is explicit and comes after the request was
validated, because the wire answers 400 for a malformed request before it looks at the token, and because the project to be
entered often stands in the row being addressed.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Protocol

from fastapi import Request, Security
from fastapi.openapi.models import HTTPBearer as HTTPBearerModel
from fastapi.security.base import SecurityBase

from piecework.server.kernel.errors import not_authorized


class PrincipalType(StrEnum):
    """Kinds of caller."""

    USER = "USER"
    ENGINE = "ENGINE"


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller: a user of a platform, or a running step (ENGINE), which is bound to one project."""

    type: PrincipalType
    id: str
    platform_id: str
    is_admin: bool = False
    project_id: str | None = None


class Access(Protocol):
    """Answers who a token is and where he may go; implemented by the access module."""

    async def authenticate(self, token: str) -> Principal:
        """Returns whose valid token this is. Raises ApError INVALID_BEARER_TOKEN or SESSION_EXPIRED."""
        ...

    async def may_enter(self, principal: Principal, project_id: str) -> bool:
        """Whether the project is the principal's own: as owner, member, platform admin or its engine."""
        ...


class Caller:
    """The sender of one request. Nobody is let in before one of these methods returned."""

    __slots__ = ("_access", "_authorization")

    def __init__(self, access: Access, authorization: str | None) -> None:
        self._access = access
        self._authorization = authorization

    async def principal(self) -> Principal:
        """Returns the authenticated caller of any kind. Raises 401 for a bad token and 403 without one."""
        scheme, _, token = (self._authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise not_authorized("principal is not allowed for this route")
        return await self._access.authenticate(token.strip())

    async def user(self) -> Principal:
        """Returns the calling user; refuses other kinds of caller."""
        principal = await self.principal()
        if principal.type is not PrincipalType.USER:
            raise not_authorized("principal is not allowed for this route")
        return principal

    async def admin(self) -> Principal:
        """Returns the calling user, who administrates his platform."""
        user = await self.user()
        if not user.is_admin:
            raise not_authorized("User is not an admin/owner of the platform.")
        return user

    async def enter(self, project_id: str) -> Principal:
        """Returns the calling user, who may work in this project. Raises 403 also when there is no such project."""
        user = await self.user()
        if not await self._access.may_enter(user, project_id):
            raise not_authorized("No role found for the user", userId=user.id, projectId=project_id)
        return user

    async def engine(self) -> str:
        """Returns the project of the calling step; refuses people."""
        principal = await self.principal()
        if principal.type is not PrincipalType.ENGINE or principal.project_id is None:
            raise not_authorized("principal is not allowed for this route")
        return principal.project_id

    async def project(self, project_id: str | None) -> str:
        """Returns the project to work in: an engine's own, or the one that a user names and may enter."""
        principal = await self.principal()
        if principal.type is PrincipalType.ENGINE and principal.project_id is not None:
            return principal.project_id
        if project_id is None:
            raise not_authorized("Project ID is required")
        await self.enter(project_id)
        return project_id


class _BearerToken(SecurityBase):
    """The dependency behind `CallerOf`; tells OpenAPI that the operation needs a bearer token."""

    def __init__(self) -> None:
        self.model = HTTPBearerModel(bearerFormat="JWT", description="The `token` of POST /authentication/sign-in.")
        self.scheme_name = "bearerToken"

    async def __call__(self, request: Request) -> Caller:
        return Caller(request.app.state.access, request.headers.get("authorization"))


CallerOf = Annotated[Caller, Security(_BearerToken())]
"""The caller of this request."""

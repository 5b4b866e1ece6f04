"""Answers who a bearer token belongs to and where he may go (spec/api.md §0, "Principals"), from memory when it can.

What was found out is kept for `_REMEMBERED_SECONDS` and dropped at once when this process changes a user or a membership; another
process learns of it when the time is over. That somebody may not enter is never kept, so that a new member need not wait.
"""

from collections import OrderedDict
from collections.abc import Hashable
from datetime import timedelta
from time import monotonic, time
from typing import Any, Generic, TypeVar

from piecework.server.kernel.errors import ApError, ErrorCode
from piecework.server.kernel.http import Principal, PrincipalType
from piecework.server.kernel.tokens import TokenError, TokenSigner
from piecework.server.modules.projects.service import ProjectService
from piecework.server.modules.users.schemas import PlatformRole, UserStatus
from piecework.server.modules.users.service import UserService

SESSION_LIFETIME = timedelta(days=7)
ENGINE_LIFETIME = timedelta(days=36_500)
_REMEMBERED_SECONDS = 30.0
_REMEMBERED_ENTRIES = 10_000

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")


class _Memory(Generic[KeyT, ValueT]):
    """A small cache: entries live for a while, and the least recently remembered makes room."""

    def __init__(self) -> None:
        self._entries: OrderedDict[KeyT, tuple[float, ValueT]] = OrderedDict()
        self._clears = 0

    @property
    def clears(self) -> int:
        """How often it was emptied: what was looked up before an emptying must not be remembered after it."""
        return self._clears

    def recall(self, key: KeyT) -> ValueT | None:
        entry = self._entries.get(key)
        return entry[1] if entry is not None and entry[0] > monotonic() else None

    def remember(self, key: KeyT, value: ValueT, looked_up_at: int, seconds: float = _REMEMBERED_SECONDS) -> None:
        """Keeps a value that was looked up when `clears` was `looked_up_at`; it is dropped when an emptying came between."""
        if looked_up_at != self._clears:
            return
        self._entries[key] = (monotonic() + seconds, value)
        self._entries.move_to_end(key)
        if len(self._entries) > _REMEMBERED_ENTRIES:
            self._entries.popitem(last=False)

    def clear(self) -> None:
        self._clears += 1
        self._entries.clear()


class AccessService:
    """Issues the tokens of users and engines, and implements `kernel.http.Access`."""

    def __init__(self, tokens: TokenSigner, users: UserService, projects: ProjectService) -> None:
        self._tokens = tokens
        self._users = users
        self._projects = projects
        self._principals: _Memory[str, Principal] = _Memory()
        self._entrances: _Memory[tuple[str, str, bool], bool] = _Memory()
        users.changed.connect(self._forget)
        projects.changed.connect(self._forget)

    def issue_session(self, user_id: str, platform_id: str, token_version: int) -> str:
        """Returns the token of a user who has just proved who he is."""
        claims = {"id": user_id, "platform": {"id": platform_id}, "tokenVersion": token_version}
        return self._tokens.sign(PrincipalType.USER, claims, SESSION_LIFETIME)

    def issue_engine_token(self, job_id: str, platform_id: str, project_id: str) -> str:
        """Returns the token with which the steps of one job speak for its project."""
        claims = {"id": job_id, "platform": {"id": platform_id}, "projectId": project_id}
        return self._tokens.sign(PrincipalType.ENGINE, claims, ENGINE_LIFETIME)

    async def authenticate(self, token: str) -> Principal:
        """Returns whose valid token this is. Raises ApError INVALID_BEARER_TOKEN or SESSION_EXPIRED."""
        remembered = self._principals.recall(token)
        if remembered is not None:
            return remembered
        clears = self._principals.clears
        try:
            claims = self._tokens.read(token, PrincipalType.USER, PrincipalType.ENGINE)
            principal = await self._principal(claims)
        except (TokenError, KeyError, TypeError) as error:
            raise ApError(ErrorCode.INVALID_BEARER_TOKEN, {"message": "invalid access token or session expired"}) from error
        self._principals.remember(token, principal, clears, min(_REMEMBERED_SECONDS, claims["exp"] - time()))
        return principal

    async def may_enter(self, principal: Principal, project_id: str) -> bool:
        """Whether the project is the principal's own: as owner, member, platform admin or its engine."""
        if principal.type is PrincipalType.ENGINE:
            return principal.project_id == project_id
        key = (principal.id, project_id, principal.is_admin)
        if self._entrances.recall(key):
            return True
        clears = self._entrances.clears
        allowed = await self._is_allowed(principal, project_id)
        if allowed:
            self._entrances.remember(key, True, clears)
        return allowed

    async def _principal(self, claims: dict[str, Any]) -> Principal:
        kind, principal_id, platform_id = PrincipalType(claims["type"]), claims["id"], claims["platform"]["id"]
        if kind is PrincipalType.ENGINE:
            return Principal(kind, principal_id, platform_id, project_id=claims["projectId"])
        session = await self._users.session_of(principal_id)
        good = (
            session is not None
            and session["status"] == UserStatus.ACTIVE
            and session["verified"]
            and session["tokenVersion"] == (claims.get("tokenVersion") or 0)
            and session["platformId"] == platform_id
        )
        if session is None or not good:
            raise ApError(ErrorCode.SESSION_EXPIRED, {"message": "The session has expired or the user is not verified."})
        return Principal(kind, principal_id, platform_id, is_admin=session["platformRole"] == PlatformRole.ADMIN)

    async def _is_allowed(self, principal: Principal, project_id: str) -> bool:
        project = await self._projects.find(project_id)
        if project is None or project["platformId"] != principal.platform_id:
            return False
        return principal.is_admin or await self._projects.is_visible(project_id, principal.id)

    def _forget(self) -> None:
        self._principals.clear()
        self._entrances.clear()

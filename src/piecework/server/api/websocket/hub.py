"""Connections of browsers: who may open one, and what each may ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from piecework.server.api.dispatch import Mount
from piecework.server.api.websocket.broadcast import Broadcast
from piecework.server.api.websocket.collaboration import Lock, Locks, Presence, Resource
from piecework.server.kernel.errors import ApError, invalid, not_authorized
from piecework.server.kernel.http import Access, Principal, PrincipalType
from piecework.server.modules.builder_runs.service import BuilderRunService
from piecework.server.modules.runs.views import run_view
from piecework.server.modules.users.service import UserService

log = structlog.get_logger(__name__)

PATH = "/api/socket.io"
RECHECK_SECONDS = 60.0
"""How often it is asked again whether those who are connected still may."""
MAX_RESOURCE_ID = 128
MAX_REASON = 500
LOCKER_KINDS = ("USER", "AI")

Handler = Callable[["Session", Mapping[str, Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Session:
    """One connection of a user who was let into a project."""

    connection_id: str
    token: str
    user: Principal
    project_id: str
    name: str
    email: str
    image_url: str | None

    def resource(self, data: Mapping[str, Any]) -> Resource:
        """The resource that a message is about. Raises VALIDATION."""
        return self.project_id, _text(data, "resourceId")

    def person(self) -> dict[str, Any]:
        """The user as presence shows him."""
        return {"userId": self.user.id, "userDisplayName": self.name, "userEmail": self.email, "userImageUrl": self.image_url}


class Hub:
    """Lets connections in and answers them. ``broadcast`` does the telling."""

    def __init__(self, broadcast: Broadcast, access: Access, users: UserService, runs: BuilderRunService) -> None:
        self._broadcast = broadcast
        self._access = access
        self._users = users
        self._runs = runs
        self._sessions: dict[str, Session] = {}
        self._locks = Locks(monotonic)
        self._presence = Presence()
        self._rechecking: asyncio.Task[None] | None = None
        self._app: ASGIApp | None = None

    def mount(self) -> Mount:
        """Where the server answers. It is made when the first connection comes (``Broadcast.server``)."""

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if self._app is None:
                self._app = self._listen()
            await self._app(scope, receive, send)

        return Mount(PATH, app)

    def _listen(self) -> ASGIApp:
        import socketio

        server = self._broadcast.server
        server.on("connect", self._connect)
        server.on("disconnect", self._disconnect)
        for event, handler in (
            ("TEST_FLOW_RUN", self._test_flow),
            ("MANUAL_TRIGGER_RUN_STARTED", self._run_manually),
            ("LOCK_RESOURCE", self._lock),
            ("UNLOCK_RESOURCE", self._unlock),
            ("JOIN_PRESENCE", self._join_presence),
            ("LEAVE_PRESENCE", self._leave_presence),
        ):
            server.on(event, self._answering(event, handler))
        return socketio.ASGIApp(server, socketio_path=PATH)

    async def close(self) -> None:
        """Hang up."""
        if self._rechecking is not None:
            self._rechecking.cancel()
        await self._broadcast.close()

    # Coming and going

    async def _connect(self, connection_id: str, _environ: Any, auth: Any = None) -> None:
        from socketio.exceptions import ConnectionRefusedError as Refused

        try:
            session = await self._admit(connection_id, auth)
        except ApError as error:
            raise Refused({"code": error.code, "params": error.params}) from None
        self._sessions[connection_id] = session
        await self._broadcast.join(session.project_id, connection_id)
        if self._rechecking is None:
            self._rechecking = asyncio.create_task(self._recheck(), name="recheck connections")

    async def _admit(self, connection_id: str, auth: Any) -> Session:
        given: Mapping[str, Any] = auth if isinstance(auth, dict) else {}
        token, project_id = _text(given, "token", 8_192), _text(given, "projectId")
        principal = await self._access.authenticate(token)
        await self._require_entrance(principal, project_id)
        me = await self._users.me(principal.id)
        name = f"{me['firstName']} {me['lastName']}".strip()
        return Session(connection_id, token, principal, project_id, name, me["email"], me.get("imageUrl"))

    async def _require_entrance(self, principal: Principal, project_id: str) -> None:
        if principal.type is not PrincipalType.USER or not await self._access.may_enter(principal, project_id):
            raise not_authorized("No role found for the user", userId=principal.id, projectId=project_id)

    async def _disconnect(self, connection_id: str, _reason: Any = None) -> None:
        session = self._sessions.pop(connection_id, None)
        if session is None:
            return
        self._broadcast.leave(session.project_id, connection_id)
        for resource in self._locks.release_all(connection_id):
            self._broadcast.publish(resource[0], "RESOURCE_UNLOCKED", {"resourceId": resource[1]})
        for resource in self._presence.leave_all(connection_id):
            self._tell_presence(resource)

    async def _recheck(self) -> None:
        """Hang up on those who were signed out, locked out or taken out of the project since they came."""
        while self._sessions:
            await asyncio.sleep(RECHECK_SECONDS)
            for session in list(self._sessions.values()):
                try:
                    await self._require_entrance(await self._access.authenticate(session.token), session.project_id)
                except ApError:
                    await self._broadcast.server.disconnect(session.connection_id)
                except Exception:
                    log.exception("a connection could not be checked")
        self._rechecking = None

    def _answering(self, event: str, handler: Handler) -> Callable[..., Awaitable[Any]]:
        """The handler as socket.io calls it: what it returns acknowledges the message, an error is told as the REST API tells it."""

        async def answer(connection_id: str, data: Any = None) -> Any:
            session = self._sessions.get(connection_id)
            if session is None:
                return None
            try:
                return await handler(session, data if isinstance(data, dict) else {})
            except ApError as error:
                return {"code": error.code, "params": error.params}
            except Exception:
                log.exception("a message could not be answered", event_name=event)
                return {"code": "INTERNAL_ERROR", "params": {"message": "Internal Server Error"}}

        return answer

    # Runs

    async def _test_flow(self, session: Session, data: Mapping[str, Any]) -> None:
        run = await self._runs.test_flow(session.project_id, _text(data, "flowVersionId"), session.user.id)
        self._broadcast.tell(session.connection_id, "TEST_FLOW_RUN_STARTED", {**run_view(run), "steps": {}})

    async def _run_manually(self, session: Session, data: Mapping[str, Any]) -> None:
        run = await self._runs.run_manually(session.project_id, _text(data, "flowVersionId"), session.user.id)
        self._broadcast.tell(session.connection_id, "MANUAL_TRIGGER_RUN_STARTED", {**run_view(run), "steps": {}})

    # Locks and presence

    async def _lock(self, session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
        resource, reason, kind = session.resource(data), data.get("reason"), data.get("lockerKind", "USER")
        if kind not in LOCKER_KINDS:
            raise invalid("lockerKind: expected USER or AI")
        if reason is not None and (not isinstance(reason, str) or len(reason) > MAX_REASON):
            raise invalid(f"reason: expected a text of at most {MAX_REASON} characters")
        before = self._locks.held(resource)
        wanted = Lock(session.connection_id, session.user.id, session.name, kind, reason, 0.0)
        acquired, lock = self._locks.acquire(resource, wanted, force=data.get("force") is True)
        if acquired and (before is None or before.view() != wanted.view()):
            self._broadcast.publish(session.project_id, "RESOURCE_LOCKED", {"resourceId": resource[1], **wanted.view()})
        return {"acquired": acquired, "lock": None if lock is None else lock.view()}

    async def _unlock(self, session: Session, data: Mapping[str, Any]) -> None:
        resource = session.resource(data)
        if self._locks.release(resource, session.user.id):
            self._broadcast.publish(session.project_id, "RESOURCE_UNLOCKED", {"resourceId": resource[1]})

    async def _join_presence(self, session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
        resource = session.resource(data)
        before = self._presence.users(resource)
        if not self._presence.join(resource, session.connection_id, session.person()):
            raise invalid("resourceId: this connection attends too many resources")
        users = self._presence.users(resource)
        if users != before:
            self._tell_presence(resource)
        return {"users": users}

    async def _leave_presence(self, session: Session, data: Mapping[str, Any]) -> None:
        resource = session.resource(data)
        if self._presence.leave(resource, session.connection_id):
            self._tell_presence(resource)

    def _tell_presence(self, resource: Resource) -> None:
        payload = {"resourceId": resource[1], "users": self._presence.users(resource)}
        self._broadcast.publish(resource[0], "PRESENCE_UPDATED", payload)


def _text(data: Mapping[str, Any], field: str, longest: int = MAX_RESOURCE_ID) -> str:
    value = data.get(field)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise invalid(f"{field}: expected a text of 1 to {longest} characters")
    return value

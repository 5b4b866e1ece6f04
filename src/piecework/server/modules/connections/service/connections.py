"""What people can do with connections. What connections hold goes in here and never out."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.sdk import OAuth2
from piecework.server.kernel.crypto import Keyring
from piecework.server.kernel.db import Database, Row, new_entity
from piecework.server.kernel.errors import ApError, ErrorCode, entity_not_found, invalid, not_authorized
from piecework.server.kernel.http import Page, Principal
from piecework.server.kernel.ids import new_id
from piecework.server.modules.connections import _repository
from piecework.server.modules.connections.errors import external_id_taken, invalid_connection, still_used
from piecework.server.modules.connections.kinds import Connectable, FindPiece
from piecework.server.modules.connections.models import app_connection
from piecework.server.modules.connections.oauth2 import TokenRefused, consent_page
from piecework.server.modules.connections.schemas import (
    AuthorizationUrl,
    AuthorizationUrlRequest,
    Connection,
    ConnectionDetails,
    ConnectionQuery,
    GlobalConnectionQuery,
    ListedConnection,
    UpdateConnection,
    UpdateGlobalConnection,
    UpsertConnection,
    UpsertGlobalConnection,
    UpsertPlaceholder,
)
from piecework.server.modules.connections.service.claiming import Claims
from piecework.server.modules.connections.service.credentials import Credentials
from piecework.server.modules.flows.schemas import FlowUse
from piecework.server.modules.flows.service import FlowUsage
from piecework.server.modules.users.schemas import OwnerName
from piecework.server.modules.users.service import UserService
from piecework.spec.connection import AppConnectionScope, AppConnectionStatus, AppConnectionType

log = structlog.get_logger("connections")

OfPlatform = Callable[[Collection[str], str], Awaitable[bool]]
"""Whether all these projects are of the platform."""


class ConnectionService:
    """Reads and changes connections."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        claims: Claims,
        credentials: Credentials,
        find_piece: FindPiece,
        users: UserService,
        usage: FlowUsage,
        of_platform: OfPlatform,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._claims = claims
        self._credentials = credentials
        self._find_piece = find_piece
        self._users = users
        self._usage = usage
        self._of_platform = of_platform

    # Making and changing

    async def upsert(self, caller: Principal, request: UpsertConnection) -> Connection:
        """Adds a connection of a project, or puts another one in the place of the one of this externalId, and returns it.

        Raises INVALID_APP_CONNECTION, INVALID_CLAIM, INVALID_CLOUD_CLAIM and ENTITY_NOT_FOUND (the piece).
        """
        row = await self._filled(caller, request, request.external_id)
        async with self._database.transaction() as connection:
            known = await _repository.find_in_project(connection, request.project_id, request.external_id)
            if known is not None and known["scope"] == AppConnectionScope.PLATFORM:
                raise external_id_taken(request.external_id)
            row |= {"scope": AppConnectionScope.PROJECT, "projectId": request.project_id}
            return await self._put(connection, row, known, [request.project_id])

    async def upsert_global(self, caller: Principal, request: UpsertGlobalConnection) -> Connection:
        """The same for several projects. Raises VALIDATION when one of them has another connection of this externalId."""
        await self._require_projects(request.project_ids, caller.platform_id)
        external_id = request.external_id or new_id()
        row = await self._filled(caller, request, external_id)
        async with self._database.transaction() as connection:
            known = await _repository.find_global(connection, caller.platform_id, external_id)
            row |= {"scope": AppConnectionScope.PLATFORM, "projectId": None}
            row["preSelectForNewProjects"] = request.pre_select_for_new_projects
            return await self._put(connection, row, known, request.project_ids)

    async def update(self, connection_id: str, changes: UpdateConnection) -> Connection:
        """Gives a connection another name or metadata and, if it is global, other projects, and returns it."""
        values: Row = {"displayName": changes.display_name}
        if "metadata" in changes.model_fields_set:
            values["metadata"] = changes.metadata
        projects = changes.project_ids if isinstance(changes, UpdateGlobalConnection) else None
        if isinstance(changes, UpdateGlobalConnection) and changes.pre_select_for_new_projects is not None:
            values["preSelectForNewProjects"] = changes.pre_select_for_new_projects
        row = await self.row(connection_id)
        if projects is not None:
            await self._require_projects(projects, row["platformId"])
        async with self._database.transaction() as connection:
            await _repository.update_connection(connection, connection_id, values)
            if projects is not None:
                await self._share(connection, row, projects)
        self._credentials.forget()
        return wire_connection(await self.row(connection_id))

    async def revalidate(self, connection_id: str) -> Connection:
        """Tries a connection: its token is renewed and its piece asked; its status says how that went. Returns it."""
        problem = await self._problem_of(connection_id)
        async with self._database.read() as connection:
            row = await _repository.find_sealed(connection, connection_id)
        if row is not None and problem is not None:
            await self._credentials.refused(row, problem)
        elif row is not None and row["status"] == AppConnectionStatus.ERROR:
            async with self._database.transaction() as connection:
                await _repository.update_if_unchanged(connection, row, {"status": AppConnectionStatus.ACTIVE, "problem": None})
            self._credentials.forget()
        return wire_connection(await self.row(connection_id))

    async def delete(self, connection_id: str, *, if_unused: bool) -> None:
        """Deletes a connection; steps that use it fail from then on. Raises VALIDATION with `if_unused` when there are such steps."""
        uses = await self.usage(connection_id) if if_unused else []
        if uses:
            raise still_used(uses)
        async with self._database.transaction() as connection:
            await _repository.delete_connection(connection, connection_id)
        self._credentials.forget()
        log.info("connection deleted", connection=connection_id)

    async def share_preselected(self, connection: AsyncConnection, project: Row) -> None:
        """Lets a new project use the platform's connections that are chosen for new projects; part of the project's transaction."""
        for row in await _repository.find_preselected(connection, project["platformId"]):
            await _repository.add_project(connection, row, project["id"])

    # Reading

    async def row(self, connection_id: str) -> Row:
        """Returns a connection's row without its value. Raises ENTITY_NOT_FOUND."""
        async with self._database.read() as connection:
            row = await _repository.find_connection(connection, connection_id)
        if row is None:
            raise entity_not_found("AppConnection", connection_id)
        return row

    async def get(self, connection_id: str) -> ConnectionDetails:
        """Returns a connection with what is known about it."""
        row = await self.row(connection_id)
        complete = (await self._complete([row], row["platformId"]))[0]
        return complete | {"problem": row["problem"]}

    async def page(self, query: ConnectionQuery, platform_id: str) -> Page[ListedConnection]:
        """Returns a page of the connections that a project may use, oldest first."""
        async with self._database.read() as connection:
            page = await _repository.page_connections(connection, query)
        return {**page, "data": await self._complete(page["data"], platform_id, [query.project_id])}

    async def page_global(self, query: GlobalConnectionQuery, platform_id: str) -> Page[ListedConnection]:
        """Returns a page of the platform's own connections, oldest first."""
        async with self._database.read() as connection:
            page = await _repository.page_global(connection, platform_id, query)
        return {**page, "data": await self._complete(page["data"], platform_id)}

    async def owners(self, project_id: str, platform_id: str) -> Page[OwnerName]:
        """Returns the people who own connections that a project may use."""
        async with self._database.read() as connection:
            owner_ids = await _repository.find_owner_ids(connection, project_id)
        return {"data": await self._users.owner_names(owner_ids, platform_id), "next": None, "previous": None}

    async def usage(self, connection_id: str, project_ids: Sequence[str] | None = None) -> list[FlowUse]:
        """Returns the flows that use a connection, in the given projects or in all that may."""
        row = await self.row(connection_id)
        return await self._usage.of_connection(row["projectIds"] if project_ids is None else project_ids, row["externalId"])

    def authorization_url(self, request: AuthorizationUrlRequest) -> AuthorizationUrl:
        """Returns where a person gives consent. Raises INVALID_APP_CONNECTION for a piece without OAuth2, or scopes that it does not have."""
        auth = self._piece(request.piece_name, request.piece_version).auth_for(AppConnectionType.OAUTH2)
        if not isinstance(auth, OAuth2):
            raise invalid_connection(f"pieceName: {request.piece_name} does not use OAuth2")
        scopes = list(auth.scopes) if request.scopes is None else request.scopes
        if strangers := [scope for scope in scopes if scope not in auth.scopes]:
            raise invalid_connection(f"scopes: requested scopes are not declared by the piece: {', '.join(strangers)}")
        if auth.scopes and not scopes:
            raise invalid_connection("scopes: at least one scope must be selected")
        consent = consent_page(auth, request.client_id, request.redirect_url, scopes, request.props)
        return {"authorizationUrl": consent.url, "codeVerifier": consent.verifier, "state": consent.state}

    # Parts

    def _piece(self, name: str, version: str | None) -> Connectable:
        piece = self._find_piece(name, version) or self._find_piece(name, None)
        if piece is None:
            raise ApError(ErrorCode.ENTITY_NOT_FOUND, {"message": f"piece_metadata_not_found pieceName={name}"})
        return piece

    async def _filled(self, caller: Principal, request: UpsertConnection | UpsertGlobalConnection, external_id: str) -> Row:
        """The columns of a connection that was just given, with its value not yet sealed."""
        row = new_entity(
            externalId=external_id,
            displayName=request.display_name,
            type=request.type,
            pieceName=request.piece_name,
            pieceVersion=request.piece_version or "",
            platformId=caller.platform_id,
            status=AppConnectionStatus.ACTIVE,
            problem=None,
            ownerId=caller.id,
            value=None,
            keyId=None,
            metadata=request.metadata,
            preSelectForNewProjects=False,
        )
        if isinstance(request, UpsertPlaceholder):
            return row | {"type": AppConnectionType.CUSTOM_AUTH, "status": AppConnectionStatus.MISSING}
        piece = self._piece(request.piece_name, request.piece_version)
        value = await self._claims.claimed(request.value, piece, caller.platform_id)
        return row | {"pieceVersion": request.piece_version or piece.version, "value": value}

    async def _put(self, connection: AsyncConnection, row: Row, known: Row | None, project_ids: Sequence[str]) -> Connection:
        """Writes a connection in the place of `known`. A placeholder never takes the place of a connection that is there."""
        if known is not None and row["status"] == AppConnectionStatus.MISSING:
            return wire_connection((await _repository.with_projects(connection, [known]))[0])
        if known is not None:
            row |= {"id": known["id"], "created": known["created"], "ownerId": known["ownerId"]}
        if row["value"] is not None:
            row |= self._keyring.seal(app_connection.name, row["id"], row["value"])
        await _repository.upsert_connection(self._database, connection, row)
        await self._share(connection, row, project_ids)
        self._credentials.forget()
        log.info("connection set", connection=row["id"], piece=row["pieceName"], type=row["type"])
        return wire_connection({**row, "projectIds": sorted(set(project_ids))})

    async def _share(self, connection: AsyncConnection, row: Row, project_ids: Sequence[str]) -> None:
        if await _repository.find_other_holder(connection, row["id"], row["externalId"], project_ids):
            raise external_id_taken(row["externalId"])
        await _repository.put_projects(connection, row["id"], row["externalId"], project_ids)

    async def _require_projects(self, project_ids: Sequence[str], platform_id: str) -> None:
        if not await self._of_platform(project_ids, platform_id):
            raise ApError(ErrorCode.ENTITY_NOT_FOUND, {"entityType": "Project"})

    async def _problem_of(self, connection_id: str) -> str | None:
        """Why a connection does not work, None if it does. Raises VALIDATION for one that holds nothing, or when there is no telling now."""
        try:
            await self._credentials.renew_now(connection_id)
        except TokenRefused as refusal:
            if not refusal.final:
                raise invalid(f"The connection could not be tried: {refusal}") from None
            return str(refusal)
        async with self._database.read() as connection:
            row = await _repository.find_sealed(connection, connection_id)
        if row is None or row["value"] is None:
            raise invalid("The connection has not been filled in yet")
        piece = self._find_piece(row["pieceName"], None)
        auth = piece.auth_for(row["type"]) if piece else None
        return None if auth is None else await self._claims.problem_of(self._credentials.opened_value(row), auth)

    async def _complete(self, rows: list[Row], platform_id: str, project_ids: Sequence[str] | None = None) -> list[Any]:
        """The rows as lists show them; usage is looked for in `project_ids`, or in all projects that may use each."""
        owners = await self._users.owners({row["ownerId"] for row in rows if row["ownerId"]}, platform_id)
        projects = project_ids or sorted({project_id for row in rows for project_id in row["projectIds"]})
        flows = await self._usage.by_connection(projects, {row["externalId"] for row in rows})
        return [{**wire_connection(row), "owner": owners.get(row["ownerId"]), "flowIds": flows.get(row["externalId"], [])} for row in rows]


def require_project_scope(row: Row) -> None:
    """Raises 403 for a connection of the platform, which projects cannot change."""
    if row["scope"] == AppConnectionScope.PLATFORM:
        raise not_authorized("A global connection is changed by an administrator under /global-connections")


_WIRE = (
    "id", "created", "updated", "externalId", "displayName", "type", "pieceName", "pieceVersion", "projectIds", "platformId", "scope", "status",
    "ownerId", "metadata", "preSelectForNewProjects",
)  # fmt: skip


def wire_connection(row: Row) -> Any:
    """A connection as it travels; what is not named here does not."""
    return {**{name: row[name] for name in _WIRE}, "usingSecretManager": False}

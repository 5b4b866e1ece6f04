"""Routes under /app-connections, /global-connections and /oauth-apps, and the one by which a running step asks for a connection."""

from typing import Annotated, Any

from fastapi import Path, Query, Response

from piecework.runner.errors import ConnectionProblem
from piecework.server.kernel.db import Row
from piecework.server.kernel.errors import ApError, entity_not_found
from piecework.server.kernel.http import Caller, CallerOf, EntityId, Page, Principal, Provided, Routes, no_content, reply
from piecework.server.modules.connections.errors import invalid_connection
from piecework.server.modules.connections.schemas import (
    AuthorizationUrl,
    AuthorizationUrlRequest,
    Connection,
    ConnectionDetails,
    ConnectionOwnerQuery,
    ConnectionQuery,
    ConnectionUsage,
    DeletionQuery,
    EngineConnection,
    EngineConnectionQuery,
    GlobalConnectionQuery,
    ListedConnection,
    OAuthApp,
    OAuthAppQuery,
    ReplaceConnection,
    UpdateConnection,
    UpdateGlobalConnection,
    UpsertConnection,
    UpsertGlobalConnection,
    UpsertOAuthApp,
)
from piecework.server.modules.connections.service import (
    ConnectionReplacer,
    ConnectionService,
    Credentials,
    OAuthAppService,
    require_project_scope,
    wire_connection,
)
from piecework.server.modules.users.schemas import OwnerName
from piecework.spec.connection import AppConnectionScope

routes = Routes("app-connections", "/app-connections")
global_routes = Routes("global-connections", "/global-connections")
worker_routes = Routes("app-connections", "/worker/app-connections")
oauth_app_routes = Routes("oauth-apps", "/oauth-apps")
Connections = Annotated[ConnectionService, Provided(ConnectionService)]
Replacer = Annotated[ConnectionReplacer, Provided(ConnectionReplacer)]
Values = Annotated[Credentials, Provided(Credentials)]
OAuthApps = Annotated[OAuthAppService, Provided(OAuthAppService)]


@routes.post("", response_model=Connection, status_code=201, summary="Set a connection")
async def upsert_connection(caller: CallerOf, connections: Connections, request: UpsertConnection) -> Response:
    """Adds a connection to a project, or reconnects the one of this externalId. The piece checks it first; a code is exchanged for a token."""
    return reply(await connections.upsert(await caller.enter(request.project_id), request), 201)


@routes.get("", response_model=Page[ListedConnection], summary="List connections")
async def list_connections(caller: CallerOf, connections: Connections, query: Annotated[ConnectionQuery, Query()]) -> Response:
    """Returns the connections that a project may use, oldest first, without what they hold."""
    user = await caller.enter(query.project_id)
    return reply(await connections.page(query, user.platform_id))


@routes.get("/owners", response_model=Page[OwnerName], summary="List the owners of connections")
async def list_owners(caller: CallerOf, connections: Connections, query: Annotated[ConnectionOwnerQuery, Query()]) -> Response:
    """Returns the people who own connections that a project may use."""
    user = await caller.enter(query.project_id)
    return reply(await connections.owners(query.project_id, user.platform_id))


@routes.post("/replace", status_code=204, response_class=Response, summary="Replace a connection in flows")
async def replace_connection(caller: CallerOf, replacer: Replacer, request: ReplaceConnection) -> Response:
    """Puts one connection in the place of another in the flows of a project."""
    user = await caller.enter(request.project_id)
    await replacer.replace(request, user.id)
    return no_content()


@routes.post("/oauth2/authorization-url", response_model=AuthorizationUrl, summary="Get the URL of a consent page")
async def get_authorization_url(caller: CallerOf, connections: Connections, request: AuthorizationUrlRequest) -> Response:
    """Returns the URL under which a service asks a person for consent, with state and PKCE."""
    await (caller.user() if request.project_id is None else caller.enter(request.project_id))
    return reply(connections.authorization_url(request))


@routes.get("/{id}", response_model=ConnectionDetails, summary="Get a connection")
async def get_connection(caller: CallerOf, connections: Connections, connection_id: EntityId) -> Response:
    """Returns a connection without what it holds, and why its service refuses it, if it does."""
    await caller.user()
    await _enter_any(caller, await connections.row(connection_id))
    return reply(await connections.get(connection_id))


@routes.get("/{id}/usage", response_model=ConnectionUsage, summary="List the flows that use a connection")
async def get_usage(caller: CallerOf, connections: Connections, connection_id: EntityId) -> Response:
    """Returns the flows that use a connection in projects that the caller may enter: in which versions and which steps."""
    await caller.user()
    entered = await _enter_any(caller, await connections.row(connection_id))
    return reply({"data": await connections.usage(connection_id, entered)})


@routes.post("/{id}", response_model=Connection, summary="Rename a connection")
async def update_connection(caller: CallerOf, connections: Connections, connection_id: EntityId, request: UpdateConnection) -> Response:
    """Gives a connection another name or other metadata. To change what it holds, set it again."""
    await _enter_own(caller, await _row(caller, connections, connection_id))
    return reply(await connections.update(connection_id, request))


@routes.post("/{id}/revalidate", response_model=Connection, summary="Try a connection")
async def revalidate_connection(caller: CallerOf, connections: Connections, connection_id: EntityId) -> Response:
    """Renews a connection's token and lets its piece try it; the status says how that went."""
    await _enter_any(caller, await _row(caller, connections, connection_id))
    return reply(await connections.revalidate(connection_id))


@routes.delete("/{id}", status_code=204, response_class=Response, summary="Delete a connection")
async def delete_connection(
    caller: CallerOf, connections: Connections, connection_id: EntityId, query: Annotated[DeletionQuery, Query()]
) -> Response:
    """Deletes a connection of a project. Steps that use it fail from then on; with `ifUnused` nothing happens while there are any."""
    await _enter_own(caller, await _row(caller, connections, connection_id))
    await connections.delete(connection_id, if_unused=query.if_unused)
    return no_content()


@global_routes.post("", response_model=Connection, status_code=201, summary="Set a global connection")
async def upsert_global_connection(caller: CallerOf, connections: Connections, request: UpsertGlobalConnection) -> Response:
    """Adds a connection for several projects, or reconnects the one of this externalId. For platform administrators."""
    return reply(await connections.upsert_global(await caller.admin(), request), 201)


@global_routes.get("", response_model=Page[ListedConnection], summary="List global connections")
async def list_global_connections(caller: CallerOf, connections: Connections, query: Annotated[GlobalConnectionQuery, Query()]) -> Response:
    """Returns the platform's own connections, oldest first. For platform administrators."""
    admin = await caller.admin()
    return reply(await connections.page_global(query, admin.platform_id))


@global_routes.post("/{id}", response_model=Connection, summary="Change a global connection")
async def update_global_connection(
    caller: CallerOf, connections: Connections, connection_id: EntityId, request: UpdateGlobalConnection
) -> Response:
    """Gives a global connection another name, other metadata or other projects. For platform administrators."""
    await _own_global(await caller.admin(), connections, connection_id)
    return reply(await connections.update(connection_id, request))


@global_routes.delete("/{id}", status_code=204, response_class=Response, summary="Delete a global connection")
async def delete_global_connection(
    caller: CallerOf, connections: Connections, connection_id: EntityId, query: Annotated[DeletionQuery, Query()]
) -> Response:
    """Deletes a global connection. For platform administrators."""
    await _own_global(await caller.admin(), connections, connection_id)
    await connections.delete(connection_id, if_unused=query.if_unused)
    return no_content()


@oauth_app_routes.post("", response_model=OAuthApp, summary="Set an OAuth application")
async def upsert_oauth_app(caller: CallerOf, apps: OAuthApps, request: UpsertOAuthApp) -> Response:
    """Keeps the platform's own registration at the service of a piece. For platform administrators."""
    return reply(await apps.upsert(await caller.admin(), request))


@oauth_app_routes.get("", response_model=Page[OAuthApp], summary="List OAuth applications")
async def list_oauth_apps(caller: CallerOf, apps: OAuthApps, query: Annotated[OAuthAppQuery, Query()]) -> Response:
    """Returns the platform's registrations without their secrets: who connects needs their client ids."""
    return reply(await apps.page(await caller.user(), query))


@oauth_app_routes.delete("/{id}", status_code=204, response_class=Response, summary="Delete an OAuth application")
async def delete_oauth_app(caller: CallerOf, apps: OAuthApps, app_id: EntityId) -> Response:
    """Deletes a registration. For platform administrators."""
    await apps.delete(await caller.admin(), app_id)
    return no_content()


@worker_routes.get("/{externalId}", response_model=EngineConnection, summary="Get a connection's value, as a running step")
async def get_connection_value(
    caller: CallerOf,
    values: Values,
    connections: Connections,
    external_id: Annotated[str, Path(alias="externalId", description="The connection's externalId.")],
    query: Annotated[EngineConnectionQuery, Query()],
) -> Response:
    """Returns a connection with what it holds, its token refreshed. For the tokens of steps alone."""
    project_id = await caller.engine()
    try:
        held = await values.get(project_id, external_id, query.piece_name)
    except ConnectionProblem as error:
        raise invalid_connection(str(error)) from None
    if held is None:
        raise entity_not_found("AppConnection", f"externalId={external_id}")
    row = await connections.row(held.row["id"])
    return reply({**wire_connection(row), "value": held.for_steps})


async def _row(caller: Caller, connections: ConnectionService, connection_id: str) -> Row:
    await caller.user()
    return await connections.row(connection_id)


async def _enter_own(caller: Caller, row: Row) -> None:
    """Lets in whoever may change a connection of a project."""
    await _enter_any(caller, row)
    require_project_scope(row)


async def _enter_any(caller: Caller, row: Row) -> list[str]:
    """Lets in whoever may enter a project that may use the connection; returns those projects."""
    user = await caller.user()
    if user.is_admin and user.platform_id == row["platformId"]:
        return row["projectIds"]
    entered: list[str] = []
    refusal: ApError | None = None
    for project_id in row["projectIds"]:
        try:
            await caller.enter(project_id)
            entered.append(project_id)
        except ApError as error:
            refusal = error
    if not entered:
        raise refusal or entity_not_found("AppConnection", row["id"])
    return entered


async def _own_global(admin: Principal, connections: ConnectionService, connection_id: str) -> Any:
    row = await connections.row(connection_id)
    if row["platformId"] != admin.platform_id or row["scope"] != AppConnectionScope.PLATFORM:
        raise entity_not_found("AppConnection", connection_id)
    return row

"""One connection takes another's place in the flows of a project."""

from functools import partial

import structlog

from piecework.engine.secret_references import with_connection_replaced
from piecework.server.kernel.db import Row
from piecework.server.kernel.errors import ApError, entity_not_found, invalid
from piecework.server.modules.connections.errors import still_used
from piecework.server.modules.connections.schemas import ReplaceConnection
from piecework.server.modules.connections.service.connections import ConnectionService, require_project_scope
from piecework.server.modules.flows.schemas import FlowUse
from piecework.server.modules.flows.service import FlowService

log = structlog.get_logger("connections")


class ConnectionReplacer:
    """Rewrites flows one after the other; what was done stays done when a later one cannot be."""

    def __init__(self, connections: ConnectionService, flows: FlowService) -> None:
        self._connections = connections
        self._flows = flows

    async def replace(self, request: ReplaceConnection, user_id: str) -> None:
        """Replaces, and deletes the source where that was asked for and no flow needs it any more.

        Raises ENTITY_NOT_FOUND for connections that the project does not have; VALIDATION when they are the same or of two pieces, when a published
        trigger could not be switched over (naming its flow), and when the source is still used and shall be deleted (naming the flows).
        """
        source = await self._in_project(request.source_app_connection_id, request.project_id)
        target = await self._in_project(request.target_app_connection_id, request.project_id)
        if source["id"] == target["id"]:
            raise invalid("targetAppConnectionId: Cannot replace a connection with itself")
        if source["pieceName"] != target["pieceName"]:
            raise invalid("targetAppConnectionId: Connections must be from the same app")
        if request.delete_source_connection:
            require_project_scope(source)
        uses = await self._connections.usage(source["id"], [request.project_id])
        published = [use for use in uses if use["inPublished"]]
        if request.delete_source_connection and published and not request.apply_to_published_versions:
            raise still_used(published)
        await self._rewrite(uses, source["externalId"], target["externalId"], user_id, published=request.apply_to_published_versions)
        if request.delete_source_connection:
            await self._connections.delete(source["id"], if_unused=True)

    async def _in_project(self, connection_id: str, project_id: str) -> Row:
        row = await self._connections.row(connection_id)
        if project_id not in row["projectIds"]:
            raise entity_not_found("AppConnection", connection_id)
        return row

    async def _rewrite(self, uses: list[FlowUse], old: str, new: str, user_id: str, *, published: bool) -> None:
        failed: list[str] = []
        for use in uses:
            try:
                await self._flows.rewrite(use["id"], user_id, partial(with_connection_replaced, old=old, new=new), published=published)
            except ApError as error:
                log.warning("a connection was not replaced in a flow", flow=use["id"], code=error.code)
                failed.append(use["displayName"])
        if failed:
            raise invalid(f"The trigger could not be switched over in: {', '.join(failed)}; all other flows use the new connection")

"""Publishing, enabling and disabling: what makes a flow's trigger listen, or stop.

The trigger is switched outside of any transaction, because that may call other services; the rows are written afterwards, if the flow
is still what was checked. `FlowService` lets one change of a flow happen at a time.
"""

from collections.abc import Callable
from dataclasses import replace

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.runner.catalogue import Catalogue
from piecework.server.kernel.clock import now_iso
from piecework.server.kernel.db import Database, Row
from piecework.server.kernel.errors import entity_not_found
from piecework.server.modules.flows import _repository
from piecework.server.modules.flows.activation import ActivationFailed, TriggerActivation
from piecework.server.modules.flows.errors import in_progress, no_trigger, not_publishable, operation_invalid, trigger_not_switched
from piecework.server.modules.flows.pieces import piece_check, trigger_of
from piecework.server.modules.flows.rows import contents_of, new_draft
from piecework.server.modules.flows.schemas import StoredVersion
from piecework.server.modules.flows.service.obstacles import obstacles
from piecework.server.modules.flows.service.reading import facts_of, stored_version
from piecework.spec.flow import FlowStatus, FlowVersionState, Step, TriggerType

log = structlog.get_logger("flows")


class Publisher:
    """Publishes flows and changes their status. `enables`: whether publishing enables a flow when the request does not say."""

    def __init__(self, database: Database, catalogue: Catalogue, activation: TriggerActivation, *, enables: bool) -> None:
        self._database = database
        self._catalogue = catalogue
        self._check = piece_check(catalogue)
        self._activation = activation
        self._enables = enables

    async def publish(self, flow_id: str, user_id: str, status: str | None) -> None:
        """Locks the latest version and publishes it. Raises FLOW_OPERATION_INVALID with everything that stands against it."""
        async with self._database.read() as connection:
            flow = await _found(connection, flow_id)
            version = await self._runnable(connection, flow, flow["latestVersionId"])
        if status is None:
            status = FlowStatus.ENABLED if self._enables else str(flow["status"])
        listening = await self._switch(flow, version if status == FlowStatus.ENABLED else None)
        async with self._database.transaction() as connection:
            await self._refuse_changed(connection, flow, version)
            now = now_iso()
            await _repository.update_version(
                connection, version.id, {"state": FlowVersionState.LOCKED, "updated": now, "updatedBy": user_id}
            )
            await self._write(connection, flow, {"publishedVersionId": version.id, "status": status, "updated": now}, listening)

    async def change_status(self, flow_id: str, status: str) -> None:
        """Enables or disables a published flow; nothing happens to one that has this status."""
        async with self._database.read() as connection:
            flow = await _found(connection, flow_id)
            if flow["status"] == status:
                return
            version_id = flow["publishedVersionId"] or flow["latestVersionId"]
            version = await self._runnable(connection, flow, version_id) if status == FlowStatus.ENABLED else None
        if flow["publishedVersionId"] is None:
            raise operation_invalid("The flow has no published version yet: publish it first")
        listening = await self._switch(flow, version)
        async with self._database.transaction() as connection:
            await self._write(connection, flow, {"status": status, "updated": now_iso()}, listening)

    async def rewrite(self, flow_id: str, user_id: str, change: Callable[[Step], Step]) -> str | None:
        """Puts a changed copy in the place of the published version and returns the copy's id; None if there was nothing to change.

        The version that was published stays as it is: runs of it go on, and its trigger is switched off with what it was switched on with.
        """
        async with self._database.read() as connection:
            flow = await _found(connection, flow_id)
            row = (await _repository.find_versions(connection, [flow["publishedVersionId"] or ""])).get(flow["publishedVersionId"])
        old = None if row is None else contents_of(row)
        trigger = None if old is None else change(old.trigger)
        if old is None or trigger is None or trigger == old.trigger:
            return None
        copy = new_draft(flow_id, replace(old, trigger=trigger), user_id) | {"state": FlowVersionState.LOCKED}
        async with self._database.transaction() as connection:
            await _repository.insert_version(connection, copy)
            version = await stored_version(connection, flow, copy)
        listening = await self._switch(flow, version if flow["status"] == FlowStatus.ENABLED else None)
        values = {"publishedVersionId": copy["id"], "updated": now_iso()}
        if flow["latestVersionId"] == flow["publishedVersionId"]:
            values["latestVersionId"] = copy["id"]
        async with self._database.transaction() as connection:
            await self._write(connection, flow, values, listening)
        return copy["id"]

    async def disable_for_deletion(self, flow: Row) -> None:
        """Switches off the trigger of a flow that goes away; a failure of that is logged and stops nothing."""
        if flow["status"] == FlowStatus.ENABLED:
            try:
                await self._activation.deactivate(facts_of(flow))
            except Exception:
                log.exception("the trigger of a deleted flow was not disabled", flow=flow["id"])

    async def _runnable(self, connection: AsyncConnection, flow: Row, version_id: str) -> StoredVersion:
        """A version of the flow, if nothing stands against running it."""
        row = (await _repository.find_versions(connection, [version_id]))[version_id]
        version = await stored_version(connection, flow, row)
        if version.trigger["type"] == TriggerType.EMPTY:
            raise no_trigger()
        problems = await obstacles(connection, version.trigger, self._check)
        if problems:
            raise not_publishable(problems)
        return version

    async def _switch(self, flow: Row, version: StoredVersion | None) -> Row | None:
        """Makes the trigger of `version` listen, or none when the flow shall be disabled; returns the row of what listens."""
        try:
            if version is not None:
                return await self._activate(flow, version)
            if flow["status"] == FlowStatus.ENABLED:
                await self._activation.deactivate(facts_of(flow))
            return None
        except Exception as error:
            await self._restore(flow)
            version_id = flow["publishedVersionId"] if version is None else version.id
            if not isinstance(error, ActivationFailed):
                log.exception("the trigger was not switched", flow=flow["id"], version=version_id)
            raise trigger_not_switched(flow["id"], version_id, str(error)) from error

    async def _activate(self, flow: Row, version: StoredVersion) -> Row:
        settings = version.trigger["settings"]
        trigger = trigger_of(self._catalogue, version.trigger)
        if trigger is None:
            raise ActivationFailed(f"The piece {settings['pieceName']}@{settings['pieceVersion']} is not installed")
        schedule = await self._activation.activate(facts_of(flow), version, trigger, settings["input"])
        return source_row(version, trigger.strategy, None if schedule is None else dict(schedule))

    async def _restore(self, flow: Row) -> None:
        """After a failure: what listened before listens again."""
        if flow["status"] != FlowStatus.ENABLED:
            return
        try:
            async with self._database.read() as connection:
                row = (await _repository.find_versions(connection, [flow["publishedVersionId"]]))[flow["publishedVersionId"]]
                version = await stored_version(connection, flow, row)
            await self._activate(flow, version)
        except Exception:
            log.exception("the trigger of the published version does not listen", flow=flow["id"])

    async def _refuse_changed(self, connection: AsyncConnection, flow: Row, version: StoredVersion) -> None:
        """Another process may have edited the flow since it was checked."""
        rows = await _repository.find_versions(connection, [version.id])
        if version.id not in rows or rows[version.id]["updated"] != version.updated:
            await self._restore(flow)
            raise in_progress()

    async def _write(self, connection: AsyncConnection, flow: Row, values: Row, listening: Row | None) -> None:
        await _repository.update_flow(connection, flow["id"], values)
        if listening is None:
            await _repository.delete_trigger_source(connection, flow["id"], simulate=False)
        else:
            await _repository.save_trigger_source(self._database, connection, listening)


async def _found(connection: AsyncConnection, flow_id: str) -> Row:
    row = await _repository.find_flow(connection, flow_id)
    if row is None:
        raise entity_not_found("flow", flow_id)
    return row


def source_row(version: StoredVersion, strategy: str, schedule: Row | None, *, simulate: bool = False) -> Row:
    """The columns of the trigger that listens for a version."""
    settings = version.trigger["settings"]
    return {
        "type": strategy,
        "projectId": version.project_id,
        "flowId": version.flow_id,
        "flowVersionId": version.id,
        "pieceName": settings["pieceName"],
        "pieceVersion": settings["pieceVersion"],
        "triggerName": settings["triggerName"],
        "schedule": schedule,
        "simulate": simulate,
    }

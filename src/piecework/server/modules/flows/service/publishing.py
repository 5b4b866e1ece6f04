"""Publishing, enabling and disabling: what makes a flow's trigger listen, or stop.

The trigger is switched outside of any transaction, because that may call other services; the rows are written afterwards, the flow's and the
trigger's together, if the flow is still what was checked; if they cannot be, the switching is undone. `FlowService` lets one change of a flow
happen at a time, and none while its trigger is repaired.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import NamedTuple

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.runner.catalogue import Catalogue
from piecework.server.kernel.clock import now_iso
from piecework.server.kernel.db import Database, Row, execute_all
from piecework.server.kernel.errors import entity_not_found
from piecework.server.modules.flows import _repository
from piecework.server.modules.flows.activation import ActivationFailed, Switched, TriggerActivation
from piecework.server.modules.flows.errors import in_progress, no_trigger, not_publishable, operation_invalid, trigger_not_switched
from piecework.server.modules.flows.pieces import piece_check, trigger_of
from piecework.server.modules.flows.rows import contents_of, new_draft
from piecework.server.modules.flows.schemas import StoredVersion
from piecework.server.modules.flows.service.obstacles import obstacles
from piecework.server.modules.flows.service.reading import facts_of, stored_version
from piecework.server.ports.runs import Statement
from piecework.spec.flow import FlowStatus, FlowVersionState, Step, TriggerType

log = structlog.get_logger("flows")


class Listening(NamedTuple):
    """What listens from now on: its row, None when nothing does, and what becomes true with it."""

    source: Row | None
    trigger: Switched


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
        switched = await self._switch(flow, version if status == FlowStatus.ENABLED else None)
        async with self._writing(switched) as connection:
            await _refuse_changed(connection, version)
            now = now_iso()
            await _repository.update_version(
                connection, version.id, {"state": FlowVersionState.LOCKED, "updated": now, "updatedBy": user_id}
            )
            await self._write(connection, flow, {"publishedVersionId": version.id, "status": status, "updated": now}, switched)

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
        switched = await self._switch(flow, version)
        async with self._writing(switched) as connection:
            await self._write(connection, flow, {"status": status, "updated": now_iso()}, switched)

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
        switched = await self._switch(flow, version if flow["status"] == FlowStatus.ENABLED else None)
        values = {"publishedVersionId": copy["id"], "updated": now_iso()}
        if flow["latestVersionId"] == flow["publishedVersionId"]:
            values["latestVersionId"] = copy["id"]
        async with self._writing(switched) as connection:
            await self._write(connection, flow, values, switched)
        return copy["id"]

    async def disable_for_deletion(self, flow: Row) -> Sequence[Statement]:
        """Switches off the trigger of a flow that goes away, and returns what goes with it; a failure of that is logged and stops nothing."""
        if flow["status"] == FlowStatus.ENABLED:
            try:
                return (await self._activation.deactivate(facts_of(flow))).changes
            except Exception:
                log.exception("the trigger of a deleted flow was not disabled", flow=flow["id"])
        return ()

    @asynccontextmanager
    async def _writing(self, switched: Listening) -> AsyncGenerator[AsyncConnection, None]:
        """A transaction; when it fails, what was switched for it is switched back."""
        try:
            async with self._database.transaction() as connection:
                yield connection
        except BaseException:
            await asyncio.shield(switched.trigger.undo())
            raise
        self._activation.written()

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

    async def _switch(self, flow: Row, version: StoredVersion | None) -> Listening:
        """Makes the trigger of `version` listen, or none when the flow shall be disabled; nothing is written yet."""
        try:
            if version is not None:
                return await self._activate(flow, version)
            if flow["status"] == FlowStatus.ENABLED:
                return Listening(None, await self._activation.deactivate(facts_of(flow)))
            return Listening(None, Switched())
        except Exception as error:
            version_id = flow["publishedVersionId"] if version is None else version.id
            if not isinstance(error, ActivationFailed):
                log.exception("the trigger was not switched", flow=flow["id"], version=version_id)
            raise trigger_not_switched(flow["id"], version_id, str(error)) from error

    async def _activate(self, flow: Row, version: StoredVersion) -> Listening:
        settings = version.trigger["settings"]
        trigger = trigger_of(self._catalogue, version.trigger)
        if trigger is None:
            raise ActivationFailed(f"The piece {settings['pieceName']}@{settings['pieceVersion']} is not installed")
        switched = await self._activation.activate(facts_of(flow), version, trigger, settings["input"])
        schedule = None if switched.schedule is None else dict(switched.schedule)
        return Listening(source_row(version, trigger.strategy, schedule), switched)

    async def _write(self, connection: AsyncConnection, flow: Row, values: Row, listening: Listening) -> None:
        await _repository.update_flow(connection, flow["id"], values)
        if listening.source is None:
            await _repository.delete_trigger_source(connection, flow["id"], simulate=False)
        else:
            await _repository.save_trigger_source(self._database, connection, listening.source)
        await execute_all(connection, listening.trigger.changes)


async def _refuse_changed(connection: AsyncConnection, version: StoredVersion) -> None:
    """Another process may have edited the flow since it was checked."""
    rows = await _repository.find_versions(connection, [version.id])
    if version.id not in rows or rows[version.id]["updated"] != version.updated:
        raise in_progress()


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

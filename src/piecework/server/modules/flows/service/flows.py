"""The service of flows."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.engine.edit import EditContext, Version, import_flow
from piecework.engine.template import to_template
from piecework.engine.validation import recompute_valid
from piecework.runner.catalogue import Catalogue
from piecework.server.kernel.clock import now_iso
from piecework.server.kernel.db import Database, Row, execute_all
from piecework.server.kernel.errors import ApError, entity_not_found, invalid
from piecework.server.kernel.http import Page, PageQuery, Principal
from piecework.server.modules.files.schemas import FileType
from piecework.server.modules.files.service import FileService
from piecework.server.modules.flows import _repository
from piecework.server.modules.flows.activation import TriggerActivation
from piecework.server.modules.flows.code import CompileCode, code_steps, sources_within
from piecework.server.modules.flows.errors import operation_invalid
from piecework.server.modules.flows.operations import COLUMN_OPERATIONS, applied, named_steps, sample_of, with_sample
from piecework.server.modules.flows.pieces import piece_check
from piecework.server.modules.flows.rows import (
    contents_columns,
    contents_of,
    empty_contents,
    new_draft,
    new_flow,
    sample_files,
    wire_flow,
)
from piecework.server.modules.flows.schemas import (
    CreateFlow,
    FlowFacts,
    FlowListed,
    FlowQuery,
    FlowUpdate,
    FlowVersionMetadata,
    PopulatedFlow,
    StoredVersion,
)
from piecework.server.modules.flows.service.compiling import CodeKeeper
from piecework.server.modules.flows.service.publishing import Publisher, source_row
from piecework.server.modules.flows.service.reading import FlowReader
from piecework.server.modules.flows.service.turns import Turns
from piecework.server.modules.folders.service import FolderService
from piecework.server.modules.users.schemas import User
from piecework.server.modules.users.service import UserService
from piecework.spec.flow import FlowVersionState, InvalidFlow, Step, TriggerType
from piecework.spec.jsons import dumps
from piecework.spec.operations import Operation, OperationType, SampleDataType

FindTemplate = Callable[[str], Awaitable[dict[str, Any] | None]]
"""The IMPORT_FLOW request of a template's first flow, by the template's id."""

MayOwn = Callable[[str, str], Awaitable[bool]]
"""Whether the user of this id may own flows of the project of that id."""

Change = Callable[[Version, EditContext], Version]


@dataclass(frozen=True, slots=True)
class FlowSettings:
    """What the installation decides about flows."""

    enable_on_publish: bool = True


class FlowService:
    """Reads, edits and publishes flows. One operation is one transaction; operations on one flow take turns.

    `changed` is emitted for every version that is not what it was, `on_flow_updated` are told about every operation,
    `on_flow_listed` that a flow has come or gone.
    """

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        folders: FolderService,
        users: UserService,
        files: FileService,
        activation: TriggerActivation,
        compile_code: CompileCode,
        find_template: FindTemplate,
        may_own: MayOwn,
        settings: FlowSettings,
    ) -> None:
        self._database = database
        self._folders = folders
        self._users = users
        self._files = files
        self._code = CodeKeeper(database, compile_code)
        self._find_template = find_template
        self._may_own = may_own
        self._check = piece_check(catalogue)
        self._publisher = Publisher(database, catalogue, activation, enables=settings.enable_on_publish)
        self._reader = FlowReader(database)
        self._turns = Turns()
        self._switchings = Turns()
        self.changed = self._reader.changed
        self.forget_everything = self._reader.forget_everything
        self.on_flow_updated: list[Callable[[FlowUpdate], None]] = []
        self.on_flow_listed: list[Callable[[FlowListed], None]] = []

    # Reading

    async def flow_facts(self, flow_id: str) -> FlowFacts | None:
        """Returns what a webhook must know of a flow, from memory when it can; None if there is none."""
        return await self._reader.facts(flow_id)

    async def version(self, version_id: str) -> StoredVersion | None:
        """Returns a version with its scripts, from memory when it can; None if there is none."""
        return await self._reader.version(version_id)

    async def require(self, flow_id: str) -> FlowFacts:
        """As `flow_facts`. Raises ENTITY_NOT_FOUND."""
        facts = await self._reader.facts(flow_id)
        if facts is None:
            raise entity_not_found("flow", flow_id)
        return facts

    async def require_version(self, flow_id: str, version_id: str) -> StoredVersion:
        """A version of this flow. Raises ENTITY_NOT_FOUND."""
        version = await self._reader.version(version_id)
        if version is None or version.flow_id != flow_id:
            raise entity_not_found("flow_version", version_id)
        return version

    async def get(self, flow_id: str, version_id: str | None = None) -> PopulatedFlow:
        """Returns a flow with one of its versions, the latest one by default."""
        async with self._database.read() as connection:
            flow = await self._flow(connection, flow_id)
            version = await self._version(connection, flow, version_id or flow["latestVersionId"])
            sources = await _repository.find_trigger_sources(connection, [flow_id])
        return wire_flow(flow, version, sources[0] if sources else None)

    async def page(self, query: FlowQuery) -> Page[PopulatedFlow]:
        """Returns a page of a project's flows."""
        async with self._database.read() as connection:
            page = await _repository.page_flows(connection, query)
            versions = await _repository.find_versions(connection, [row["versionId"] for row in page["data"]])
            listening = await _repository.find_trigger_sources(connection, [row["id"] for row in page["data"]])
        sources = {source["flowId"]: source for source in listening}
        flows = [wire_flow(row, versions[row["versionId"]], sources.get(row["id"])) for row in page["data"] if row["versionId"] in versions]
        return {**page, "data": flows}

    async def count(self, project_id: str, folder_id: str | None) -> int:
        """Returns how many flows a project has, or one of its folders (`NULL`: none of them)."""
        async with self._database.read() as connection:
            return await _repository.count_flows(connection, project_id, folder_id)

    async def versions(self, flow_id: str, platform_id: str, query: PageQuery) -> Page[FlowVersionMetadata]:
        """Returns a page of a flow's versions without their steps, the newest first, each with the user who changed it last."""
        async with self._database.read() as connection:
            page = await _repository.page_versions(connection, flow_id, query)
        editors = {row["updatedBy"] for row in page["data"] if row["updatedBy"]}
        users = {user_id: await self._user(user_id, platform_id) for user_id in editors}
        data: list[Any] = [{**row, "updatedByUser": users.get(row["updatedBy"])} for row in page["data"]]
        return {**page, "data": data}

    async def template(self, flow_id: str, version_id: str | None, caller: Principal) -> dict[str, Any]:
        """Returns a flow as a SharedTemplate."""
        async with self._database.read() as connection:
            flow = await self._flow(connection, flow_id)
            version = await self._version(connection, flow, version_id or flow["latestVersionId"])
        author = await self._user(caller.id, caller.platform_id)
        name = f"{author['firstName']} {author['lastName']}".strip() if author else ""
        return to_template(contents_of(version), author=name, metadata={"externalId": flow["externalId"]})

    async def listening(self) -> list[Row]:
        """Returns the trigger sources of all enabled flows, for whoever schedules them after a start."""
        async with self._database.read() as connection:
            return await _repository.find_trigger_sources(connection)

    # Making and deleting

    async def create(self, request: CreateFlow, user_id: str) -> PopulatedFlow:
        """Adds a flow, empty or as a template has it, and returns it."""
        contents = await self._contents_for(request, user_id)
        artifacts = await self._code.compiled([] if contents.trigger["type"] == TriggerType.EMPTY else list(code_steps(contents.trigger)))
        async with self._database.transaction() as connection:
            contents = await self._code.checked(connection, artifacts, contents)
            if request.external_id and await _repository.find_by_external_id(connection, request.project_id, request.external_id):
                raise invalid("Another flow of the project has this externalId")
            row = new_flow(request, user_id, await self._folder_for(connection, request))
            version = new_draft(row["id"], contents, None)
            await _repository.insert_flow(connection, row | {"latestVersionId": version["id"]}, version)
        flow = await self.get(row["id"])
        self._listed(FlowListed(row["projectId"], row["id"], created=True))
        return flow

    async def delete(self, flow_id: str) -> None:
        """Deletes a flow with its versions, its listening trigger and its sample data. Its runs stay."""
        async with self._turns.of(flow_id), self.switching(flow_id):
            async with self._database.read() as connection:
                flow = await self._flow(connection, flow_id)
                version_ids = await _repository.find_version_ids(connection, flow_id)
                versions = await _repository.find_versions(connection, version_ids)
            forgotten = await self._publisher.disable_for_deletion(flow)
            async with self._database.transaction() as connection:
                await _repository.delete_flow(connection, flow_id)
                await execute_all(connection, forgotten)
            self._reader.forget(flow_id, version_ids)
            files = {file_id for row in versions.values() for file_id in sample_files(contents_of(row).trigger)}
            if files:
                await self._files.delete_samples(flow["projectId"], list(files))
        self._listed(FlowListed(flow["projectId"], flow_id, created=False))

    def _listed(self, notice: FlowListed) -> None:
        for listener in self.on_flow_listed:
            listener(notice)

    # Operations

    async def operate(self, flow_id: str, operation: Operation, user_id: str) -> PopulatedFlow:
        """Applies one of the 26 operations (spec/api.md §3.1) and returns the flow with its latest version.

        Raises ENTITY_NOT_FOUND, FLOW_OPERATION_INVALID, and RequestValidationError for a step that is malformed.
        """
        async with self._turns.of(flow_id):
            before = (await self.require(flow_id)).latest_version_id
            await self._apply(flow_id, operation, user_id)
            flow = await self.get(flow_id)
            self._reader.forget(flow_id, await self._touched(flow, before, operation))
        self._tell(FlowUpdate(flow["projectId"], flow_id, flow["version"]["id"], operation.type, named_steps(operation)))
        return flow

    async def rewrite(self, flow_id: str, user_id: str, change: Callable[[Step], Step], *, published: bool) -> None:
        """Changes the steps of the latest version and, with `published`, those of the published one, as no operation can.

        Raises TRIGGER_UPDATE_STATUS when the trigger of the changed published version cannot be switched on; then it stays what it was.
        """
        async with self._turns.of(flow_id), self.switching(flow_id):
            before = await self.require(flow_id)
            copy = await self._publisher.rewrite(flow_id, user_id, change) if published else None
            self._reader.forget(flow_id, ())
            latest = await self.require_version(flow_id, (await self.require(flow_id)).latest_version_id)
            if change(latest.trigger) != latest.trigger:
                await self._edit(flow_id, user_id, lambda version, _context: replace(version, trigger=change(version.trigger)))
            touched = (before.latest_version_id, before.published_version_id, latest.id, copy)
            self._reader.forget(flow_id, {version_id for version_id in touched if version_id is not None})
            flow = await self.get(flow_id)
        self._tell(FlowUpdate(flow["projectId"], flow_id, flow["version"]["id"], OperationType.IMPORT_FLOW, ()))

    def _tell(self, update: FlowUpdate) -> None:
        for listener in self.on_flow_updated:
            listener(update)

    async def _touched(self, flow: PopulatedFlow, latest_before: str, operation: Operation) -> set[str]:
        """The versions that are not what they were; metadata of the flow stand in all of them (`StoredVersion.flow_metadata`)."""
        if operation.type is OperationType.UPDATE_METADATA:
            async with self._database.read() as connection:
                return set(await _repository.find_version_ids(connection, flow["id"]))
        versions = (latest_before, flow["version"]["id"], flow["publishedVersionId"])
        return {version_id for version_id in versions if version_id is not None}

    async def _apply(self, flow_id: str, operation: Operation, user_id: str) -> None:
        request = operation.request
        match operation.type:
            case OperationType.LOCK_AND_PUBLISH:
                async with self.switching(flow_id):
                    await self._publisher.publish(flow_id, user_id, request.get("status"))
            case OperationType.CHANGE_STATUS:
                async with self.switching(flow_id):
                    await self._publisher.change_status(flow_id, request["status"])
            case OperationType.SAVE_SAMPLE_DATA:
                await self._save_sample(flow_id, operation, user_id)
            case OperationType.USE_AS_DRAFT:
                await self._use_as_draft(flow_id, request["versionId"], user_id)
            case kind if kind in COLUMN_OPERATIONS:
                await self._change_column(flow_id, *COLUMN_OPERATIONS[kind], request)
            case OperationType.LOCK_FLOW:
                await self._lock(flow_id)
            case _:
                await self._edit(flow_id, user_id, lambda version, context: applied(version, operation, context), request)

    async def _edit(self, flow_id: str, user_id: str, change: Change, request: Any = None) -> None:
        """Puts a changed version in the place of the latest one, or after it when that is locked."""
        artifacts = await self._code.compiled(list(sources_within(request)))
        now = now_iso()
        async with self._database.transaction() as connection:
            flow = await self._flow(connection, flow_id)
            latest = await self._version(connection, flow, flow["latestVersionId"])
            contents = change(contents_of(latest), EditContext(now, user_id, self._check))
            contents = await self._code.checked(connection, artifacts, contents)
            await self._write(connection, latest, contents, user_id, now)

    async def _write(self, connection: AsyncConnection, latest: Row, contents: Version, user_id: str, now: str) -> None:
        flow_values: Row = {"updated": now}
        if latest["state"] == FlowVersionState.LOCKED:
            draft = new_draft(latest["flowId"], contents, user_id)
            await _repository.insert_version(connection, draft)
            flow_values["latestVersionId"] = draft["id"]
        else:
            await _repository.update_version(connection, latest["id"], contents_columns(contents, now, user_id))
        await _repository.update_flow(connection, latest["flowId"], flow_values)

    async def _use_as_draft(self, flow_id: str, version_id: str, user_id: str) -> None:
        async with self._database.read() as connection:
            old = contents_of(await self._version(connection, await self._flow(connection, flow_id), version_id))
        restored = Version(old.display_name, recompute_valid(old.trigger, self._check), old.notes)
        await self._edit(flow_id, user_id, lambda _version, _context: restored)

    async def _lock(self, flow_id: str) -> None:
        async with self._database.transaction() as connection:
            flow = await self._flow(connection, flow_id)
            values = {"state": FlowVersionState.LOCKED, "updated": now_iso()}
            await _repository.update_version(connection, flow["latestVersionId"], values)

    async def _change_column(self, flow_id: str, column: str, field: str, request: dict[str, Any]) -> None:
        value = request[field]
        project_id = (await self.require(flow_id)).project_id
        if column == "ownerId" and not await self._may_own(value, project_id):
            raise entity_not_found("user", value)
        if column == "folderId" and value is not None:
            await self._require_folder(value, project_id)
        async with self._database.transaction() as connection:
            await self._flow(connection, flow_id)
            await _repository.update_flow(connection, flow_id, {column: value, "updated": now_iso()})

    async def _save_sample(self, flow_id: str, operation: Operation, user_id: str) -> None:
        """Keeps a sample in a file and names it in the step; the file that was there before goes, unless another version uses it."""
        request = operation.request
        is_input = request["type"] == SampleDataType.INPUT
        field = "sampleDataInputFileId" if is_input else "sampleDataFileId"
        facts = await self.require(flow_id)
        latest = await self.require_version(flow_id, facts.latest_version_id)
        old = sample_of(latest, request["stepName"]).get(field)
        file_type = FileType.SAMPLE_DATA_INPUT if is_input else FileType.SAMPLE_DATA
        origin = {"flowId": flow_id, "stepName": request["stepName"]}
        file_id = await self._files.save(facts.project_id, file_type, dumps(request.get("payload")), metadata=origin)
        try:
            await self._edit(flow_id, user_id, lambda version, context: with_sample(version, request["stepName"], field, file_id, context))
        except BaseException:
            await self._files.delete_samples(facts.project_id, [file_id])
            raise
        if old is not None and not await self._is_used(flow_id, latest, old):
            await self._files.delete_samples(facts.project_id, [old])

    async def _is_used(self, flow_id: str, replaced: StoredVersion, file_id: str) -> bool:
        if replaced.state == FlowVersionState.LOCKED:
            return True
        async with self._database.read() as connection:
            return await _repository.is_in_another_version(connection, flow_id, replaced.id, file_id)

    # The trigger

    def switching(self, flow_id: str) -> asyncio.Lock:
        """Held while the flow's trigger is switched. Who repairs the trigger takes it too; edits of the flow do not wait for it."""
        return self._switchings.of(flow_id)

    async def simulate(self, version: StoredVersion, strategy: str) -> None:
        """Notes that the trigger of a version is being tried: it waits for an event to keep as a sample."""
        async with self._database.transaction() as connection:
            row = source_row(version, strategy, None, simulate=True)
            await _repository.save_trigger_source(self._database, connection, row)

    async def simulations(self) -> list[Row]:
        """Returns the triggers that are being tried."""
        async with self._database.read() as connection:
            return await _repository.find_trigger_sources(connection, simulate=True)

    async def end_simulation(self, flow_id: str) -> str | None:
        """The trial is over; returns the version whose trigger was tried, None when there was none."""
        async with self._database.transaction() as connection:
            return await _repository.delete_trigger_source(connection, flow_id, simulate=True)

    # Parts

    async def _user(self, user_id: str, platform_id: str) -> User | None:
        """A user, None for one who has left."""
        try:
            return await self._users.get(user_id, platform_id)
        except ApError:
            return None

    async def _flow(self, connection: AsyncConnection, flow_id: str) -> Row:
        row = await _repository.find_flow(connection, flow_id)
        if row is None:
            raise entity_not_found("flow", flow_id)
        return row

    async def _version(self, connection: AsyncConnection, flow: Row, version_id: str) -> Row:
        row = (await _repository.find_versions(connection, [version_id])).get(version_id)
        if row is None or row["flowId"] != flow["id"]:
            raise entity_not_found("flow_version", version_id)
        return row

    async def _contents_for(self, request: CreateFlow, user_id: str) -> Version:
        now = now_iso()
        if request.template_id is None:
            return empty_contents(request.display_name, now)
        flow = await self._find_template(request.template_id)
        if flow is None:
            raise entity_not_found("template", request.template_id)
        try:
            imported = import_flow(flow, EditContext(now, user_id, self._check))
        except InvalidFlow as error:
            raise operation_invalid(f"The template cannot be imported: {error}") from error
        return Version(request.display_name, recompute_valid(imported.trigger, self._check), imported.notes)

    async def _folder_for(self, connection: AsyncConnection, request: CreateFlow) -> str | None:
        if request.folder_id is not None:
            await self._require_folder(request.folder_id, request.project_id)
            return request.folder_id
        if request.folder_name is None:
            return None
        return (await self._folders.ensure(connection, request.project_id, request.folder_name))["id"]

    async def _require_folder(self, folder_id: str, project_id: str) -> None:
        if (await self._folders.get(folder_id))["projectId"] != project_id:
            raise entity_not_found("folder", folder_id)

"""What can be done with trigger events, and how a trigger is tried."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, Protocol

from piecework.engine.program import compile_program
from piecework.runner.catalogue import Catalogue
from piecework.runner.errors import error_message
from piecework.runner.steps import Services
from piecework.runner.triggers import PreparedTrigger, open_trigger, prepare_trigger, trigger_facts
from piecework.sdk import Trigger
from piecework.sdk.services import Server
from piecework.server.kernel.clock import from_iso
from piecework.server.kernel.db import Database, Row
from piecework.server.kernel.errors import ApError, ErrorCode, entity_not_found
from piecework.server.kernel.http import Page
from piecework.server.modules.files.schemas import FileType
from piecework.server.modules.files.service import FileService
from piecework.server.modules.flows.errors import no_trigger
from piecework.server.modules.flows.schemas import StoredVersion
from piecework.server.modules.flows.service import FlowService
from piecework.server.modules.step_services.service import TEST_STORE
from piecework.server.modules.trigger_events import _repository
from piecework.server.modules.trigger_events.schemas import TriggerEvent, TriggerEventQuery
from piecework.spec.flow import Step, TriggerType
from piecework.spec.jsons import dumps, loads

ServicesOf = Callable[[str, str, str], Services]
"""What pieces may use: by project id, flow id and the prefix of their store's keys."""

TRIAL_SECONDS = 900.0
"""How long a trigger that is being tried waits for an event."""

_EMPTY_SOURCE = "EMPTY"


def source_name_of(trigger: Step) -> str:
    """Where events of a trigger are filed: `piece@0.1:trigger`, the same for all patches of a version (recordings/trigger-events.json)."""
    if trigger["type"] == TriggerType.EMPTY:
        return _EMPTY_SOURCE
    settings = trigger["settings"]
    line = ".".join(settings["pieceVersion"].lstrip("~^").split(".")[:2])
    return f"{settings['pieceName']}@{line}:{settings.get('triggerName')}"


class TriggerEventService:
    """Keeps and lists events; each payload is a file, which retention removes after its time.

    `on_saved` are told about every new event; `on_trial_over` the flow and the version whose trial one of them has ended.
    """

    def __init__(self, database: Database, flows: FlowService, files: FileService) -> None:
        self._database = database
        self._flows = flows
        self._files = files
        self.on_saved: list[Callable[[TriggerEvent], None]] = []
        self.on_trial_over: list[Callable[[str, str], None]] = []

    async def page(self, query: TriggerEventQuery) -> Page[TriggerEvent]:
        """Returns a page of the events of a flow's present trigger, the newest first."""
        version = await self._latest(query.project_id, query.flow_id)
        async with self._database.read() as connection:
            page = await _repository.page_events(connection, query.flow_id, source_name_of(version.trigger), query)
        data: list[Any] = [{**row, "payload": await self._payload(row["fileId"], query.project_id)} for row in page["data"]]
        return {**page, "data": data}

    async def save(self, project_id: str, flow_id: str, source_name: str, payload: Any) -> TriggerEvent:
        """Keeps an event and returns it; a trial that waited for one is over. `payload` is any JSON value."""
        file_id = await self._files.save(project_id, FileType.TRIGGER_EVENT_FILE, dumps(payload), metadata={"flowId": flow_id})
        values = {"flowId": flow_id, "projectId": project_id, "sourceName": source_name, "fileId": file_id}
        async with self._database.transaction() as connection:
            row = await _repository.insert_event(connection, values)
        tried = await self._flows.end_simulation(flow_id)
        if tried is not None:
            for over in self.on_trial_over:
                over(flow_id, tried)
        event: Any = {**row, "payload": payload}
        for listener in self.on_saved:
            listener(event)
        return event

    async def save_mock(self, project_id: str, flow_id: str, payload: Any) -> TriggerEvent:
        """Keeps an event that somebody made up for a flow's present trigger."""
        version = await self._latest(project_id, flow_id)
        return await self.save(project_id, flow_id, source_name_of(version.trigger), payload)

    async def project_of(self, event_id: str) -> str:
        """The project that an event belongs to. Raises ENTITY_NOT_FOUND."""
        return (await self._event(event_id))["projectId"]

    async def delete(self, event_id: str) -> None:
        """Forgets an event; its payload goes with it. Raises ENTITY_NOT_FOUND."""
        event = await self._event(event_id)
        async with self._database.transaction() as connection:
            await _repository.delete_event(connection, event_id)
        await self._files.delete_event(event["projectId"], event["fileId"])

    async def _event(self, event_id: str) -> Row:
        async with self._database.read() as connection:
            event = await _repository.find_event(connection, event_id)
        if event is None:
            raise entity_not_found("trigger_event", event_id)
        return event

    async def _latest(self, project_id: str, flow_id: str) -> StoredVersion:
        facts = await self._flows.require(flow_id)
        if facts.project_id != project_id:
            raise entity_not_found("flow", flow_id)
        return await self._flows.require_version(flow_id, facts.latest_version_id)

    async def _payload(self, file_id: str, project_id: str) -> Any:
        """The payload of an event, null when retention has removed it."""
        try:
            return loads((await self._files.read(file_id, project_id)).data)
        except ApError:
            return None


class TriggerTrials(Protocol):
    """What makes a trigger that is being tried listen at its sender."""

    async def begin(self, version: StoredVersion) -> None:
        """Runs `on_enable` for the URL that keeps samples, beside what the flow's live trigger does. Raises PieceError and what a trigger that
        cannot be opened raises."""
        ...

    async def end(self, version: StoredVersion) -> None:
        """Runs `on_disable`; raises nothing."""
        ...


class TriggerTestService:
    """Tries the trigger of a flow version: waits for a real event, or asks the piece for sample events.

    A trial ends with its first event, when somebody ends it, and after `TRIAL_SECONDS`.
    """

    def __init__(
        self,
        flows: FlowService,
        events: TriggerEventService,
        catalogue: Catalogue,
        services_of: ServicesOf,
        server: Server,
        trials: TriggerTrials,
    ) -> None:
        self._flows = flows
        self._events = events
        self._catalogue = catalogue
        self._services_of = services_of
        self._server = server
        self._trials = trials
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._ending: set[asyncio.Task[None]] = set()
        events.on_trial_over.append(self._over)

    async def start(self) -> None:
        """Set the clock for trials that an earlier life of the server has begun."""
        for source in await self._flows.simulations():
            age = (datetime.now(UTC) - from_iso(source["updated"])).total_seconds()
            self._end_after(source["flowId"], max(TRIAL_SECONDS - age, 0.0))

    async def close(self) -> None:
        """Let what is being ended come to its end; trials go on in the next life."""
        for timer in self._timers.values():
            timer.cancel()
        await asyncio.gather(*self._ending, return_exceptions=True)

    async def simulate(self, project_id: str, flow_id: str, version_id: str) -> Page[TriggerEvent]:
        """Notes that the trigger waits for an event, which `/webhooks/:flowId/test` brings, and has its sender send it there.

        Returns the page without events. Raises TEST_TRIGGER_FAILED with the piece's message.
        """
        version = await self._version(project_id, flow_id, version_id)
        program = compile_program(version.trigger, metadata=version.flow_metadata)
        strategy = _usable(prepare_trigger(program, self._catalogue)).strategy
        await self.end(project_id, flow_id)
        await self._flows.simulate(version, strategy)
        try:
            await self._trials.begin(version)
        except Exception as error:
            await self._flows.end_simulation(flow_id)
            raise ApError(ErrorCode.TEST_TRIGGER_FAILED, {"message": error_message(error)}) from None
        self._end_after(flow_id, TRIAL_SECONDS)
        return {"data": [], "next": None, "previous": None}

    async def run_test(self, project_id: str, flow_id: str, version_id: str) -> Page[TriggerEvent]:
        """Runs the trigger's `test` and keeps what it gave. Raises TEST_TRIGGER_FAILED with the piece's message."""
        version = await self._version(project_id, flow_id, version_id)
        program = compile_program(version.trigger, metadata=version.flow_metadata)
        program.trigger_handle = prepare_trigger(program, self._catalogue)
        trigger = _usable(program.trigger_handle)
        services = self._services_of(project_id, flow_id, TEST_STORE)
        whose = trigger_facts(program, project_id, flow_id, version_id, self._server, test=True)
        try:
            items = services.secrets.scrub(await trigger.test(*await open_trigger(program, services, whose)))
        except Exception as error:
            message = services.secrets.scrub_text(error_message(error))
            raise ApError(ErrorCode.TEST_TRIGGER_FAILED, {"message": message}) from None  # the cause may quote a secret
        source = source_name_of(version.trigger)
        events = [await self._events.save(project_id, flow_id, source, item) for item in items]
        return {"data": events[::-1], "next": None, "previous": None}

    async def end(self, project_id: str, flow_id: str) -> None:
        """The trial is over."""
        if (await self._flows.require(flow_id)).project_id != project_id:
            raise entity_not_found("flow", flow_id)
        await self._end(flow_id)

    async def _end(self, flow_id: str) -> None:
        tried = await self._flows.end_simulation(flow_id)
        if tried is not None:
            await self._disable(flow_id, tried)

    async def _disable(self, flow_id: str, version_id: str) -> None:
        timer = self._timers.pop(flow_id, None)
        if timer is not None:
            timer.cancel()
        version = await self._flows.version(version_id)
        if version is not None:
            await self._trials.end(version)

    def _over(self, flow_id: str, version_id: str) -> None:
        """An event has come: its sender does not wait until the trigger is disabled."""
        self._aside(self._disable(flow_id, version_id))

    def _end_after(self, flow_id: str, seconds: float) -> None:
        self._timers[flow_id] = asyncio.get_running_loop().call_later(seconds, lambda: self._aside(self._end(flow_id)))

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _version(self, project_id: str, flow_id: str, version_id: str) -> StoredVersion:
        version = await self._flows.require_version(flow_id, version_id)
        if version.project_id != project_id:
            raise entity_not_found("flow", flow_id)
        if version.trigger["type"] == TriggerType.EMPTY:
            raise no_trigger()
        return version


def _usable(prepared: PreparedTrigger) -> Trigger:
    """The trigger, if its piece is installed."""
    if prepared.trigger is None:
        params = {"entityType": "piece_trigger", "message": str(prepared.error), "extra": {}}
        raise ApError(ErrorCode.ENTITY_NOT_FOUND, params)
    return prepared.trigger

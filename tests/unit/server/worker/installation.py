"""A server without HTTP for the tests of what moves by itself: real services on a real file, a clock that is set by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from sqlalchemy import insert

from piecework.runner.catalogue import Catalogue
from piecework.runner.http import AddressGuard, NetworkMode, PooledHttp
from piecework.sdk import ById, CronSchedule, Piece, ShortText, TriggerContext
from piecework.sdk.services import Server
from piecework.server.adapters.memory.callers import MemoryCallers
from piecework.server.adapters.sqlite.runs import SqliteRuns
from piecework.server.api.websocket.broadcast import Broadcast
from piecework.server.kernel.crypto import Keyring
from piecework.server.kernel.db import Database, new_entity
from piecework.server.kernel.ids import new_id
from piecework.server.kernel.settings import MissedTicks
from piecework.server.kernel.tokens import TokenSigner
from piecework.server.modules import load_all_tables
from piecework.server.modules.app_events.service import AppEventService
from piecework.server.modules.connections.service.credentials import Credentials
from piecework.server.modules.connections.service.renewal import Renewal
from piecework.server.modules.files.service import FileService
from piecework.server.modules.flows.schemas import CreateFlow, StoredVersion
from piecework.server.modules.flows.service import FlowCounts, FlowService, FlowSettings
from piecework.server.modules.folders.service import FolderService
from piecework.server.modules.runs.recent import RecentKeys
from piecework.server.modules.runs.service import RunService
from piecework.server.modules.schedules.service import Listening, ScheduleService
from piecework.server.modules.step_services.service import StepServices
from piecework.server.modules.store.service import StoreService
from piecework.server.modules.trigger_runs.service import TriggerRunService
from piecework.server.modules.users.service import UserService
from piecework.server.modules.variables.service import VariableValues
from piecework.server.worker.activation import TriggerSwitch
from piecework.server.worker.poll import PollLimits, TriggerPolls
from piecework.server.worker.schedule import Scheduler, repairs_by
from piecework.server.worker.trigger_hooks import TriggerHooks
from piecework.spec.operations import parse_operation

MINUTE = 60_000
START = 1_770_000_000_000
"""Where the clock begins: 2026-02-02T02:40:00Z, a Monday."""


class NoWorker:
    """Drives nothing, so that runs stay where they were queued."""

    async def cancel(self, run_id: str) -> bool:
        return False


class Source:
    """The world that the test's piece looks at: items, newest first, and what was called."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.failing: set[str] = set()
        self.on_call: list[Callable[[], None]] = []
        self.piece = Piece("tested", display_name="Tested", version="0.1.0")

        @self.piece.poll(name="new_item", dedupe=ById(lambda item: str(item["id"])))
        async def new_item(ctx: TriggerContext, folder: Annotated[str, ShortText("Folder")] = "inbox") -> list[dict[str, Any]]:
            """A new item."""
            self._note("poll")
            return list(self.items)

        async def enable(ctx: TriggerContext, props: Any) -> None:
            self._note(f"enable {props['address']}")
            await ctx.store.put("hook", props["address"])

        async def disable(ctx: TriggerContext, props: Any) -> None:
            self._note(f"disable {await ctx.store.get('hook')}")

        @self.piece.webhook_trigger(name="hooked", on_enable=enable, on_disable=disable)
        def hooked(ctx: TriggerContext, address: Annotated[str, ShortText("Address")]) -> list[Any]:
            """Something registered elsewhere."""
            return [ctx.payload]

        async def renew(ctx: TriggerContext, props: Any) -> None:
            self._note(f"renew {await ctx.store.get('hook')}")
            await ctx.store.put("hook", "renewed")

        @self.piece.webhook_trigger(name="leased", on_enable=enable, on_disable=disable, on_renew=renew, renewed=CronSchedule("0 3 * * *"))
        def leased(ctx: TriggerContext, address: Annotated[str, ShortText("Address")]) -> list[Any]:
            """Something registered elsewhere, for a day."""
            return [ctx.payload]

    def _note(self, call: str) -> None:
        self.calls.append(call)
        for listener in self.on_call:
            listener()
        if call.split()[0] in self.failing or call in self.failing:
            raise RuntimeError(f"no {call}")


class Installation:
    """One life of a server; ``START`` is when its clock begins."""

    def __init__(
        self, path: Path, source: Source, clock: list[int], most_items: int = 1000, missed: MissedTicks = MissedTicks.ONCE
    ) -> None:
        self.clock = clock
        self.database = Database(f"sqlite+aiosqlite:///{path}")
        self.queue = SqliteRuns(path)
        users = UserService(self.database)
        files = FileService(self.database, TokenSigner("s" * 32), "https://piecework.test", timedelta(days=1))
        catalogue = Catalogue([*Catalogue.load().all(), source.piece])
        self.http = PooledHttp(AddressGuard(NetworkMode.STRICT, ()))
        self.store = StoreService(self.database, 1_000_000)
        keyring = Keyring([bytes(16)])
        renewal = Renewal(self.database, keyring, self.http, Server())
        credentials = Credentials(self.database, keyring, catalogue.get, renewal, bound_to_piece=False)
        variables = VariableValues(self.database, keyring)
        services = StepServices(self.store, files, self.http, credentials, variables, "https://piecework.test", 1_000_000)
        hooks = TriggerHooks(catalogue, services, Server())
        self.schedules = ScheduleService(self.database)
        self.events = AppEventService(self.database)
        self.switch = TriggerSwitch(
            self.schedules, hooks, self.events, self._find_version, self._note_enabling, poll_minutes=5, clock=self.now
        )
        folders = FolderService(self.database, FlowCounts(self.database).in_folders)
        self.flows = FlowService(
            self.database, catalogue, folders, users, files, self.switch, _no_script, _no_template, _everybody, FlowSettings()
        )
        callers = MemoryCallers()
        self.runs = RunService(
            self.database, self.queue, self.queue, self.queue, self.flows, NoWorker(), callers, Broadcast(), Server(), files
        )
        self.trigger_runs = TriggerRunService(self.database, self.flows, self.schedules)
        self.recent = RecentKeys()
        limits = PollLimits(seconds=5.0, items=most_items, missed=missed)
        self.polls = TriggerPolls(self.flows, self.runs, hooks, self.schedules, self.trigger_runs, self.recent, limits, self.now)
        self.repair = repairs_by(self.flows, self.switch)
        self.scheduler = Scheduler(self.schedules, self.polls.fire, self.repair, self.now)

    def now(self) -> int:
        return self.clock[0]

    async def _find_version(self, version_id: str) -> StoredVersion | None:
        return await self.flows.version(version_id)

    async def _note_enabling(self, *noted: Any) -> None:
        await self.trigger_runs.enabled(*noted)

    async def tick(self, minutes: float = 0.0) -> None:
        """Let time go by, and fire what is due then."""
        self.clock[0] += int(minutes * MINUTE)
        await asyncio.gather(*await self.scheduler.fire_due())

    async def queued(self) -> list[Any]:
        """The trigger outputs of all runs, oldest first."""
        import orjson

        rows = await self.queue.fetch("SELECT payload FROM job ORDER BY id")
        return [orjson.loads(row[0]) for row in rows]

    async def publish(self, trigger: dict[str, Any], flow_id: str | None = None) -> str:
        """Publish a flow of one trigger; gives its id."""
        if flow_id is None:
            flow_id = (await self.flows.create(CreateFlow(displayName="F", projectId=PROJECT), "u" * 21))["id"]  # type: ignore[call-arg]
        await self.operate(flow_id, "UPDATE_TRIGGER", trigger)
        await self.operate(flow_id, "LOCK_AND_PUBLISH", {})
        return flow_id

    async def operate(self, flow_id: str, kind: str, request: dict[str, Any]) -> None:
        await self.flows.operate(flow_id, parse_operation({"type": kind, "request": request}), "u" * 21)

    async def listening(self, flow_id: str) -> Listening | None:
        return await self.schedules.find(flow_id)


PROJECT = "p" * 21


def trigger(piece: str, name: str, **inputs: Any) -> dict[str, Any]:
    """A PIECE_TRIGGER step of the test's piece or of a core piece."""
    versions = {"schedule": "0.1.17", "webhook": "0.1.33", "tested": "0.1.0"}
    settings = {
        "pieceName": f"@activepieces/piece-{piece}",
        "pieceVersion": versions[piece],
        "triggerName": name,
        "input": inputs,
        "propertySettings": {},
    }
    return {"name": "trigger", "type": "PIECE_TRIGGER", "valid": True, "displayName": "T", "settings": settings}


@asynccontextmanager
async def installed(path: Path, source: Source, clock: list[int], **limits: Any) -> AsyncIterator[Installation]:
    """One life of a server on this file; a later one finds what this one wrote."""
    is_new = not path.exists()  # noqa: ASYNC240 - a test's own file
    installation = Installation(path, source, clock, **limits)
    if is_new:
        tables = load_all_tables()
        async with installation.database.transaction() as connection:
            await connection.run_sync(tables.create_all)
            platform = new_entity(ownerId="u", name="P", primaryColor="", logoIconUrl="", fullLogoUrl="", favIconUrl="")
            lists = {"filteredPieceNames": [], "allowedAuthDomains": [], "pinnedPieces": [], "filteredPieceBehavior": "BLOCKED"}
            flags = {"cloudAuthEnabled": False, "emailAuthEnabled": True, "enforceAllowedAuthDomains": False}
            await connection.execute(insert(tables.tables["platform"]).values(platform | lists | flags))
            project = {
                "ownerId": "u",
                "displayName": "p",
                "type": "TEAM",
                "platformId": platform["id"],
                "icon": {},
                "releasesEnabled": False,
            }
            await connection.execute(insert(tables.tables["project"]).values(new_entity(**project) | {"id": PROJECT}))
    await installation.queue.start()
    try:
        yield installation
    finally:
        await installation.scheduler.close()
        await installation.queue.close()
        await installation.http.close()
        await installation.database.close()


async def _no_script(_source: Any) -> None:
    return None


async def _no_template(_template_id: str) -> None:
    return None


async def _everybody(_user_id: str, _project_id: str) -> bool:
    return True


__all__ = ["MINUTE", "PROJECT", "START", "Installation", "Source", "installed", "new_id", "trigger"]

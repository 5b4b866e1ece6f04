"""The flow service: triggers are switched as the flow is published, memory is never stale, listeners are told."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from piecework.runner.catalogue import Catalogue
from piecework.sdk import CronSchedule, IntervalSchedule, Trigger
from piecework.server.kernel.db import Database, new_entity
from piecework.server.kernel.errors import ApError, ErrorCode
from piecework.server.kernel.tokens import TokenSigner
from piecework.server.modules import load_all_tables
from piecework.server.modules.files.models import file
from piecework.server.modules.files.service import FileService
from piecework.server.modules.flows.activation import ActivationFailed, Switched, wire_schedule
from piecework.server.modules.flows.code import CodeRejected
from piecework.server.modules.flows.models import flow_version
from piecework.server.modules.flows.schemas import CreateFlow, FlowFacts, StoredVersion
from piecework.server.modules.flows.service import FlowCounts, FlowService, FlowSettings, FlowUpdate
from piecework.server.modules.folders.service import FolderService
from piecework.server.modules.users.service import UserService
from piecework.spec.operations import parse_operation

PROJECT = "p" * 21
CATALOGUE = Catalogue.load()
WEBHOOK = {
    "name": "trigger",
    "type": "PIECE_TRIGGER",
    "valid": True,
    "displayName": "Catch Webhook",
    "settings": {
        "pieceName": "@activepieces/piece-webhook",
        "pieceVersion": "0.1.33",
        "triggerName": "catch_webhook",
        "input": {"authType": "none"},
        "propertySettings": {},
    },
}


def code(name: str, source: str) -> dict[str, Any]:
    settings = {"input": {}, "sourceCode": {"code": source, "packageJson": "{}"}}
    return {"parentStep": "trigger", "action": {"name": name, "type": "CODE", "valid": True, "displayName": name, "settings": settings}}


class Switches:
    """An activation that notes what it is asked, and fails for versions whose names say so; then what listened before still does."""

    def __init__(self) -> None:
        self.log: list[tuple[str, str | None]] = []
        self.listening: str | None = None

    async def activate(self, flow: FlowFacts, version: StoredVersion, trigger: Trigger, properties: Mapping[str, Any]) -> Switched:
        await asyncio.sleep(0)
        self.log.append(("on", version.id))
        if version.display_name == "fails":
            raise ActivationFailed("the service says no")
        self.listening = version.id
        return Switched({"type": "CRON_EXPRESSION", "cronExpression": "* * * * *", "timezone": "UTC"})

    async def deactivate(self, flow: FlowFacts) -> Switched:
        self.log.append(("off", flow.published_version_id))
        self.listening = None
        return Switched()

    def written(self) -> None:
        pass


async def compiled(source: Mapping[str, Any]) -> str | None:
    if "broken" in source["code"]:
        raise CodeRejected("Unexpected end (line 1)")
    if "crash" in source["code"]:
        raise OSError("no sandbox")
    return f"script of {source['code']}"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    tables = load_all_tables()
    async with database.transaction() as connection:
        await connection.run_sync(tables.create_all)
        platform = new_entity(ownerId="u", name="P", primaryColor="", logoIconUrl="", fullLogoUrl="", favIconUrl="")
        lists = {"filteredPieceNames": [], "allowedAuthDomains": [], "pinnedPieces": [], "filteredPieceBehavior": "BLOCKED"}
        flags = {"cloudAuthEnabled": False, "emailAuthEnabled": True, "enforceAllowedAuthDomains": False}
        await connection.execute(insert(tables.tables["platform"]).values(platform | lists | flags))
        values = {"ownerId": "u", "displayName": "p", "type": "TEAM", "platformId": platform["id"], "icon": {}, "releasesEnabled": False}
        await connection.execute(insert(tables.tables["project"]).values(new_entity(**values) | {"id": PROJECT}))
    yield database
    await database.close()


@pytest.fixture
def switches() -> Switches:
    return Switches()


@pytest.fixture
def flows(database: Database, switches: Switches) -> FlowService:
    async def no_template(_template_id: str) -> None:
        return None

    async def anybody(_user_id: str, _project_id: str) -> bool:
        return True

    counts = FlowCounts(database)
    files = FileService(database, TokenSigner("s" * 32), "https://piecework.test", timedelta(days=1))
    folders = FolderService(database, counts.in_folders)
    return FlowService(
        database, CATALOGUE, folders, UserService(database), files, switches, compiled, no_template, anybody, FlowSettings()
    )  # fmt: skip


async def new_flow(flows: FlowService) -> str:
    flow = await flows.create(CreateFlow(displayName="F", projectId=PROJECT), "user")
    await send(flows, flow["id"], "UPDATE_TRIGGER", WEBHOOK)
    return flow["id"]


async def send(flows: FlowService, flow_id: str, kind: str, request: Mapping[str, Any] | None = None) -> Any:
    return await flows.operate(flow_id, parse_operation({"type": kind, "request": request or {}}), "user")


async def test_publishing_switches_the_trigger_over(flows: FlowService, switches: Switches) -> None:
    flow_id = await new_flow(flows)
    first = await send(flows, flow_id, "LOCK_AND_PUBLISH")
    assert switches.log == [("on", first["version"]["id"])]
    assert first["triggerSource"]["schedule"]["cronExpression"] == "* * * * *"
    assert [source["flowVersionId"] for source in await flows.listening()] == [first["version"]["id"]]

    await send(flows, flow_id, "CHANGE_NAME", {"displayName": "second"})
    second = await send(flows, flow_id, "LOCK_AND_PUBLISH")
    assert switches.log[1:] == [("on", second["version"]["id"])], "the activation itself takes the earlier trigger's place"
    assert [source["flowVersionId"] for source in await flows.listening()] == [second["version"]["id"]]

    await send(flows, flow_id, "CHANGE_STATUS", {"status": "DISABLED"})
    assert (switches.log[2:], await flows.listening()) == ([("off", second["version"]["id"])], [])


async def test_when_a_new_trigger_fails_the_old_one_listens_again(flows: FlowService, switches: Switches) -> None:
    flow_id = await new_flow(flows)
    first = await send(flows, flow_id, "LOCK_AND_PUBLISH")
    draft = await send(flows, flow_id, "CHANGE_NAME", {"displayName": "fails"})
    with pytest.raises(ApError) as caught:
        await send(flows, flow_id, "LOCK_AND_PUBLISH")
    assert caught.value.code is ErrorCode.TRIGGER_UPDATE_STATUS
    assert caught.value.params is not None
    assert caught.value.params["standardError"] == "the service says no"
    published, failed = first["version"]["id"], draft["version"]["id"]
    assert switches.log[1] == ("on", failed)
    assert ("off", published) not in switches.log, "nobody stops to listen before the new trigger does"
    assert switches.listening == published
    assert [source["flowVersionId"] for source in await flows.listening()] == [published]
    flow = await flows.get(flow_id)
    assert (flow["status"], flow["publishedVersionId"], flow["version"]["state"]) == ("ENABLED", published, "DRAFT")


async def test_a_flow_that_cannot_run_any_more_can_be_disabled(flows: FlowService, database: Database) -> None:
    flow_id = await new_flow(flows)
    version_id = (await send(flows, flow_id, "LOCK_AND_PUBLISH"))["version"]["id"]
    async with database.transaction() as connection:
        gone = func.replace(flow_version.c.trigger, "piece-webhook", "piece-gone")
        await connection.execute(update(flow_version).where(flow_version.c.id == version_id).values(trigger=gone))
    assert (await send(flows, flow_id, "CHANGE_STATUS", {"status": "DISABLED"}))["status"] == "DISABLED"
    with pytest.raises(ApError, match="piece-gone"):
        await send(flows, flow_id, "CHANGE_STATUS", {"status": "ENABLED"})


async def test_a_deleted_flow_leaves_nothing_behind(flows: FlowService, switches: Switches, database: Database) -> None:
    flow_id = await new_flow(flows)
    await send(flows, flow_id, "SAVE_SAMPLE_DATA", {"stepName": "trigger", "payload": {"n": 1}, "type": "OUTPUT"})
    published = await send(flows, flow_id, "LOCK_AND_PUBLISH")
    await send(flows, flow_id, "SAVE_SAMPLE_DATA", {"stepName": "trigger", "payload": {"n": 2}, "type": "OUTPUT"})
    await send(flows, flow_id, "SAVE_SAMPLE_DATA", {"stepName": "trigger", "payload": {"n": 3}, "type": "OUTPUT"})
    assert await count_files(database) == 2
    await flows.delete(flow_id)
    assert switches.log[-1] == ("off", published["version"]["id"])
    assert (await count_files(database), await flows.listening()) == (0, [])
    assert await flows.flow_facts(flow_id) is None
    assert await flows.version(published["version"]["id"]) is None


async def count_files(database: Database) -> int:
    async with database.read() as connection:
        return (await connection.execute(select(func.count()).select_from(file))).scalar_one()


async def test_memory_follows_every_change(flows: FlowService) -> None:
    flow_id = await new_flow(flows)
    changed: list[tuple[str, str]] = []
    flows.changed.connect(lambda flow, version: changed.append((flow, version)))
    facts = await flows.require(flow_id)
    assert await flows.flow_facts(flow_id) is facts
    version = await flows.require_version(flow_id, facts.latest_version_id)
    assert await flows.version(version.id) is version

    await send(flows, flow_id, "ADD_ACTION", code("step_1", "fine"))
    assert changed == [(flow_id, version.id)]
    edited = await flows.require_version(flow_id, version.id)
    assert edited.scripts == {"step_1": "script of fine"}
    assert b'"step_1"' in edited.wire_json
    await send(flows, flow_id, "UPDATE_METADATA", {"metadata": {"k": "v"}})
    assert (await flows.require_version(flow_id, version.id)).flow_metadata == {"k": "v"}
    assert (await flows.require(flow_id)).metadata == {"k": "v"}
    await send(flows, flow_id, "LOCK_AND_PUBLISH")
    assert (await flows.require_version(flow_id, version.id)).state == "LOCKED"
    assert (await flows.require(flow_id)).published_version_id == version.id


async def test_code_that_does_not_compile_makes_its_step_invalid(flows: FlowService) -> None:
    flow_id = await new_flow(flows)
    assert (await send(flows, flow_id, "ADD_ACTION", code("step_1", "broken")))["version"]["valid"] is False
    assert (await send(flows, flow_id, "ADD_ACTION", code("step_2", "fine")))["version"]["valid"] is False
    with pytest.raises(ApError) as caught:
        await send(flows, flow_id, "LOCK_AND_PUBLISH")
    message = "the code does not compile: Unexpected end (line 1)"
    assert caught.value.params == {
        "message": f"Step step_1: {message}",
        "problems": [{"step": "step_1", "path": "settings.sourceCode.code", "message": message}],
    }
    await send(flows, flow_id, "DELETE_ACTION", {"names": ["step_1"]})
    assert (await send(flows, flow_id, "ADD_ACTION", code("step_3", "crash")))["version"]["valid"] is True
    flow = await send(flows, flow_id, "LOCK_AND_PUBLISH")
    assert (await flows.require_version(flow_id, flow["version"]["id"])).scripts == {"step_2": "script of fine"}


async def test_listeners_hear_of_operations(flows: FlowService) -> None:
    flow_id = await new_flow(flows)
    updates: list[FlowUpdate] = []
    flows.on_flow_updated.append(updates.append)
    await send(flows, flow_id, "ADD_ACTION", code("step_1", "fine"))
    await send(flows, flow_id, "CHANGE_NAME", {"displayName": "x"})
    with pytest.raises(ApError):
        await send(flows, flow_id, "DELETE_ACTION", {"names": ["step_9"]})
    assert [(update.operation_type, update.step_names) for update in updates] == [("ADD_ACTION", ["step_1"]), ("CHANGE_NAME", [])]
    assert {(update.project_id, update.flow_id) for update in updates} == {(PROJECT, flow_id)}


async def test_edits_at_the_same_time_are_all_kept(flows: FlowService) -> None:
    flow_id = await new_flow(flows)
    await asyncio.gather(
        *(send(flows, flow_id, "ADD_ACTION", code(f"step_{number}", "fine")) for number in range(20)),
        *(send(flows, flow_id, "LOCK_AND_PUBLISH") for _ in range(3)),
    )
    version = await flows.require_version(flow_id, (await flows.require(flow_id)).latest_version_id)
    assert len(version.scripts) == 20


def test_schedules_as_they_travel() -> None:
    assert wire_schedule(None) is None
    cron = {"type": "CRON_EXPRESSION", "cronExpression": "0 9 * * *", "timezone": "UTC"}
    assert wire_schedule(CronSchedule("0 9 * * *")) == cron
    assert wire_schedule(IntervalSchedule(60)) == {"type": "INTERVAL", "intervalMs": 60_000}

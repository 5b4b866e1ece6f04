"""Switching triggers: hooks in their order, undone when publishing fails, and what they keep true together with the flow or not at all."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.unit.server.worker.installation import MINUTE, START, Installation, Source, installed, trigger

from piecework.server.kernel.db import execute_all
from piecework.server.kernel.errors import ApError
from piecework.server.ports.runs import Statement

HOUR = 60 * MINUTE
REFUSE = "CREATE TRIGGER full BEFORE UPDATE ON flow WHEN new.publishedVersionId IS NOT NULL BEGIN SELECT RAISE(FAIL, 'full'); END"


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
async def server(tmp_path: Path, source: Source) -> AsyncIterator[Installation]:
    async with installed(tmp_path / "server.db", source, [START]) as installation:
        yield installation


async def change(server: Installation, sql: str) -> None:
    async with server.database.transaction() as connection:
        await execute_all(connection, [Statement(sql)])


async def test_when_publishing_cannot_be_written_the_hooks_are_undone(server: Installation, source: Source) -> None:
    flow_id = await server.publish(trigger("tested", "hooked", address="a"))
    before = await server.listening(flow_id)
    await server.operate(flow_id, "UPDATE_TRIGGER", trigger("tested", "hooked", address="b"))
    await change(server, REFUSE)
    with pytest.raises(Exception, match="full"):
        await server.operate(flow_id, "LOCK_AND_PUBLISH", {})
    assert source.calls == ["enable a", "disable a", "enable b", "disable b", "enable a"]
    assert await server.listening(flow_id) == before
    await change(server, "DROP TRIGGER full")
    await server.operate(flow_id, "LOCK_AND_PUBLISH", {})
    assert source.calls[5:] == ["disable a", "enable b"]


async def test_when_disabling_cannot_be_written_the_trigger_listens_again(server: Installation, source: Source) -> None:
    flow_id = await server.publish(trigger("tested", "hooked", address="a"))
    await change(server, REFUSE)
    with pytest.raises(Exception, match="full"):
        await server.operate(flow_id, "CHANGE_STATUS", {"status": "DISABLED"})
    assert source.calls == ["enable a", "disable a", "enable a"]
    assert await server.listening(flow_id) is not None


async def test_a_poll_keeps_its_cursor_when_its_successor_cannot_be_enabled(server: Installation, source: Source) -> None:
    flow_id = await server.publish(trigger("tested", "new_item", folder="inbox"))
    source.items = [{"id": 1}]
    source.failing = {"enable b"}
    with pytest.raises(ApError, match="TRIGGER_UPDATE_STATUS"):
        await server.publish(trigger("tested", "hooked", address="b"), flow_id)
    await server.tick(5)
    assert await server.queued() == [{"id": 1}], "it was new before, and is new after"


async def test_another_source_starts_anew(server: Installation, source: Source) -> None:
    flow_id = await server.publish(trigger("tested", "new_item", folder="inbox"))
    source.items = [{"id": 1}]
    await server.publish(trigger("tested", "new_item", folder="other"), flow_id)
    await server.tick(5)
    assert await server.queued() == []


async def test_a_webhook_that_runs_out_is_renewed(server: Installation, source: Source) -> None:
    flow_id = await server.publish(trigger("tested", "leased", address="a"))
    assert (await server.flows.get(flow_id))["triggerSource"] == {"schedule": None}, "the clock does not ask it for news"
    assert source.piece.triggers["leased"].describe()["renewConfiguration"] == {"strategy": "CRON", "cronExpression": "0 3 * * *"}
    await server.tick(20)  # 03:00
    assert source.calls == ["enable a", "renew a"]
    await server.tick(23.9 * 60)
    assert source.calls == ["enable a", "renew a"]
    await server.tick(10)
    assert source.calls[2:] == ["renew renewed"], "with what the last renewal has kept"
    assert await server.queued() == []
    health = await server.trigger_runs.health(flow_id)
    assert health["lastRun"] is not None
    assert (health["lastRun"]["type"], health["lastRun"]["status"]) == ("RENEW", "COMPLETED")
    await server.operate(flow_id, "CHANGE_STATUS", {"status": "DISABLED"})
    assert source.calls[3:] == ["disable renewed"]


async def test_a_renewal_that_fails_is_tried_again_before_the_next_one_is_due(server: Installation, source: Source) -> None:
    flow_id = await server.publish(trigger("tested", "leased", address="a"))
    source.failing = {"renew"}
    await server.tick(20)
    listening = await server.listening(flow_id)
    assert listening is not None
    assert listening.due_at == server.clock[0] + MINUTE
    source.failing = set()
    await server.tick(1)
    listening = await server.listening(flow_id)
    assert listening is not None
    assert (listening.failures, listening.due_at) == (0, START + 20 * MINUTE + 24 * HOUR)


async def test_a_crash_among_the_hooks_leaves_no_deaf_trigger(tmp_path: Path, source: Source) -> None:
    clock = [START]
    async with installed(tmp_path / "server.db", source, clock) as server:
        flow_id = await server.publish(trigger("tested", "hooked", address="a"))
        before = await server.listening(flow_id)
        flow = await server.flows.require(flow_id)
        await server.switch.deactivate(flow)  # and then the process dies: the flow is still enabled
    assert source.calls == ["enable a", "disable a"]
    async with installed(tmp_path / "server.db", source, clock) as server:
        await server.schedules.repair_all(server.now())  # as at each start
        await server.tick()
        assert source.calls[2:] == ["disable a", "enable a"]
        assert await server.listening(flow_id) == before
        await server.schedules.repair_all(server.now())
        await server.tick(60)
        assert len(source.calls) == 4, "once is enough"


async def test_an_interrupted_change_of_a_poll_keeps_its_cursor(tmp_path: Path, source: Source) -> None:
    clock = [START]
    async with installed(tmp_path / "server.db", source, clock) as server:
        flow_id = await server.publish(trigger("tested", "new_item", folder="inbox"))
        source.items = [{"id": 1}]
        await server.switch.deactivate(await server.flows.require(flow_id))
    async with installed(tmp_path / "server.db", source, clock) as server:
        await server.schedules.repair_all(server.now())
        await server.tick(5)
        assert await server.queued() == [], "it does not listen yet"
        await server.tick()
        assert await server.queued() == [{"id": 1}]

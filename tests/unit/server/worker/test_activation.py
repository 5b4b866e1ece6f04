"""Switching triggers: hooks in their order, undone when publishing fails, and what they keep true together with the flow or not at all."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.server.worker.installation import MINUTE, PROJECT, START, Installation, Source, installed, trigger

from piecework.server.kernel.clock import iso_of
from piecework.server.kernel.db import execute_all
from piecework.server.kernel.errors import ApError
from piecework.server.modules.trigger_runs.schemas import TriggerFailures
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


async def deafened(server: Installation, source: Source, listens: dict[str, Any]) -> str:
    """A flow that listened until it was published with a trigger that cannot be enabled, while the old one cannot either."""
    flow_id = await server.publish(listens)
    source.failing = {"enable", "poll"}
    with pytest.raises(ApError, match="TRIGGER_UPDATE_STATUS"):
        await server.publish(trigger("tested", "hooked", address="b"), flow_id)
    source.calls.clear()
    return flow_id


async def minutes_until_repair(server: Installation, flow_id: str) -> float:
    listening = await server.listening(flow_id)
    assert listening is not None
    assert listening.repair_at is not None
    return (listening.repair_at - server.clock[0]) / MINUTE


HOOKED = trigger("tested", "hooked", address="a")
POLL = trigger("tested", "new_item", folder="inbox")


async def test_a_trigger_that_does_not_listen_is_told_and_heals_by_itself(server: Installation, source: Source) -> None:
    told: list[TriggerFailures] = []
    server.trigger_runs.on_health.append(told.append)
    flow_id = await deafened(server, source, HOOKED)
    since = iso_of(START)
    why = "The trigger does not listen: no enable a"
    failures = {"flowId": flow_id, "projectId": PROJECT, "failures": 1, "failingSince": since, "error": why}
    assert (told, await server.trigger_runs.failing(PROJECT)) == ([failures], {"data": [failures]})
    health = await server.trigger_runs.health(flow_id)
    assert (health["listening"], health["failures"], health["nextRunAt"]) == (False, 1, iso_of(START + MINUTE))
    assert health["lastError"] is not None
    assert (health["lastError"]["type"], health["lastError"]["status"], health["lastError"]["error"]) == ("ENABLE", "FAILED", why)

    waits: list[float] = []
    for _ in range(8):
        waits.append(await minutes_until_repair(server, flow_id))
        await server.tick(waits[-1] - 0.01)
        assert len(source.calls) == 2 * len(waits) - 2
        await server.tick(0.01)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert source.calls == ["disable a", "enable a"] * 8
    assert [event["failures"] for event in told] == list(range(1, 10))
    assert {event["failingSince"] for event in told} == {since}

    source.failing = set()
    await server.tick(60)
    works = {"flowId": flow_id, "projectId": PROJECT, "failures": 0, "failingSince": None, "error": None}
    assert (told[-1], await server.trigger_runs.failing(PROJECT)) == (works, {"data": []})
    health = await server.trigger_runs.health(flow_id)
    assert (health["listening"], health["failures"], health["nextRunAt"]) == (True, 0, None)
    assert health["lastRun"] is not None
    assert (health["lastRun"]["type"], health["lastRun"]["status"]) == ("ENABLE", "COMPLETED")
    calls = len(source.calls)
    await server.tick(24 * 60)
    assert len(source.calls) == calls


async def test_publishing_the_same_input_again_enables_what_does_not_listen(server: Installation, source: Source) -> None:
    flow_id = await deafened(server, source, HOOKED)
    source.failing = {"disable"}  # the sender knows nothing of it any more
    await server.publish(HOOKED, flow_id)
    assert source.calls == ["disable a", "enable a"]
    listening = await server.listening(flow_id)
    assert listening is not None
    assert (listening.switching, listening.failures, listening.repair_at) == (False, 0, None)
    assert await server.trigger_runs.failing(PROJECT) == {"data": []}
    await server.tick(60)
    assert len(source.calls) == 2


@pytest.mark.parametrize("how", ["by the clock", "by publishing", "by publishing what cannot be enabled"])
async def test_a_poll_that_does_not_listen_loses_nothing(server: Installation, source: Source, how: str) -> None:
    source.items = [{"id": 0}]
    flow_id = await deafened(server, source, POLL)
    activation = (await server.schedules.all())[0].activation
    source.items = [{"id": 1}, {"id": 0}]
    await server.tick(5)
    assert await server.queued() == []
    source.failing = {"enable"}
    if how == "by the clock":
        await server.tick(await minutes_until_repair(server, flow_id))
    elif how == "by publishing":
        await server.publish(POLL, flow_id)
    else:
        with pytest.raises(ApError, match="TRIGGER_UPDATE_STATUS"):
            await server.publish(trigger("tested", "hooked", address="b"), flow_id)
    listening = await server.listening(flow_id)
    assert listening is not None
    assert (listening.switching, listening.failures, listening.activation) == (False, 0, activation)
    await server.tick()
    assert await server.queued() == [{"id": 1}]
    listening = await server.listening(flow_id)
    assert listening is not None
    assert listening.due_at == START + 10 * MINUTE, "the grid is the old one"


async def test_a_flow_whose_trigger_does_not_listen_can_be_disabled(server: Installation, source: Source) -> None:
    flow_id = await deafened(server, source, HOOKED)
    source.failing = {"disable", "enable"}
    await server.operate(flow_id, "CHANGE_STATUS", {"status": "DISABLED"})
    assert await server.listening(flow_id) is None
    await server.tick(60)
    assert source.calls == ["disable a"]


async def test_a_repair_waits_for_who_switches_the_trigger_and_leaves_what_was_changed_alone(server: Installation, source: Source) -> None:
    flow_id = await deafened(server, source, HOOKED)
    server.clock[0] += MINUTE
    async with server.flows.switching(flow_id):
        [repair] = await server.scheduler.fire_due()
        await server.schedules.remove(flow_id)
    await repair
    assert source.calls == []


async def test_whatever_switches_a_trigger_keeps_repairs_out(server: Installation, source: Source) -> None:
    flow_id = await server.publish(HOOKED)
    alone: list[bool] = []
    source.on_call.append(lambda: alone.append(server.flows.switching(flow_id).locked()))

    def moved(step: dict[str, Any]) -> dict[str, Any]:
        return step | {"settings": step["settings"] | {"input": {"address": "c"}}}

    await server.publish(trigger("tested", "hooked", address="b"), flow_id)
    await server.flows.rewrite(flow_id, "u" * 21, moved, published=True)
    await server.operate(flow_id, "CHANGE_STATUS", {"status": "DISABLED"})
    await server.operate(flow_id, "CHANGE_STATUS", {"status": "ENABLED"})
    await server.flows.delete(flow_id)
    assert source.calls[1:] == ["disable a", "enable b", "disable b", "enable c", "disable c", "enable c", "disable c"]
    assert all(alone)


async def test_a_trigger_heals_also_when_its_failure_could_not_be_written_down(server: Installation, source: Source) -> None:
    flow_id = await server.publish(HOOKED)
    source.failing = {"enable"}
    await change(server, "CREATE TRIGGER full BEFORE INSERT ON trigger_run BEGIN SELECT RAISE(FAIL, 'full'); END")
    with pytest.raises(ApError, match="TRIGGER_UPDATE_STATUS"):
        await server.publish(trigger("tested", "hooked", address="b"), flow_id)
    await change(server, "DROP TRIGGER full")
    source.failing = set()
    await server.tick(1)
    assert source.calls[-2:] == ["disable a", "enable a"]
    assert (await server.trigger_runs.health(flow_id))["listening"]


async def test_a_poll_that_ends_while_its_trigger_is_switched_is_void(server: Installation, source: Source) -> None:
    flow_id = await server.publish(POLL)
    source.items = [{"id": 1}]
    server.clock[0] += 5 * MINUTE
    tick = await server.listening(flow_id)
    assert tick is not None
    await server.schedules.mark(tick, server.clock[0] + MINUTE)
    await server.polls.fire(tick)
    assert await server.queued() == []
    await server.schedules.mark(tick, None)
    await server.tick()
    assert await server.queued() == [{"id": 1}]


async def test_what_cannot_be_repaired_at_the_start_is_tried_again(tmp_path: Path, source: Source) -> None:
    clock = [START]
    async with installed(tmp_path / "server.db", source, clock) as server:
        flow_id = await server.publish(HOOKED)
        await server.switch.deactivate(await server.flows.require(flow_id))
    source.failing = {"enable"}
    async with installed(tmp_path / "server.db", source, clock) as server:
        await server.schedules.repair_all(server.now())
        await server.tick()
        [failing] = (await server.trigger_runs.failing(PROJECT))["data"]
        assert failing["failures"] == 1
        source.failing = set()
        await server.tick(1)
        assert await server.trigger_runs.failing(PROJECT) == {"data": []}
    assert source.calls[2:] == ["disable a", "enable a"] * 2

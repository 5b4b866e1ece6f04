"""A tick ends in one transaction: runs, cursor, waiting items, record and next tick, or nothing of it. The clock is set by hand."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.unit.server.worker.installation import MINUTE, PROJECT, START, Installation, Source, installed, trigger

from piecework.server.kernel.clock import to_iso
from piecework.server.kernel.db import execute_all
from piecework.server.kernel.settings import MissedTicks
from piecework.server.modules.trigger_runs.schemas import TriggerFailures, TriggerRunQuery
from piecework.server.ports.runs import Statement

POLL = trigger("tested", "new_item", folder="inbox")
EVERY_10 = trigger("schedule", "every_x_minutes", minutes=10)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
async def server(tmp_path: Path, source: Source) -> AsyncIterator[Installation]:
    async with installed(tmp_path / "server.db", source, [START], most_items=3) as installation:
        yield installation


def items(*numbers: int) -> list[dict[str, Any]]:
    """A source's answer: newest first."""
    return [{"id": number} for number in reversed(numbers)]


async def runs_of(server: Installation, flow_id: str) -> list[dict[str, Any]]:
    query = TriggerRunQuery(projectId="p" * 21, flowId=flow_id, limit=20)  # type: ignore[call-arg]
    return [dict(run) for run in (await server.trigger_runs.page(query))["data"]]


async def change(server: Installation, sql: str) -> None:
    async with server.database.transaction() as connection:
        await execute_all(connection, [Statement(sql)])


async def test_what_cannot_be_written_whole_is_not_written(server: Installation, source: Source) -> None:
    flow_id = await server.publish(POLL)
    source.items = items(1, 2)
    server.clock[0] += 5 * MINUTE
    tick = await server.listening(flow_id)
    assert tick is not None
    await change(server, "CREATE TRIGGER full BEFORE INSERT ON trigger_run BEGIN SELECT RAISE(FAIL, 'full'); END")
    with pytest.raises(Exception, match="full"):
        await server.polls.fire(tick)
    assert (await server.queued(), await server.listening(flow_id)) == ([], tick)
    await change(server, "DROP TRIGGER full")
    await server.tick()
    await server.tick(5)
    assert await server.queued() == [{"id": 1}, {"id": 2}]


async def test_items_beyond_the_most_begin_at_later_polls_in_their_order(server: Installation, source: Source) -> None:
    flow_id = await server.publish(POLL)
    source.items = items(1, 2, 3, 4, 5, 6, 7)
    await server.tick(5)
    assert await server.queued() == [{"id": 1}, {"id": 2}, {"id": 3}]
    assert (await server.trigger_runs.health(flow_id))["waiting"] == 4
    source.items = items(8)  # the others are gone from the source
    await server.publish(trigger("tested", "new_item", folder="inbox"), flow_id)  # and the flow is published again
    for _ in range(3):
        await server.tick(5)
    assert [item["id"] for item in await server.queued()] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [(run["items"], run["waiting"]) for run in await runs_of(server, flow_id)] == [(1, 0), (1, 0), (3, 1), (3, 4)]


async def test_what_waits_goes_with_the_trigger_that_found_it(server: Installation, source: Source) -> None:
    flow_id = await server.publish(POLL)
    source.items = items(1, 2, 3, 4, 5)
    await server.tick(5)
    await server.publish(trigger("tested", "new_item", folder="another"), flow_id)
    await server.tick(5)
    assert [item["id"] for item in await server.queued()] == [1, 2, 3]
    assert (await server.trigger_runs.health(flow_id))["waiting"] == 0


async def test_a_tick_is_void_when_the_trigger_is_another_one_meanwhile(server: Installation, source: Source) -> None:
    flow_id = await server.publish(POLL)
    source.items = items(1)
    server.clock[0] += 5 * MINUTE
    tick = await server.listening(flow_id)
    assert tick is not None
    await server.operate(flow_id, "CHANGE_STATUS", {"status": "DISABLED"})
    await server.operate(flow_id, "CHANGE_STATUS", {"status": "ENABLED"})
    assert await server.polls.fire(tick)
    assert (await server.queued(), await runs_of(server, flow_id)) == ([], [])
    source.items = items(1, 2)
    await server.tick(5)
    assert await server.queued() == [{"id": 2}]


async def test_publishing_while_a_tick_is_under_way_neither_repeats_nor_loses_it(server: Installation, source: Source) -> None:
    flow_id = await server.publish(EVERY_10)
    server.clock[0] += 10 * MINUTE
    tick = await server.listening(flow_id)
    assert tick is not None
    facts = await server.flows.require(flow_id)
    version = await server.flows.require_version(flow_id, facts.latest_version_id)
    found = await server.schedules.find(flow_id)
    assert found is not None
    switched = server.schedules.going_on(found, version.id, found.schedule, None)  # publishing has read the row,
    assert await server.polls.fire(tick)  # the tick ends,
    async with server.database.transaction() as connection:
        await execute_all(connection, switched)  # and publishing is written
    await server.tick()
    assert len(await server.queued()) == 1


async def test_errors_back_off_are_shown_and_forgotten(server: Installation, source: Source) -> None:
    flow_id = await server.publish(POLL)
    source.failing = {"poll"}
    source.items = items(1)
    waits: list[float] = []
    for _ in range(9):
        listening = await server.listening(flow_id)
        assert listening is not None
        assert listening.due_at is not None
        waits.append((listening.due_at - server.clock[0]) / MINUTE)
        server.clock[0] = listening.due_at
        await server.tick()
    assert waits == [5, 5, 5, 5, 10, 20, 35, 60, 60]
    health = await server.trigger_runs.health(flow_id)
    assert (health["failures"], health["listening"]) == (9, True)
    assert health["lastError"] is not None
    assert (health["lastError"]["error"], health["lastError"]["status"]) == ("RuntimeError: no poll", "FAILED")
    await server.operate(flow_id, "LOCK_AND_PUBLISH", {})
    listening = await server.listening(flow_id)
    assert listening is not None
    assert listening.due_at == server.clock[0] + 5 * MINUTE, "publishing again asks again"
    source.failing = set()
    await server.tick(5)
    health = await server.trigger_runs.health(flow_id)
    assert (await server.queued(), health["failures"]) == ([{"id": 1}], 0)
    assert health["lastRun"] is not None
    assert (health["lastRun"]["status"], health["lastRun"]["items"]) == ("COMPLETED", 1)


async def due(server: Installation, flow_id: str) -> None:
    """The trigger's next tick, whenever it is."""
    listening = await server.listening(flow_id)
    assert listening is not None
    assert listening.due_at is not None
    server.clock[0] = listening.due_at
    await server.tick()


async def failing(server: Installation, project_id: str = PROJECT) -> list[TriggerFailures]:
    return (await server.trigger_runs.failing(project_id))["data"]


@pytest.mark.parametrize(("listens", "call"), [(POLL, "poll"), (trigger("tested", "leased", address="a"), "renew")])
async def test_failures_and_their_end_are_told_and_nothing_else_is(
    server: Installation, source: Source, listens: dict[str, Any], call: str
) -> None:
    flow_id = await server.publish(listens)
    told: list[TriggerFailures] = []
    server.trigger_runs.on_health.append(told.append)
    for _ in range(2):
        await due(server, flow_id)
    assert (told, await failing(server)) == ([], [])

    source.failing = {call}
    await due(server, flow_id)
    since = to_iso(datetime.fromtimestamp(server.clock[0] / 1000, UTC))
    await due(server, flow_id)
    assert [(event["failures"], event["failingSince"]) for event in told] == [(1, since), (2, since)]
    assert told[-1] == (await failing(server))[0]
    assert (told[-1]["flowId"], told[-1]["projectId"]) == (flow_id, PROJECT)
    assert str(told[-1]["error"]).startswith(f"RuntimeError: no {call}")
    assert (await server.trigger_runs.health(flow_id))["failingSince"] == since

    source.failing = set()
    for _ in range(2):
        await due(server, flow_id)
    works = {"flowId": flow_id, "projectId": PROJECT, "failures": 0, "failingSince": None, "error": None}
    assert (told[2:], await failing(server)) == ([works], [])
    assert (await server.trigger_runs.health(flow_id))["failingSince"] is None


async def test_a_tick_that_is_void_tells_nothing(server: Installation, source: Source) -> None:
    flow_id = await server.publish(POLL)
    told: list[TriggerFailures] = []
    server.trigger_runs.on_health.append(told.append)
    server.clock[0] += 5 * MINUTE
    tick = await server.listening(flow_id)
    assert tick is not None
    await server.operate(flow_id, "CHANGE_STATUS", {"status": "DISABLED"})
    await server.operate(flow_id, "CHANGE_STATUS", {"status": "ENABLED"})
    source.failing = {"poll"}
    assert await server.polls.fire(tick)
    assert (told, await failing(server)) == ([], [])


async def test_only_triggers_of_enabled_flows_fail_and_each_in_its_project(server: Installation, source: Source) -> None:
    first, second = await server.publish(POLL), await server.publish(POLL)
    source.failing = {"poll"}
    await server.tick(5)
    await server.tick(5)
    assert {row["flowId"]: row["failures"] for row in await failing(server)} == {first: 2, second: 2}
    assert await failing(server, "q" * 21) == []
    await server.operate(first, "CHANGE_STATUS", {"status": "DISABLED"})
    assert [row["flowId"] for row in await failing(server)] == [second]
    await server.operate(second, "LOCK_AND_PUBLISH", {})
    assert await failing(server) == [], "it is asked anew, and has not failed since"
    await server.tick(5)
    assert [(row["flowId"], row["failures"]) for row in await failing(server)] == [(second, 1)]


async def test_what_is_kept_of_trigger_runs_is_bounded_and_counted(server: Installation, source: Source) -> None:
    flow_id = await server.publish(POLL)
    for number in range(105):
        source.failing = {"poll"} if number == 3 else set()
        await server.tick(5)
    async with server.database.read() as connection:
        (kept,) = (await connection.exec_driver_sql("SELECT count(*) FROM trigger_run")).one()
    assert kept == 100
    async with server.database.read() as connection:
        counted = (await connection.exec_driver_sql("SELECT sum(success), sum(failure) FROM trigger_run_count")).one()
    assert tuple(counted) == (104, 1)
    assert (await server.trigger_runs.health(flow_id))["lastError"] is None, "it is older than what is kept"


@pytest.mark.parametrize(("policy", "runs"), [(MissedTicks.ONCE, 1), (MissedTicks.ALL, 4), (MissedTicks.NONE, 0)])
async def test_ticks_that_were_missed(tmp_path: Path, source: Source, policy: MissedTicks, runs: int) -> None:
    clock = [START]
    async with installed(tmp_path / "server.db", source, clock, missed=policy) as server:
        await server.publish(EVERY_10)
        clock[0] += 47 * MINUTE
        await server.tick()
        assert len(await server.queued()) == runs
        await server.tick(3)
        assert len(await server.queued()) == runs + 1, "the next tick is no missed one"


async def test_a_flow_may_have_its_own_policy_for_missed_ticks(server: Installation) -> None:
    flow_id = await server.publish(EVERY_10)
    await server.operate(flow_id, "UPDATE_METADATA", {"metadata": {"missedTicks": "ALL"}})
    await server.tick(30)
    assert len(await server.queued()) == 3


async def test_items_that_are_marked_as_the_same_begin_once(server: Installation, source: Source) -> None:
    await server.publish(POLL)
    source.items = [{"id": 2, "_dedupe_key": "a"}, {"id": 1, "_dedupe_key": "a"}]
    await server.tick(5)
    source.items = [{"id": 3, "_dedupe_key": "a"}, *source.items]
    await server.tick(5)
    assert await server.queued() == [{"id": 1}]

"""Ticks: each fires once, over republishing, restarts and crashes. The clock is set by hand."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.patience import PATIENCE_SECONDS
from tests.unit.server.worker.installation import MINUTE, START, Installation, Source, installed, trigger

from piecework.server.kernel.errors import ApError
from piecework.server.modules.schedules.service import Listening
from piecework.server.worker.schedule import REPAIRS_AT_ONCE, Scheduler, reconcile

EVERY_10 = trigger("schedule", "every_x_minutes", minutes=10)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "server.db"


@pytest.fixture
async def server(path: Path, source: Source) -> AsyncIterator[Installation]:
    async with installed(path, source, [START]) as installation:
        yield installation


async def test_an_interval_fires_once_a_tick(server: Installation) -> None:
    flow_id = await server.publish(EVERY_10)
    await server.tick(9.99)
    assert await server.queued() == []
    await server.tick(0.01)
    await server.tick()
    assert await server.queued() == [{"cron_expression": "*/10 * * * *", "timezone": "UTC"}]
    await server.tick(10)
    assert len(await server.queued()) == 2
    flow = await server.flows.get(flow_id)
    assert flow["triggerSource"] == {"schedule": {"type": "INTERVAL", "intervalMs": 600_000}}


async def test_a_cron_expression_in_its_zone(server: Installation) -> None:
    await server.publish(trigger("schedule", "every_day", hour_of_the_day=5, timezone="Europe/Prague", run_on_weekends=True))
    await server.tick(79)  # 03:59 UTC, 04:59 in Prague
    assert await server.queued() == []
    await server.tick(1)
    expected = {"hour_of_the_day": 5, "cron_expression": "0 5 * * *", "timezone": "Europe/Prague"}
    assert await server.queued() == [expected]


async def test_ticks_that_were_missed_fire_once_after_a_restart(path: Path, source: Source) -> None:
    clock = [START]
    async with installed(path, source, clock) as server:
        await server.publish(EVERY_10)
    clock[0] += 47 * MINUTE
    async with installed(path, source, clock) as server:
        await server.tick()
        assert len(await server.queued()) == 1
        await server.tick(2.9)
        assert len(await server.queued()) == 1
        await server.tick(0.1)  # the grid is the old one
        assert len(await server.queued()) == 2


async def test_a_clock_that_is_set_back_stops_no_trigger(server: Installation) -> None:
    elapsed = [0.0]
    scheduler = Scheduler(server.schedules, server.polls.fire, server.repair, server.now, lambda: elapsed[0])

    async def after(minutes: float, *, set_by: float = 0.0) -> int:
        elapsed[0] += minutes * 60
        server.clock[0] += int((minutes + set_by) * MINUTE)
        await scheduler.follow_clock()
        await asyncio.gather(*await scheduler.fire_due())
        return len(await server.queued())

    await server.publish(EVERY_10)
    assert await after(10) == 1
    assert await after(1, set_by=-24 * 60) == 1
    assert await after(9) == 1
    assert await after(1) == 2, "ten minutes after it was noticed"
    assert await after(0, set_by=24 * 60) == 3, "a clock set ahead has passed a tick"
    assert await after(9) == 3
    assert await after(10) == 4


async def test_a_crash_between_the_run_and_the_next_due_time_repeats_no_run(path: Path, source: Source) -> None:
    clock = [START]
    async with installed(path, source, clock) as server:
        flow_id = await server.publish(EVERY_10)
        clock[0] += 10 * MINUTE
        tick = await server.listening(flow_id)
        assert tick is not None
        await server.polls.fire(tick)  # and then the process dies
    async with installed(path, source, clock) as server:
        await server.tick()
        assert len(await server.queued()) == 1
        after = await server.listening(flow_id)
        assert after is not None
        assert after.due_at == START + 20 * MINUTE


async def test_a_failing_trigger_is_asked_again_at_its_next_tick(server: Installation, source: Source) -> None:
    await server.publish(trigger("tested", "new_item"))
    source.items = [{"id": 1}]
    source.failing = {"poll"}
    await server.tick(5)
    assert await server.queued() == []
    source.failing = set()
    await server.tick(4)
    assert await server.queued() == []
    await server.tick(1)
    assert await server.queued() == [{"id": 1}]


async def test_the_cursor_survives_republishing_and_not_disabling(server: Installation, source: Source) -> None:
    flow_id = await server.publish(trigger("tested", "new_item", folder="inbox"))
    source.items = [{"id": 1}]
    await server.operate(flow_id, "CHANGE_NAME", {"displayName": "Renamed"})
    await server.operate(flow_id, "LOCK_AND_PUBLISH", {})
    published = (await server.flows.require(flow_id)).published_version_id
    listening = await server.listening(flow_id)
    assert listening is not None
    assert (listening.version_id, listening.due_at) == (published, START + 5 * MINUTE)
    await server.tick(5)
    assert await server.queued() == [{"id": 1}]

    await server.operate(flow_id, "CHANGE_STATUS", {"status": "DISABLED"})
    assert await server.listening(flow_id) is None
    source.items = [{"id": 2}, {"id": 1}]
    await server.operate(flow_id, "CHANGE_STATUS", {"status": "ENABLED"})
    await server.tick(5)
    assert await server.queued() == [{"id": 1}]
    source.items = [{"id": 3}, {"id": 2}, {"id": 1}]
    await server.tick(5)
    assert await server.queued() == [{"id": 1}, {"id": 3}]


async def test_another_input_is_another_trigger(server: Installation, source: Source) -> None:
    flow_id = await server.publish(trigger("tested", "hooked", address="a"))
    await server.operate(flow_id, "CHANGE_NAME", {"displayName": "Renamed"})
    await server.operate(flow_id, "LOCK_AND_PUBLISH", {})
    assert source.calls == ["enable a"]
    await server.publish(trigger("tested", "hooked", address="b"), flow_id)
    assert source.calls == ["enable a", "disable a", "enable b"]
    await server.operate(flow_id, "CHANGE_STATUS", {"status": "DISABLED"})
    assert source.calls[3:] == ["disable b"]


async def test_a_trigger_that_cannot_be_enabled_leaves_the_old_one(server: Installation, source: Source) -> None:
    flow_id = await server.publish(trigger("tested", "hooked", address="a"))
    before = await server.listening(flow_id)
    source.failing = {"enable b"}
    with pytest.raises(ApError, match="TRIGGER_UPDATE_STATUS") as refused:
        await server.publish(trigger("tested", "hooked", address="b"), flow_id)
    assert refused.value.params is not None
    assert refused.value.params["standardError"] == "no enable b"
    assert source.calls == ["enable a", "disable a", "enable b", "enable a"]
    assert await server.listening(flow_id) == before
    flow = await server.flows.require(flow_id)
    assert (flow.status, flow.published_version_id != flow.latest_version_id) == ("ENABLED", True)

    fresh = (await server.flows.get(flow_id))["version"]["state"]
    assert fresh == "DRAFT"


async def test_a_trigger_that_is_switched_off_while_it_is_asked_starts_nothing(server: Installation, source: Source) -> None:
    flow_id = await server.publish(EVERY_10)
    tick = await server.listening(flow_id)
    assert tick is not None
    await server.operate(flow_id, "CHANGE_STATUS", {"status": "DISABLED"})
    await server.polls.fire(tick)
    assert await server.queued() == []


async def test_a_deleted_flow_leaves_nothing_to_fire(server: Installation) -> None:
    flow_id = await server.publish(EVERY_10)
    await server.flows.delete(flow_id)
    assert await server.schedules.all() == []


async def test_schedules_are_made_to_fit_the_flows(server: Installation) -> None:
    flow_id = await server.publish(EVERY_10)
    row = await server.listening(flow_id)
    assert row is not None
    await server.schedules.remove(flow_id)
    await reconcile(server.schedules, server.flows, server.now)
    made = await server.listening(flow_id)
    assert made is not None
    assert replace(made, activation=row.activation) == row
    await server.operate(flow_id, "CHANGE_STATUS", {"status": "DISABLED"})
    await server.schedules.put(row)
    await reconcile(server.schedules, server.flows, server.now)
    assert await server.listening(flow_id) is None


async def test_the_scheduler_wakes_when_a_schedule_changes(server: Installation) -> None:
    fired: asyncio.Queue[str] = asyncio.Queue()

    async def fire(tick: Listening) -> bool:
        await fired.put(tick.flow_id)
        return False

    flow_id = await server.publish(EVERY_10)
    row = await server.listening(flow_id)
    assert row is not None
    scheduler = Scheduler(server.schedules, fire, server.repair, server.now)
    scheduler.start()
    await server.schedules.put(replace(row, due_at=START))
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await fired.get() == flow_id
    await scheduler.close()
    assert fired.empty()


async def test_repairs_hold_up_no_polls(server: Installation) -> None:
    """A service that does not answer keeps repairs waiting for minutes."""
    answered = asyncio.Event()

    async def repair(_tick: Listening) -> bool:
        await answered.wait()
        return True

    flow_ids = [await server.publish(EVERY_10) for _ in range(REPAIRS_AT_ONCE + 2)]
    rows = {row.flow_id: row for row in await server.schedules.all()}
    for flow_id in flow_ids[1:]:
        await server.schedules.put(replace(rows[flow_id], switching=True, repair_at=START))
    server.clock[0] += 10 * MINUTE
    scheduler = Scheduler(server.schedules, server.polls.fire, repair, server.now)
    tick, *repairs = await scheduler.fire_due()
    await tick
    assert len(await server.queued()) == 1
    assert len(repairs) == REPAIRS_AT_ONCE
    assert await scheduler.fire_due() == [], "no more of them at the same time"
    answered.set()
    await asyncio.gather(*repairs)
    assert len(await scheduler.fire_due()) == REPAIRS_AT_ONCE
    await scheduler.close()


async def test_a_clock_that_is_set_back_delays_no_repair(server: Installation) -> None:
    elapsed = [0.0]
    scheduler = Scheduler(server.schedules, server.polls.fire, server.repair, server.now, lambda: elapsed[0])
    flow_id = await server.publish(EVERY_10)
    row = await server.listening(flow_id)
    assert row is not None
    await server.schedules.put(replace(row, switching=True, repair_at=START + MINUTE))
    server.clock[0] -= 24 * 60 * MINUTE
    await scheduler.follow_clock()
    await asyncio.gather(*await scheduler.fire_due())
    listening = await server.listening(flow_id)
    assert listening is not None
    assert not listening.switching

"""What is past retention goes, what is still needed stays."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update
from tests.unit.server.worker.installation import PROJECT, START, Installation, Source, installed, trigger

from piecework.server.kernel.clock import to_iso
from piecework.server.modules.files.models import file
from piecework.server.modules.retention._repository import MAX_BATCH_BYTES
from piecework.server.modules.retention.service import RetentionService
from piecework.server.modules.runs.models import flow_run, waitpoint
from piecework.server.modules.trigger_events.models import trigger_event
from piecework.server.ports.runs import JobKind, new_run
from piecework.server.worker.reap import BATCH, Reaper, Sweep
from piecework.spec.run import RunEnvironment

NOW = datetime(2026, 6, 30, tzinfo=UTC)
KEPT_DAYS = 30


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installed(tmp_path / "server.db", Source(), [START]) as installation:
        yield installation


def reaper(server: Installation) -> Reaper:
    return Reaper(sweeps(server), KEPT_DAYS, lambda: NOW)


def sweeps(server: Installation) -> dict[str, Sweep]:
    retention = RetentionService(server.database)
    return {
        "logs": retention.remove_logs,
        "run_files": retention.remove_run_files,
        "trigger_events": retention.remove_trigger_events,
        "waitpoints": retention.remove_waitpoints,
    }


async def add_run(server: Installation, name: str, status: str, days_ago: float, kind: str = "FLOW_RUN_LOG") -> None:
    created = to_iso(NOW - timedelta(days=days_ago))
    stamps = {"created": created, "updated": created, "projectId": PROJECT}
    run = {"flowId": "f", "flowVersionId": "v", "environment": "PRODUCTION", "failParentOnFailure": False, "stepsCount": 0}
    waits = {"stepName": "w", "type": "WEBHOOK", "status": "COMPLETED", "jobPayload": b"{}"}
    stored = {"type": kind, "location": "DB", "compression": "NONE", "data": b"{}", "size": 2}
    async with server.database.transaction() as connection:
        await connection.execute(insert(file).values(id=name, **stamps, **stored))
        await connection.execute(insert(flow_run).values(id=name, status=status, logsFileId=name, **stamps, **run))
        await connection.execute(insert(waitpoint).values(id=name, flowRunId=name, **stamps, **waits))


async def left(server: Installation) -> tuple[set[str], set[str], int]:
    async with server.database.read() as connection:
        files = set((await connection.execute(select(file.c.id))).scalars())
        waits = set((await connection.execute(select(waitpoint.c.id))).scalars())
        runs = len((await connection.execute(select(flow_run.c.id))).all())
    return files, waits, runs


async def test_logs_of_ended_runs_go_after_their_time(server: Installation) -> None:
    for name, status, days_ago in (
        ("old", "SUCCEEDED", 31),
        ("old and failed", "FAILED", 400),
        ("young", "SUCCEEDED", 29),
        ("old but paused", "PAUSED", 45),
        ("old but queued", "QUEUED", 45),
    ):
        await add_run(server, name, status, days_ago)
    assert await reaper(server).sweep() == {"logs": 2, "run_files": 0, "trigger_events": 0, "waitpoints": 2}
    kept = {"young", "old but paused", "old but queued"}
    assert await left(server) == (kept, kept, 5)


async def test_step_files_stay_while_an_older_run_is_under_way(server: Installation) -> None:
    await add_run(server, "file", "SUCCEEDED", 31, "FLOW_STEP_FILE")
    await add_run(server, "paused", "PAUSED", 40)
    assert (await reaper(server).sweep())["run_files"] == 0
    async with server.database.transaction() as connection:
        await connection.execute(flow_run.update().where(flow_run.c.id == "paused").values(status="SUCCEEDED"))
    assert await reaper(server).sweep() == {"logs": 1, "run_files": 1, "trigger_events": 0, "waitpoints": 1}


async def test_samples_and_other_files_stay(server: Installation) -> None:
    await add_run(server, "sample", "SUCCEEDED", 400, "SAMPLE_DATA")
    await reaper(server).sweep()
    assert (await left(server))[0] == {"sample"}


@pytest.mark.parametrize("kind", ["FLOW_STEP_FILE", "FLOW_RUN_LOG_SLICE", "WEBHOOK_PAYLOAD"])
async def test_every_kind_of_file_of_a_run_goes(server: Installation, kind: str) -> None:
    await add_run(server, "old", "SUCCEEDED", 31, kind)
    await add_run(server, "young", "SUCCEEDED", 29, kind)
    await reaper(server).sweep()
    assert (await left(server))[0] == {"young"}


async def test_trigger_events_go_with_their_payloads(server: Installation) -> None:
    old, young = to_iso(NOW - timedelta(days=31)), to_iso(NOW)
    flow_id = await server.publish(trigger("schedule", "every_x_minutes", minutes=10))
    async with server.database.transaction() as connection:
        for name, created, has_row in (("old", old, True), ("orphan", old, False), ("young", young, True)):
            stored = {"location": "DB", "compression": "NONE", "data": b"{}", "size": 2, "type": "TRIGGER_EVENT_FILE"}
            stamps = {"created": created, "updated": created, "projectId": PROJECT}
            await connection.execute(insert(file).values(id=name, **stamps, **stored))
            if has_row:
                await connection.execute(insert(trigger_event).values(id=name, flowId=flow_id, sourceName="s", fileId=name, **stamps))
    assert (await reaper(server).sweep())["trigger_events"] == 2
    async with server.database.read() as connection:
        assert set((await connection.execute(select(trigger_event.c.id))).scalars()) == {"young"}
    assert (await left(server))[0] == {"young"}


async def test_many_go_in_several_batches(server: Installation) -> None:
    for number in range(BATCH + 1):
        await add_run(server, f"old {number}", "SUCCEEDED", 31)
    batches: list[int] = []

    async def counted(before: str, limit: int) -> int:
        batches.append(await sweeps(server)["logs"](before, limit))
        return batches[-1]

    assert await Reaper({"logs": counted}, KEPT_DAYS, lambda: NOW).sweep() == {"logs": BATCH + 1}
    assert batches == [BATCH, 1, 0]


async def test_large_files_go_a_few_at_a_time(server: Installation) -> None:
    for number in range(5):
        await add_run(server, f"old {number}", "SUCCEEDED", 31)
    async with server.database.transaction() as connection:
        await connection.execute(file.update().values(size=MAX_BATCH_BYTES // 2))
    before = to_iso(NOW - timedelta(days=KEPT_DAYS))
    assert [await sweeps(server)["logs"](before, BATCH) for _ in range(4)] == [2, 2, 1, 0]


async def test_others_write_while_ten_thousand_go(server: Installation) -> None:
    old = to_iso(NOW - timedelta(days=31))
    stored = {"type": "FLOW_RUN_LOG", "location": "DB", "compression": "NONE", "data": b"x" * 2000, "size": 2000, "projectId": PROJECT}
    rows = [{"id": f"old {number}", "created": old, "updated": old, **stored} for number in range(10_000)]
    async with server.database.transaction() as connection:
        await connection.execute(insert(file), rows)
    sweeping = asyncio.create_task(reaper(server).sweep())
    written = 0
    while not sweeping.done():
        await server.queue.enqueue(new_run(PROJECT, "f" * 21, "v" * 21, RunEnvironment.PRODUCTION), JobKind.BEGIN, b"{}")
        written += 1
    assert (await sweeping)["logs"] == 10_000
    assert written >= 10_000 / BATCH, "at least one between any two transactions of the sweep"


async def test_a_clock_that_was_set_ahead_removes_nothing_at_first(server: Installation) -> None:
    await add_run(server, "log", "SUCCEEDED", 0)
    clock, elapsed = [NOW], [0.0]
    reaper = Reaper(sweeps(server), KEPT_DAYS, lambda: clock[0], lambda: elapsed[0])
    assert (await reaper.sweep())["logs"] == 0
    clock[0] += timedelta(days=3650)
    elapsed[0] += 3600
    assert await reaper.sweep() == {}
    clock[0] -= timedelta(days=3650)
    elapsed[0] += 3600
    assert (await reaper.sweep())["logs"] == 0
    clock[0] += timedelta(days=KEPT_DAYS + 1)
    elapsed[0] += timedelta(days=KEPT_DAYS + 1).total_seconds()
    assert (await reaper.sweep())["logs"] == 1, "that time has gone by"


async def test_slices_go_with_their_log_and_not_before(server: Installation) -> None:
    created = to_iso(NOW - timedelta(days=45))
    row = {"created": created, "updated": created, "projectId": PROJECT, "location": "DB", "compression": "NONE", "data": b"1", "size": 1}
    await add_run(server, "old", "SUCCEEDED", 31)
    await add_run(server, "young", "SUCCEEDED", 10)
    async with server.database.transaction() as connection:
        for name in ("of the old", "of the old too", "of the young"):
            await connection.execute(insert(file).values(id=name, type="FLOW_RUN_LOG_SLICE", **row))
        for log, slices in (("old", ["of the old", "of the old too"]), ("young", ["of the young"])):
            await connection.execute(update(file).where(file.c.id == log).values(metadata={"slices": slices}))
    await reaper(server).sweep()
    assert (await left(server))[0] == {"young", "of the young"}

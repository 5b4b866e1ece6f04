"""What is past retention goes, what is still needed stays."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update
from tests.unit.server.worker.installation import PROJECT, START, Installation, Source, installed

from piecework.server.kernel.clock import to_iso
from piecework.server.modules.files.models import file
from piecework.server.modules.runs.models import flow_run, waitpoint
from piecework.server.worker.reap import BATCH, Reaper

NOW = datetime(2026, 6, 30, tzinfo=UTC)
KEPT_DAYS = 30


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installed(tmp_path / "server.db", Source(), [START]) as installation:
        yield installation


def reaper(server: Installation) -> Reaper:
    runs = server.runs
    sweeps = {"logs": runs.remove_old_logs, "step_files": runs.remove_old_step_files, "waitpoints": runs.remove_old_waitpoints}
    return Reaper(sweeps, KEPT_DAYS, lambda: NOW)


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
    assert await reaper(server).sweep() == {"logs": 2, "step_files": 0, "waitpoints": 2}
    kept = {"young", "old but paused", "old but queued"}
    assert await left(server) == (kept, kept, 5)


async def test_step_files_stay_while_an_older_run_is_under_way(server: Installation) -> None:
    await add_run(server, "file", "SUCCEEDED", 31, "FLOW_STEP_FILE")
    await add_run(server, "paused", "PAUSED", 40)
    assert (await reaper(server).sweep())["step_files"] == 0
    async with server.database.transaction() as connection:
        await connection.execute(flow_run.update().where(flow_run.c.id == "paused").values(status="SUCCEEDED"))
    assert await reaper(server).sweep() == {"logs": 1, "step_files": 1, "waitpoints": 1}


async def test_samples_and_other_files_stay(server: Installation) -> None:
    await add_run(server, "sample", "SUCCEEDED", 400, "SAMPLE_DATA")
    await reaper(server).sweep()
    assert (await left(server))[0] == {"sample"}


async def test_many_go_in_several_batches(server: Installation) -> None:
    for number in range(BATCH + 1):
        await add_run(server, f"old {number}", "SUCCEEDED", 31)
    batches: list[int] = []

    async def counted(before: str, limit: int) -> int:
        batches.append(await server.runs.remove_old_logs(before, limit))
        return batches[-1]

    assert await Reaper({"logs": counted}, KEPT_DAYS, lambda: NOW).sweep() == {"logs": BATCH + 1}
    assert batches == [BATCH, 1]


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

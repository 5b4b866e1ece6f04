"""The contract of the queue and the journal of runs (server/ports/runs.py), run against every adapter."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import pkgutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from time import time

import orjson
import pytest
from sqlalchemy import create_engine

import piecework.server.modules
from piecework.server.adapters.sqlite.runs import READY_LIMIT, SqliteRuns
from piecework.server.adapters.sqlite.writer import OutOfTurn
from piecework.server.kernel.db import metadata
from piecework.server.kernel.ids import new_id
from piecework.server.ports.runs import (
    CannotWrite,
    Fenced,
    FoldedLog,
    Job,
    JobKind,
    LogSlice,
    NewRun,
    QueueDepth,
    RunRow,
    Statement,
    ToParent,
    Waitpoint,
    new_run,
)
from piecework.spec.run import FlowRunStatus, RunEnvironment
from tests.patience import PATIENCE_SECONDS

Reopen = Callable[[], Awaitable[SqliteRuns]]


@pytest.fixture(params=["sqlite"])
async def reopen(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Reopen]:
    """Opens the adapter; called again, it is the next life of the process: the earlier one is left as a kill leaves it."""
    path = tmp_path / "piecework.db"
    for module in pkgutil.iter_modules(piecework.server.modules.__path__):
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(f"piecework.server.modules.{module.name}.models")
    engine = create_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    engine.dispose()
    lives: list[SqliteRuns] = []

    async def open_again() -> SqliteRuns:
        lives.append(SqliteRuns(path))
        await lives[-1].start()
        return lives[-1]

    yield open_again
    for life in lives:
        if life._writer._thread.is_alive():  # some tests close theirs
            await life.close()


def a_run() -> RunRow:
    return new_run("p" * 21, "f" * 21, "v" * 21, RunEnvironment.PRODUCTION)


async def claim_one(runs: SqliteRuns) -> tuple[Job, RunRow]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        [claim] = await runs.claim(1)
    assert claim.run is not None
    return claim.job, claim.run


async def nothing_to_claim(runs: SqliteRuns) -> bool:
    try:
        async with asyncio.timeout(0.05):
            await runs.claim(1)
    except TimeoutError:
        return True
    return False


async def test_jobs_come_in_their_order(reopen: Reopen) -> None:
    runs = await reopen()
    expected = [a_run() for _ in range(20)]
    for run in expected:
        await runs.enqueue(run, JobKind.BEGIN, b'{"n":1}')
    claims = [claim for _ in range(4) for claim in await runs.claim(5)]
    assert [claim.job.run_id for claim in claims] == [run.id for run in expected]
    assert claims[0].job.payload == b'{"n":1}'
    assert await nothing_to_claim(runs)


async def test_runs_that_begin_together_do_so_with_what_stands_beside_them_or_not_at_all(reopen: Reopen) -> None:
    first = await reopen()
    runs = [NewRun(a_run(), payload) for payload in (b"1", b'"' + b"x" * 600_000 + b'"', b"3")]
    beside = Statement("INSERT INTO trigger_run_count VALUES (?, ?, ?, ?, ?)", ("p" * 21, "piece", "2026-01-01", 1, 0))
    move = Statement("UPDATE trigger_run_count SET success = success + 1 WHERE success = ?", (1,))
    assert await first.enqueue_all(runs, only_if=move, beside=[beside]) is None, "the statement finds no row"
    assert await first.fetch("SELECT count(*) FROM flow_run") == [(0,)]
    with pytest.raises(Exception, match="syntax"):
        await first.enqueue_all(runs, beside=[beside, Statement("nonsense")])
    assert await first.fetch("SELECT (SELECT count(*) FROM flow_run) + (SELECT count(*) FROM trigger_run_count)") == [(0,)]

    assert await first.enqueue_all(runs, beside=[beside]) == [run.id for run, _ in runs]
    assert await first.enqueue_all(runs, only_if=move) == [], "their ids are there already"
    assert await first.fetch("SELECT success FROM trigger_run_count") == [(2,)]
    second = await reopen()
    claims = [await claim_one(second) for _ in runs]
    assert [(run.id, job.payload) for job, run in claims] == [(run.id, payload) for run, payload in runs]
    assert await nothing_to_claim(second)


async def test_a_claim_waits_for_work(reopen: Reopen) -> None:
    runs = await reopen()
    claiming = asyncio.create_task(runs.claim(1))
    await asyncio.sleep(0)
    run = a_run()
    await runs.enqueue(run, JobKind.BEGIN, b"1")
    [claim] = await claiming
    assert claim.job.run_id == run.id


async def test_what_was_enqueued_survives_a_kill(reopen: Reopen) -> None:
    first = await reopen()
    expected = [a_run() for _ in range(5)]
    for run in expected:
        await first.enqueue(run, JobKind.BEGIN, b"1")
    await first.claim(3)
    second = await reopen()
    claims = await second.claim(10)
    assert [claim.job.run_id for claim in claims] == [run.id for run in expected]
    assert {claim.job.attempts for claim in claims} == {2}
    third = await reopen()
    assert {claim.job.attempts for claim in await third.claim(10)} == {3}


async def test_an_offer_is_durable_from_its_first_entry_on(reopen: Reopen) -> None:
    first = await reopen()
    lost, kept = a_run(), a_run()
    first.offer(kept, b"2")
    first.offer(lost, b"1")
    job, run = await claim_one(first)
    assert run is kept
    assert not job.durable
    await first.append(run, job, 0, b"[]")
    second = await reopen()
    claims = await second.claim(10)
    assert [claim.job.run_id for claim in claims] == [kept.id]
    assert claims[0].job.payload == b"2"
    assert await second.load(kept.id) == [b"[]"]


async def test_the_journal_is_fenced(reopen: Reopen) -> None:
    runs = await reopen()
    run = a_run()
    await runs.enqueue(run, JobKind.BEGIN, b"1")
    job, run = await claim_one(runs)
    await runs.append(run, job, 0, b"a")
    await runs.append(run, job, 1, b"b")
    results = await asyncio.gather(*(runs.append(run, job, 2, b"c") for _ in range(2)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Fenced", "NoneType"]
    assert await runs.load(run.id) == [b"a", b"b", b"c"]


@pytest.mark.parametrize("resume_first", [True, False])
async def test_a_resume_that_is_written_together_with_its_pause(reopen: Reopen, tmp_path: Path, resume_first: bool) -> None:
    """Found by the fault tests: in one transaction the run was PAUSED already and its waitpoint not there yet, and the resume was lost."""
    runs = await reopen()
    run = a_run()
    await runs.enqueue(run, JobKind.BEGIN, b"null")
    job, run = await claim_one(runs)
    run.status = FlowRunStatus.PAUSED
    waitpoint = Waitpoint(
        "w" * 21, run.id, run.project_id, "a", "WEBHOOK", int((time() + 3600) * 1000), b'{"path":[],"step":"a","payload":null}'
    )
    other = sqlite3.connect(tmp_path / "piecework.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    first = asyncio.create_task(runs.enqueue(a_run(), JobKind.BEGIN, b"null"))  # the writer waits for the lock with this one
    await asyncio.sleep(0.05)
    calls = [lambda: runs.resume(run.id, waitpoint.id, b'{"body":1}'), lambda: runs.pause(run, job, FoldedLog(b"{}"), [waitpoint])]
    tasks = []
    for call in calls if resume_first else reversed(calls):
        tasks.append(asyncio.create_task(call()))
        await asyncio.sleep(0)
    other.execute("ROLLBACK")
    other.close()
    await asyncio.gather(first, *tasks)
    assert tasks[0 if resume_first else 1].result(), "the resume is taken"
    claims = [await claim_one(runs) for _ in range(2)]
    [resumed] = [job for job, claimed in claims if claimed.id == run.id]
    assert orjson.loads(resumed.payload)["payload"] == {"body": 1}


async def test_a_fenced_write_spoils_no_neighbour(reopen: Reopen) -> None:
    runs = await reopen()
    pairs = []
    for _ in range(10):
        await runs.enqueue(a_run(), JobKind.BEGIN, b"1")
        pairs.append(await claim_one(runs))
        await runs.append(pairs[-1][1], pairs[-1][0], 0, b"first")
    results = await asyncio.gather(
        *(runs.append(run, job, 0 if index == 4 else 1, b"x") for index, (job, run) in enumerate(pairs)), return_exceptions=True
    )
    assert [isinstance(result, Fenced) for result in results] == [index == 4 for index in range(10)]


async def test_finishing_folds(reopen: Reopen) -> None:
    runs = await reopen()
    await runs.enqueue(a_run(), JobKind.BEGIN, b"1")
    job, run = await claim_one(runs)
    await runs.append(run, job, 0, b"[]")
    run.status = FlowRunStatus.SUCCEEDED
    log = b'{"executionState":{"steps":{},"tags":[]}}'
    await runs.finish(run, job, FoldedLog(log))
    assert await runs.load(run.id) == []
    assert await runs.log(run) == log
    second = await reopen()
    assert await nothing_to_claim(second)
    for fetch in (second.fetch, second.fetch_aside):
        assert await fetch("SELECT status FROM flow_run WHERE id = ?", (run.id,)) == [("SUCCEEDED",)]


async def test_a_large_log_comes_back_whole_and_replaces_the_old_one(reopen: Reopen) -> None:
    runs = await reopen()
    await runs.enqueue(a_run(), JobKind.BEGIN, b"1")
    job, run = await claim_one(runs)
    for size in (100_000, 200_000):
        log = orjson.dumps(["x" * 10] * (size // 13))
        await runs.finish(run, job, FoldedLog(log))
        assert await runs.log(run) == log
    assert await runs.fetch("SELECT count(*) FROM file") == [(1,)]


@pytest.mark.parametrize("size", [10, 10_000, 1_000_000])
async def test_slices_are_written_with_their_log_and_go_when_it_no_longer_refers_to_them(reopen: Reopen, size: int) -> None:
    runs = await reopen()
    await runs.enqueue(a_run(), JobKind.BEGIN, b"1")
    job, run = await claim_one(runs)
    first, second = LogSlice(new_id(), b"a" * size), LogSlice(new_id(), b"b" * size)
    await runs.finish(run, job, FoldedLog(b"{}", (first, second), frozenset({first.file_id, second.file_id})))
    assert await runs.slices(run.project_id, [first.file_id, second.file_id]) == {first.file_id: first.data, second.file_id: second.data}
    assert await runs.slices("q" * 21, [first.file_id]) == {}
    third = LogSlice(new_id(), b"c")
    await runs.finish(run, job, FoldedLog(b"{}", (third,), frozenset({first.file_id, third.file_id})))
    assert set(await runs.slices(run.project_id, [first.file_id, second.file_id, third.file_id])) == {first.file_id, third.file_id}
    await runs.finish(run, job, FoldedLog(b"{}"))
    assert await runs.fetch("SELECT id FROM file") == [(run.logs_file_id,)]


async def test_a_paused_run_has_its_slices(reopen: Reopen) -> None:
    runs = await reopen()
    await runs.enqueue(a_run(), JobKind.BEGIN, b"1")
    job, run = await claim_one(runs)
    part = LogSlice(new_id(), b"1" * 100)
    waitpoint = a_waitpoint(run, resume_at=time() * 1000 + 60_000)
    assert await runs.pause(run, job, FoldedLog(b"{}", (part,), frozenset({part.file_id})), [waitpoint])
    assert await (await reopen()).slices(run.project_id, [part.file_id]) == {part.file_id: part.data}


async def test_a_large_payload_waits_in_a_file_until_its_run_is_over(reopen: Reopen) -> None:
    runs = await reopen()
    runs._inline_bytes = 100
    small, large = b'"@file:small"', b'"' + b"x" * 200_000 + b'"'
    first, second = a_run(), a_run()
    await runs.enqueue(first, JobKind.BEGIN, small)
    await runs.enqueue(second, JobKind.BEGIN, large)
    files = "SELECT id, type, size FROM file"
    assert await runs.fetch(files) == [(second.id, "WEBHOOK_PAYLOAD", len(large))]
    [(carried,)] = await runs.fetch("SELECT payload FROM job WHERE runId = ?", (second.id,))
    assert len(carried) < 40
    for life in (runs, await reopen()):
        life._inline_bytes = 100
        (job, run), (large_job, large_run) = await claim_one(life), await claim_one(life)
        assert (job.payload, large_job.payload) == (small, large)
    await life.finish(large_run, large_job, FoldedLog(b"{}"))
    await life.finish(run, job, FoldedLog(b"{}"))
    assert {kind for _, kind, _ in await life.fetch(files)} == {"FLOW_RUN_LOG"}


async def test_a_large_payload_of_an_offered_run_is_durable_with_its_first_entry(reopen: Reopen) -> None:
    runs = await reopen()
    runs._inline_bytes = 100
    offered, payload = a_run(), b'"' + b"x" * 5000 + b'"'
    runs.offer(offered, payload)
    job, run = await claim_one(runs)
    assert await runs.fetch("SELECT id FROM file") == []
    await runs.append(run, job, 0, b"[]")
    second, _ = await claim_one(await reopen())
    assert (second.payload, second.attempts) == (payload, 2)


async def test_a_run_that_has_a_log_before_it_begins(reopen: Reopen) -> None:
    runs = await reopen()
    part = LogSlice(new_id(), b"1" * 100)
    ended, again = a_run(), a_run()
    ended.status = FlowRunStatus.FAILED
    await runs.add(ended, FoldedLog(b"{}", (part,), frozenset({part.file_id})), None)
    assert await nothing_to_claim(runs)
    assert await runs.log(ended) == b"{}"
    assert await runs.retry(ended.id)
    job, _ = await claim_one(runs)
    assert (job.run_id, job.kind) == (ended.id, JobKind.RETRY)
    await runs.add(again, FoldedLog(b"[]"), JobKind.RETRY)
    job, run = await claim_one(runs)
    assert (job.kind, await runs.log(run)) == (JobKind.RETRY, b"[]")


def a_waitpoint(run: RunRow, *, resume_at: float, part: int = 1) -> Waitpoint:
    payload = orjson.dumps({"path": [["loop", part]], "step": "wait", "payload": None, "expired": True})
    return Waitpoint(new_id(), run.id, run.project_id, f"loop:{part + 1}/wait", "WEBHOOK", int(resume_at * 1000), payload)


async def paused(runs: SqliteRuns, *, resume_at: float) -> tuple[RunRow, Waitpoint]:
    await runs.enqueue(a_run(), JobKind.BEGIN, b"1")
    job, run = await claim_one(runs)
    run.status = FlowRunStatus.PAUSED
    waitpoint = a_waitpoint(run, resume_at=resume_at)
    assert await runs.pause(run, job, FoldedLog(b"{}"), [waitpoint])
    return run, waitpoint


async def test_a_pause_ends_by_itself_when_its_time_is_over(reopen: Reopen) -> None:
    runs = await reopen()
    run, _ = await paused(runs, resume_at=time() + 0.05)
    job, _ = await claim_one(runs)
    assert (job.run_id, job.kind) == (run.id, JobKind.RESUME)
    assert orjson.loads(job.payload)["expired"] is True


async def test_a_pause_is_resumed_once(reopen: Reopen) -> None:
    runs = await reopen()
    run, waitpoint = await paused(runs, resume_at=time() + 3600)
    assert await nothing_to_claim(runs)
    assert not await runs.resume(new_id(), waitpoint.id, b"1")
    assert await runs.resume(run.id, waitpoint.id, b'{"body":7}')
    assert not await runs.resume(run.id, waitpoint.id, b'{"body":8}')
    assert not await runs.resume(run.id, "any", b'{"body":9}', else_newest="")
    job, _ = await claim_one(runs)
    assert orjson.loads(job.payload) == {"path": [["loop", 1]], "step": "wait", "payload": {"body": 7}}
    assert await nothing_to_claim(runs)


async def test_a_pause_survives_a_kill(reopen: Reopen) -> None:
    first = await reopen()
    run, waitpoint = await paused(first, resume_at=time() + 3600)
    second = await reopen()
    assert await nothing_to_claim(second)
    assert await second.resume(run.id, waitpoint.id, b"{}")
    assert (await claim_one(second))[0].run_id == run.id


async def test_a_resume_that_comes_first_is_kept(reopen: Reopen) -> None:
    runs = await reopen()
    await runs.enqueue(a_run(), JobKind.BEGIN, b"1")
    job, run = await claim_one(runs)
    run.status = FlowRunStatus.RUNNING
    await runs.append(run, job, 0, b"[]")
    waitpoint = a_waitpoint(run, resume_at=time() + 3600)
    assert await runs.resume(run.id, waitpoint.id, b'{"body":"early"}')
    assert not await runs.resume(run.id, waitpoint.id, b'{"body":"again"}')
    assert not await runs.pause(run, job, FoldedLog(b"{}"), [waitpoint])
    job, _ = await claim_one(runs)
    assert orjson.loads(job.payload)["payload"] == {"body": "early"}


def a_child_of(parent: RunRow, waitpoint: Waitpoint | None) -> RunRow:
    child = a_run()
    child.parent_run_id, child.fail_parent_on_failure = parent.id, True
    child.parent_waitpoint_id = None if waitpoint is None else waitpoint.id
    return child


async def running(runs: SqliteRuns, run: RunRow) -> tuple[Job, RunRow]:
    await runs.enqueue(run, JobKind.BEGIN, b"1")
    job, run = await claim_one(runs)
    run.status = FlowRunStatus.RUNNING
    await runs.append(run, job, 0, b"[]")
    return job, run


async def ended_child(runs: SqliteRuns, child: RunRow, news: ToParent | None) -> None:
    job, child = await running(runs, child)
    child.status = FlowRunStatus.FAILED
    await runs.finish(child, job, FoldedLog(b"{}"), news)


@pytest.mark.parametrize("named", [True, False])
async def test_a_child_that_ends_resumes_its_parent(reopen: Reopen, named: bool) -> None:
    runs = await reopen()
    parent, waitpoint = await paused(runs, resume_at=time() + 3600)
    child = a_child_of(parent, waitpoint if named else None)
    await ended_child(runs, child, ToParent(parent.id, child.parent_waitpoint_id, b'{"body":"over"}'))
    assert await runs.fetch("SELECT status FROM flow_run WHERE id = ?", (parent.id,)) == [("QUEUED",)]
    job, _ = await claim_one(runs)
    assert (job.run_id, orjson.loads(job.payload)["payload"]) == (parent.id, {"body": "over"})


async def test_a_child_that_ends_before_its_parent_has_paused_is_heard_of(reopen: Reopen) -> None:
    runs = await reopen()
    job, parent = await running(runs, a_run())
    waitpoint = a_waitpoint(parent, resume_at=time() + 3600)
    await ended_child(runs, a_child_of(parent, waitpoint), ToParent(parent.id, waitpoint.id, b'{"body":"early"}'))
    parent.status = FlowRunStatus.PAUSED
    assert not await runs.pause(parent, job, FoldedLog(b"{}"), [waitpoint])
    assert orjson.loads((await claim_one(runs))[0].payload)["payload"] == {"body": "early"}


async def test_a_child_that_ends_in_its_trigger_resumes_its_parent(reopen: Reopen) -> None:
    runs = await reopen()
    parent, waitpoint = await paused(runs, resume_at=time() + 3600)
    child = a_child_of(parent, waitpoint)
    child.status = FlowRunStatus.FAILED
    await runs.add(child, FoldedLog(b"{}"), None, ToParent(parent.id, waitpoint.id, b'{"body":"the trigger failed"}'))
    job, _ = await claim_one(runs)
    assert (job.run_id, orjson.loads(job.payload)["payload"]) == (parent.id, {"body": "the trigger failed"})
    assert await nothing_to_claim(runs)


async def test_a_child_disturbs_no_other_pause_of_its_parent(reopen: Reopen) -> None:
    runs = await reopen()
    parent, _ = await paused(runs, resume_at=time() + 3600)
    await ended_child(runs, a_child_of(parent, None), ToParent(parent.id, new_id(), b'{"body":"of an earlier call"}'))
    assert await runs.fetch("SELECT status FROM flow_run WHERE id = ?", (parent.id,)) == [("PAUSED",)]
    assert await nothing_to_claim(runs)


async def test_a_child_that_names_no_pause_ends_no_delay(reopen: Reopen) -> None:
    runs = await reopen()
    job, parent = await running(runs, a_run())
    parent.status = FlowRunStatus.PAUSED
    await runs.pause(parent, job, FoldedLog(b"{}"), [a_waitpoint(parent, resume_at=time() + 3600)._replace(type="DELAY")])
    await ended_child(runs, a_child_of(parent, None), ToParent(parent.id, None, b'{"body":1}'))
    assert await nothing_to_claim(runs)


async def test_a_child_that_is_cancelled_resumes_its_parent(reopen: Reopen) -> None:
    runs = await reopen()
    parent, waitpoint = await paused(runs, resume_at=time() + 3600)
    child = a_child_of(parent, waitpoint)
    await runs.enqueue(child, JobKind.BEGIN, b"1")
    runs.discard(child.id)
    news = ToParent(parent.id, waitpoint.id, b'{"body":"cancelled"}')
    assert await runs.cancel(child.id, news)
    assert not await runs.cancel(child.id, news), "it has ended"
    assert await runs.fetch("SELECT status FROM flow_run WHERE id = ?", (child.id,)) == [("CANCELED",)]
    job, _ = await claim_one(runs)
    assert (job.run_id, orjson.loads(job.payload)["payload"]) == (parent.id, {"body": "cancelled"})
    assert await nothing_to_claim(runs)


async def paused_thrice(runs: SqliteRuns, *resume_at: float) -> tuple[RunRow, list[Waitpoint]]:
    """A run that waits in three places at once."""
    await runs.enqueue(a_run(), JobKind.BEGIN, b"1")
    job, run = await claim_one(runs)
    run.status = FlowRunStatus.PAUSED
    ends = resume_at or (time() + 3600,) * 3
    waitpoints = [a_waitpoint(run, resume_at=end, part=part) for part, end in enumerate(ends)]
    assert await runs.pause(run, job, FoldedLog(b"{}"), waitpoints)
    return run, waitpoints


def part_of(job: Job) -> int:
    return orjson.loads(job.payload)["path"][0][1]


async def status_of(runs: SqliteRuns, run: RunRow) -> str:
    [(status,)] = await runs.fetch("SELECT status FROM flow_run WHERE id = ?", (run.id,))
    return status


async def left_of(runs: SqliteRuns, run: RunRow) -> tuple[int, int]:
    """Jobs and pending waitpoints of a run."""
    statement = (
        "SELECT (SELECT count(*) FROM job WHERE runId = ?1), (SELECT count(*) FROM waitpoint WHERE flowRunId = ?1 AND status = 'PENDING')"
    )
    [counts] = await runs.fetch(statement, (run.id,))
    return counts


async def test_each_waitpoint_is_completed_by_its_own_id(reopen: Reopen) -> None:
    runs = await reopen()
    run, waitpoints = await paused_thrice(runs)
    assert await runs.resume(run.id, waitpoints[1].id, b'{"body":1}')
    assert not await runs.resume(run.id, waitpoints[1].id, b'{"body":2}')
    assert await status_of(runs, run) == "QUEUED"
    assert await left_of(runs, run) == (3, 2)
    job, row = await claim_one(runs)
    assert (part_of(job), orjson.loads(job.payload)["payload"]) == (1, {"body": 1})
    row.status = FlowRunStatus.PAUSED
    assert await runs.pause(row, job, FoldedLog(b"{}"), []), "it waits for the others"
    assert await left_of(runs, run) == (2, 2)
    assert await nothing_to_claim(runs)


async def test_one_turn_of_a_run_at_a_time(reopen: Reopen) -> None:
    runs = await reopen()
    run, waitpoints = await paused_thrice(runs)
    assert await runs.resume(run.id, waitpoints[2].id, b"2")
    assert await runs.resume(run.id, waitpoints[0].id, b"0")
    job, row = await claim_one(runs)
    assert part_of(job) == 2
    row.status = FlowRunStatus.RUNNING
    await runs.append(row, job, 0, b"[]")
    assert await runs.resume(run.id, waitpoints[1].id, b"1")
    assert await status_of(runs, run) == "RUNNING", "a worker has it in hand"
    assert await nothing_to_claim(runs)
    other = a_run()
    await runs.enqueue(other, JobKind.BEGIN, b"1")
    assert (await claim_one(runs))[1].id == other.id
    row.status = FlowRunStatus.PAUSED
    await runs.pause(row, job, FoldedLog(b"{}"), [])
    job, row = await claim_one(runs)
    assert part_of(job) == 0
    assert await nothing_to_claim(runs)
    await runs.pause(row, job, FoldedLog(b"{}"), [])
    assert part_of((await claim_one(runs))[0]) == 1


async def test_the_turn_that_was_in_hand_goes_first_in_the_next_life(reopen: Reopen) -> None:
    """Its entries are in the journal: another turn must not go on from them."""
    runs = await reopen()
    run, waitpoints = await paused_thrice(runs, time() + 0.05, time() + 3600, time() + 3600)
    job, row = await claim_one(runs)
    assert part_of(job) == 0
    await runs.append(row, job, 0, b"[]")
    assert await runs.resume(run.id, waitpoints[1].id, b"1")
    second = await reopen()
    job, row = await claim_one(second)
    assert (part_of(job), job.attempts) == (0, 2)
    assert await nothing_to_claim(second)
    await second.pause(row, job, FoldedLog(b"{}"), [])
    assert part_of((await claim_one(second))[0]) == 1


async def test_several_pauses_end_by_themselves_each_at_its_time(reopen: Reopen) -> None:
    runs = await reopen()
    run, waitpoints = await paused_thrice(runs, time() + 0.1, time() + 0.05, time() + 3600)
    parts = []
    for _ in range(2):
        job, row = await claim_one(runs)
        parts.append(part_of(job))
        assert not await runs.resume(run.id, waitpoints[parts[-1]].id, b"1"), "its time is over"
        await runs.pause(row, job, FoldedLog(b"{}"), [])
    assert parts == [1, 0]
    assert await left_of(runs, run) == (1, 1)
    assert await runs.resume(run.id, waitpoints[2].id, b"1")


async def test_a_run_that_ends_takes_everything_with_it(reopen: Reopen) -> None:
    runs = await reopen()
    run, waitpoints = await paused_thrice(runs)
    for waitpoint in waitpoints[:2]:
        assert await runs.resume(run.id, waitpoint.id, b"1")
    job, row = await claim_one(runs)
    row.status = FlowRunStatus.FAILED
    await runs.finish(row, job, FoldedLog(b"{}"))
    assert await left_of(runs, run) == (0, 0)
    assert not await runs.resume(run.id, waitpoints[2].id, b"1")
    assert await nothing_to_claim(runs)
    assert await runs.retry(run.id)


async def test_the_newest_pause_where_the_named_one_does_not_wait(reopen: Reopen) -> None:
    runs = await reopen()
    run, waitpoints = await paused_thrice(runs)
    assert await runs.resume(run.id, waitpoints[0].id, b"0", else_newest="")
    assert not await runs.resume(run.id, waitpoints[0].id, b"0", else_newest="loop:1/"), "that iteration has been answered"
    assert await runs.resume(run.id, waitpoints[0].id, b"2", else_newest="")
    job, row = await claim_one(runs)
    await runs.pause(row, job, FoldedLog(b"{}"), [])
    job, row = await claim_one(runs)
    assert part_of(job) == 2
    row.status = FlowRunStatus.RUNNING
    await runs.append(row, job, 0, b"[]")
    assert await runs.resume(run.id, "x", b"1", else_newest="")
    assert not await runs.resume(run.id, "x", b"3", else_newest=""), "nothing is kept that names no pause"


async def test_of_several_pauses_one_may_be_resumed_first(reopen: Reopen) -> None:
    runs = await reopen()
    await runs.enqueue(a_run(), JobKind.BEGIN, b"1")
    job, run = await claim_one(runs)
    run.status = FlowRunStatus.RUNNING
    await runs.append(run, job, 0, b"[]")
    waitpoints = [a_waitpoint(run, resume_at=time() + 3600, part=part) for part in range(3)]
    assert await runs.resume(run.id, waitpoints[1].id, b'{"body":"early"}')
    run.status = FlowRunStatus.PAUSED
    assert not await runs.pause(run, job, FoldedLog(b"{}"), waitpoints)
    job, run = await claim_one(runs)
    assert (part_of(job), orjson.loads(job.payload)["payload"]) == (1, {"body": "early"})
    assert await left_of(runs, run) == (3, 2)


async def test_the_depth_counts_each_thing_that_a_run_waits_for(reopen: Reopen) -> None:
    runs = await reopen()
    await runs.enqueue(a_run(), JobKind.BEGIN, b"1")
    job, run = await claim_one(runs)
    waitpoints = [a_waitpoint(run, resume_at=time() + 3600, part=part) for part in range(3)]
    await runs.pause(run, job, FoldedLog(b"{}"), [waitpoints[0]._replace(type="DELAY"), *waitpoints[1:]])
    assert runs.depth() == QueueDepth(0, 1, 2, None)


async def test_a_discarded_run_is_not_claimed(reopen: Reopen) -> None:
    runs = await reopen()
    kept, dropped = a_run(), a_run()
    for run in (dropped, kept):
        await runs.enqueue(run, JobKind.BEGIN, b"1")
    runs.discard([dropped.id])
    assert (await claim_one(runs))[0].run_id == kept.id
    assert await nothing_to_claim(runs)


async def test_more_jobs_than_memory_holds(reopen: Reopen) -> None:
    runs = await reopen()
    expected = [a_run() for _ in range(READY_LIMIT + 50)]
    await asyncio.gather(*(runs.enqueue(run, JobKind.BEGIN, b"1") for run in expected))
    claimed: list[str] = []
    while len(claimed) < len(expected):
        async with asyncio.timeout(PATIENCE_SECONDS):
            claimed += [claim.job.run_id for claim in await runs.claim(500)]
    assert sorted(claimed) == sorted(run.id for run in expected)
    assert await nothing_to_claim(runs)


async def test_a_large_payload_is_read_when_it_is_claimed(reopen: Reopen) -> None:
    runs = await reopen()
    payload = orjson.dumps("x" * 1_000_000)
    await runs.enqueue(a_run(), JobKind.BEGIN, payload)
    assert (await claim_one(runs))[0].payload == payload


async def test_archiving_outlasts_the_driver(reopen: Reopen) -> None:
    runs = await reopen()
    await runs.enqueue(a_run(), JobKind.BEGIN, b"1")
    job, run = await claim_one(runs)
    await runs.append(run, job, 0, b"[]")
    runs._reader.execute("UPDATE flow_run SET archivedAt = 'now' WHERE id = ?", (run.id,))
    await runs.finish(run, job, FoldedLog(b"{}"))
    assert await runs.fetch("SELECT archivedAt FROM flow_run WHERE id = ?", (run.id,)) == [("now",)]


async def test_offers_go_first_in_their_order(reopen: Reopen) -> None:
    runs = await reopen()
    waiting, first, second = a_run(), a_run(), a_run()
    await runs.enqueue(waiting, JobKind.BEGIN, b"1")
    runs.offer(first, b"1")
    runs.offer(second, b"1")
    assert [(await claim_one(runs))[1].id for _ in range(3)] == [first.id, second.id, waiting.id]


async def test_whoever_leaves_while_his_run_is_written_leaves_no_run_behind(reopen: Reopen) -> None:
    """Found by review: a cancelled enqueue left a job that was marked as claimed and that nobody had."""
    runs = await reopen()
    run = a_run()
    enqueuing = asyncio.create_task(runs.enqueue(run, JobKind.BEGIN, b"1"))
    await asyncio.sleep(0)
    enqueuing.cancel()
    assert (await claim_one(runs))[1].id == run.id


async def test_whoever_leaves_while_his_resume_is_written_resumes(reopen: Reopen) -> None:
    runs = await reopen()
    run, waitpoint = await paused(runs, resume_at=time() + 3600)
    assert await nothing_to_claim(runs)
    resuming = asyncio.create_task(runs.resume(run.id, waitpoint.id, b"1"))
    await asyncio.sleep(0)
    resuming.cancel()
    assert (await claim_one(runs))[1].id == run.id


async def test_an_expiry_that_is_resumed_while_it_is_claimed_is_driven_once(reopen: Reopen) -> None:
    """Found by review: the job was read, then replaced by the resume, then claimed although it was gone."""
    runs = await reopen()
    run, waitpoint = await paused(runs, resume_at=time() + 0.05)
    await asyncio.sleep(0.1)
    resuming = asyncio.create_task(runs.resume(run.id, waitpoint.id, b"1"))
    await asyncio.sleep(0)
    claimed = [(await claim_one(runs))[0]]
    await resuming
    assert await nothing_to_claim(runs)
    assert [orjson.loads(job.payload).get("expired") for job in claimed] == [None]


async def test_claiming_goes_on_after_a_claim_that_could_not_be_written(reopen: Reopen, tmp_path: Path) -> None:
    """Found by review: after a claim that failed, nobody looked at the file again until something new came."""
    first = await reopen()
    run = a_run()
    await first.enqueue(run, JobKind.BEGIN, b"1")
    runs = await reopen()
    await on_a_full_disk(runs)
    with pytest.raises(CannotWrite):
        await runs.claim(1)
    await on_a_full_disk(runs, full=False)
    assert (await claim_one(runs))[1].id == run.id


async def on_a_full_disk(runs: SqliteRuns, *, full: bool = True) -> None:
    """Let SQLite refuse what needs room, as it does when the disk is full."""
    pragma = "PRAGMA query_only = 1" if full else "PRAGMA query_only = 0"
    await asyncio.to_thread(lambda: runs._writer._connection.execute(pragma).fetchall())


async def test_a_journal_has_no_gaps(reopen: Reopen) -> None:
    """Found by review: an entry that could not be written, followed by one that could, made the journal unreadable."""
    runs = await reopen()
    await runs.enqueue(a_run(), JobKind.BEGIN, b"1")
    job, run = await claim_one(runs)
    await runs.append(run, job, 0, b"a")
    await on_a_full_disk(runs)
    with pytest.raises(CannotWrite):
        await runs.append(run, job, 1, b"b")
    await on_a_full_disk(runs, full=False)
    with pytest.raises(OutOfTurn):
        await runs.append(run, job, 2, b"c")
    other = a_run()
    await runs.enqueue(other, JobKind.BEGIN, b"1")
    await runs.append(run, job, 1, b"b")
    await asyncio.gather(runs.append(run, job, 2, b"c"), runs.append(run, job, 3, b"d"))
    assert await runs.load(run.id) == [b"a", b"b", b"c", b"d"]


async def test_a_run_is_retried_once_by_however_many_ask(reopen: Reopen) -> None:
    """Found by review: two retries at the same moment gave two jobs, and the run was driven twice at once."""
    runs = await reopen()
    await runs.enqueue(a_run(), JobKind.BEGIN, b"1")
    job, run = await claim_one(runs)
    assert not await runs.retry(run.id), "it has not ended"
    run.status = FlowRunStatus.FAILED
    await runs.finish(run, job, FoldedLog(b"{}"))
    assert sorted(await asyncio.gather(*(runs.retry(run.id) for _ in range(3)))) == [False, False, True]
    job, again = await claim_one(runs)
    assert (job.kind, job.payload, again.status, again.finish_time) == (JobKind.RETRY, b"null", "QUEUED", None)
    assert await nothing_to_claim(runs)


async def test_a_graceful_end_blames_no_run(reopen: Reopen, tmp_path: Path) -> None:
    """Found by review: three deployments during one long step ended its run INTERNAL_ERROR."""
    runs = await reopen()
    await runs.enqueue(a_run(), JobKind.BEGIN, b"1")
    for _ in range(5):
        await claim_one(runs)
        await runs.close()
        runs = await reopen()
    job, _ = await claim_one(runs)
    assert (job.attempts, job.kills) == (2, 0)


async def test_a_kill_blames_the_run_that_was_alone(reopen: Reopen) -> None:
    runs = await reopen()
    await runs.enqueue(a_run(), JobKind.BEGIN, b"1")
    for kills in range(4):
        job, _ = await claim_one(runs)
        assert (job.attempts, job.kills) == (kills + 1, kills)
        runs = await reopen()


async def test_a_suspect_is_claimed_alone(reopen: Reopen) -> None:
    """Found by review: jobs that were claimed together with one that kills its workers shared its end."""
    runs = await reopen()
    expected = [a_run() for _ in range(4)]
    for run in expected:
        await runs.enqueue(run, JobKind.BEGIN, b"1")
    for _ in range(2):
        runs = await reopen()
        await runs.claim(2)
    runs = await reopen()
    claims = [await runs.claim(4) for _ in range(3)]
    assert [[claim.job.attempts for claim in batch] for batch in claims] == [[4], [3], [2, 2]]


async def test_the_depth_of_the_queue(reopen: Reopen) -> None:
    first = await reopen()
    assert first.depth() == QueueDepth(0, 0, 0, None)
    await paused(first, resume_at=time() + 3600)
    older, newer = a_run(), a_run()
    newer.updated = "2999-01-01T00:00:00.000Z"
    for run in (older, newer):
        await first.enqueue(run, JobKind.BEGIN, b"1")
    assert first.depth() == QueueDepth(2, 0, 1, older.updated)
    second = await reopen()
    assert second.depth() == QueueDepth(2, 0, 1, older.updated)
    await second.claim(1)
    second.offer(a_run(), b"1")
    assert second.depth().queued == 2

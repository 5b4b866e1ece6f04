"""The worker's promises, with scripted steps on a real file: cancelling, limits, pauses, answers, and ends that are written down."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import orjson
import pytest
from tests.unit.engine.flows import chain
from tests.unit.server.worker.driven import FLOW, PROJECT, VERSION, Driven, driven, step

from piecework.sdk import ActionContext
from piecework.sdk.context import DelayPause, Response, WebhookPause
from piecework.sdk.services import Server
from piecework.server.api.websocket.broadcast import Broadcast
from piecework.server.modules.runs.schemas import RunSelection
from piecework.server.modules.runs.service import RunService
from piecework.server.ports.callers import CallerAnswer
from piecework.server.ports.runs import new_run
from piecework.server.worker.turn_facts import RunLimits
from piecework.spec.run import RunEnvironment


def ok(ctx: ActionContext) -> str:
    return ctx.step_name


def fail(ctx: ActionContext) -> NoReturn:
    raise RuntimeError("no")


async def forever(ctx: ActionContext) -> None:
    await asyncio.Event().wait()


def wait_for_link(ctx: ActionContext) -> Any:
    if ctx.execution_type == "RESUME":
        assert ctx.resume_payload is not None
        return ctx.resume_payload["body"]
    ctx.run.pause(WebhookPause())
    return {"link": ctx.run.waitpoint_id}


def wait_until(days: float) -> Any:
    def pause(ctx: ActionContext) -> Any:
        if ctx.execution_type == "BEGIN":
            ctx.run.pause(DelayPause(datetime.now(UTC) + timedelta(days=days)))
        return {}

    return pause


class Flows:
    """No flow changes in these tests."""

    class changed:  # noqa: N801
        @staticmethod
        def connect(_: Any) -> None: ...


async def cancel(life: Driven, run_id: str) -> None:
    service = RunService(  # type: ignore[arg-type]
        life.database, life.runs, life.runs, life.runs, Flows(), life.worker, life.callers, Broadcast(), Server(), None
    )
    await service.cancel(RunSelection(projectId=PROJECT, flowRunIds=[run_id]))  # type: ignore[call-arg]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "piecework.db"


async def test_a_running_step_is_cancelled(path: Path) -> None:
    async with driven(path, step("a"), {"a": forever}) as life:
        run = await life.begin()
        await life.until_executed(1)
        await cancel(life, run.id)
        assert await life.status(run.id) == "CANCELED"
        assert await life.left_over() == (0, 0)


async def test_a_queued_run_is_cancelled(path: Path) -> None:
    async with driven(path, step("a"), {"a": forever}, slots=1) as life:
        first = await life.begin()
        await life.until_executed(1)
        queued = await life.begin()
        await cancel(life, queued.id)
        await cancel(life, first.id)
        assert (await life.status(queued.id), life.executed) == ("CANCELED", ["a"])
        assert await life.left_over() == (0, 0)


async def test_a_run_that_has_just_been_claimed_is_cancelled(path: Path) -> None:
    """Found by review: a task that was cancelled before its first step never ended its run and kept its slot."""
    async with driven(path, step("a"), {"a": ok}, slots=1) as life:
        begin, runs = life.worker._begin, []

        def begin_and_cancel(claim: Any) -> Any:
            task = begin(claim)
            runs.append(asyncio.create_task(life.worker.cancel(claim.job.run_id)))
            life.worker._turns[claim.job.run_id][0].cancel()
            return task

        life.worker._begin = begin_and_cancel  # type: ignore[method-assign]
        run = await life.begin()
        assert await life.until(run.id, "CANCELED", "SUCCEEDED") == "CANCELED"
        assert life.executed == []
        await asyncio.gather(*runs)
        assert life.worker.driving == 0


async def test_a_run_that_waits_for_a_retry_is_cancelled_and_had_given_its_slot_away(path: Path) -> None:
    async with driven(path, step("a", retry=True), {"a": fail}, slots=1) as life:
        first, second = await life.begin(), await life.begin()
        await life.until_executed(2)
        for run in (first, second):
            await cancel(life, run.id)
            assert await life.status(run.id) == "CANCELED"
        assert await life.left_over() == (0, 0)


async def test_a_paused_run_is_cancelled_and_its_link_is_dead(path: Path) -> None:
    async with driven(path, step("a"), {"a": wait_for_link}) as life:
        run = await life.begin()
        await life.until(run.id, "PAUSED")
        await cancel(life, run.id)
        assert await life.status(run.id) == "CANCELED"
        assert not await life.runs.resume(run.id, "any", b"{}", else_newest="")
        assert await life.left_over() == (0, 0)


async def test_cancelling_at_any_moment_leaves_no_run_behind(path: Path) -> None:
    """Found by review: a cancel that met the end or the pause of its run lost the caller's answer, or was itself lost."""
    async with driven(path, chain(step("a"), step("b")), {"a": ok, "b": wait_for_link}) as life:
        for ticks in range(40):
            run = await life.begin()
            for _ in range(ticks * 3):
                await asyncio.sleep(0)
            await cancel(life, run.id)
            assert await life.status(run.id) == "CANCELED", ticks
        assert await life.left_over() == (0, 0)
        assert life.worker.driving == 0


async def test_a_run_that_takes_too_long_ends_TIMEOUT(path: Path) -> None:  # noqa: N802
    async with driven(path, chain(step("a"), step("b")), {"a": ok, "b": forever}, limits=RunLimits(0.1, 10_000, 30)) as life:
        run = await life.begin()
        await life.until(run.id, "TIMEOUT")
        steps = await life.steps(run.id)
        assert (steps["a"]["status"], steps["b"]["status"]) == ("SUCCEEDED", "FAILED")


async def test_a_log_that_is_too_large_is_left_out(path: Path) -> None:
    def large(_: ActionContext) -> str:
        return "x" * 20_000

    async with driven(path, step("a"), {"a": large}, limits=RunLimits(10, 10_000, 30)) as life:
        run = await life.begin()
        await life.until(run.id, "LOG_SIZE_EXCEEDED")
        assert (await life.steps(run.id))["a"]["output"].startswith("(left out")


async def test_a_run_whose_log_is_too_large_does_not_pause(path: Path) -> None:
    """Found by review: it left a waitpoint, and would have gone on without the outputs of its steps."""

    def large(_: ActionContext) -> str:
        return "x" * 20_000

    async with driven(path, chain(step("a"), step("b")), {"a": large, "b": wait_for_link}, limits=RunLimits(10, 10_000, 30)) as life:
        run = await life.begin()
        await life.until(run.id, "LOG_SIZE_EXCEEDED")
        assert not await life.runs.resume(run.id, "any", b"{}", else_newest="")
        assert await life.left_over() == (0, 0)


async def test_a_pause_that_is_too_long_fails(path: Path) -> None:
    async with driven(path, step("a"), {"a": wait_until(31)}) as life:
        run = await life.begin()
        await life.until(run.id, "FAILED")
        assert "PausedFlowTimeoutError" in await life.failed_message(run.id)
        assert await life.left_over() == (0, 0)


async def test_a_delay_goes_on_in_the_next_life(path: Path) -> None:
    steps, scripts = chain(step("a"), step("b")), {"a": wait_until(0.3 / 86_400), "b": ok}
    async with driven(path, steps, scripts) as life:
        run = await life.begin()
        await life.until(run.id, "PAUSED")
    async with driven(path, steps, scripts) as life:
        await life.until(run.id, "SUCCEEDED")
        assert life.executed == ["a", "b"]


async def test_a_link_that_went_out_before_a_crash_still_works(path: Path) -> None:
    """Found by review: each life of a turn had a waitpoint id of its own, so links sent before a crash were dead."""
    links: list[str] = []

    async def send_and_crash(ctx: ActionContext) -> None:
        links.append(ctx.run.waitpoint_id)
        await asyncio.Event().wait()

    async with driven(path, step("wait"), {"wait": send_and_crash}) as life:
        run = await life.begin()
        await life.until_executed(1)
    async with driven(path, step("wait"), {"wait": wait_for_link}) as life:
        await life.until(run.id, "PAUSED")
        assert await life.runs.resume(run.id, links[0], orjson.dumps({"body": "yes", "headers": {}, "queryParams": {}}))
        await life.until(run.id, "SUCCEEDED")
        assert (await life.steps(run.id))["wait"]["output"] == "yes"


async def test_a_caller_is_answered_once_and_what_comes_later_is_in_the_log(path: Path) -> None:
    def respond(ctx: ActionContext) -> str:
        ctx.run.respond(Response(body=ctx.step_name))
        return ctx.step_name

    answers: list[CallerAnswer] = []
    steps = chain(step("a"), step("b"))
    async with driven(path, steps, {"a": respond, "b": respond}) as life:
        life.program.any_step_responds = True
        give = life.callers.answer
        life.callers.answer = lambda answer: answers.append(answer) or give(answer)  # type: ignore[method-assign,func-returns-value]
        run = new_run(PROJECT, FLOW, VERSION, RunEnvironment.PRODUCTION)
        expected = life.callers.expect(run.id)
        life.runs.offer(run, b"null")
        answer = await life.callers.wait(expected, 5)
        assert answer is not None
        assert answer.body == "a"
        await life.until(run.id, "SUCCEEDED")
        assert [answer.body for answer in answers] == ["a"]
        late = new_run(PROJECT, FLOW, VERSION, RunEnvironment.PRODUCTION)
        life.runs.offer(late, b"null")  # its caller has gone
        await life.until(late.id, "SUCCEEDED")
        assert (await life.steps(late.id))["a"]["output"] == "a"


async def test_a_full_disk_holds_runs_up_and_loses_none(path: Path) -> None:
    """Found by review: a write that failed ended the run INTERNAL_ERROR, or left it RUNNING for good."""
    gate = asyncio.Event()

    async def wait(ctx: ActionContext) -> str:
        await gate.wait()
        return "done"

    async with driven(path, chain(step("a"), step("b"), step("c")), {"a": wait, "b": ok, "c": ok}) as life:
        run = await life.begin()
        await life.until_executed(1)
        await life.full_disk(True)
        gate.set()
        await asyncio.sleep(0.5)
        assert life.executed == ["a"], "no step begins whose beginning is not written"
        await life.full_disk(False)
        await life.until(run.id, "SUCCEEDED")
        assert life.executed == ["a", "b", "c"]
        assert await life.left_over() == (0, 0)


async def test_a_step_that_cancels_itself_does_not_leave_its_run_running(path: Path) -> None:
    async def cancelled(ctx: ActionContext) -> NoReturn:
        raise asyncio.CancelledError

    async with driven(path, step("a"), {"a": cancelled}) as life:
        run = await life.begin()
        await life.until(run.id, "INTERNAL_ERROR")
        assert await life.left_over() == (0, 0)


async def test_an_unreadable_journal_ends_the_run(path: Path) -> None:
    async with driven(path, step("a"), {"a": forever}) as life:
        run = await life.begin()
        await life.until_executed(1)
    async with driven(path, step("a"), {"a": ok}) as life:
        await life.until(run.id, "SUCCEEDED")
        broken = await life.begin()
        await life.until(broken.id, "SUCCEEDED")
    async with driven(path, step("a"), {"a": forever}) as life:
        broken = await life.begin()
        await life.until_executed(1)
        life.runs._reader.execute("UPDATE journal SET entry = 'no' WHERE runId = ?", (broken.id,))
    async with driven(path, step("a"), {"a": ok}) as life:
        await life.until(broken.id, "INTERNAL_ERROR")
        assert await life.left_over() == (0, 0)

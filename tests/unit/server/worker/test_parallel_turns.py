"""Parts that run at the same time, with scripted steps on a real file: several pauses, crashes, cancelling, limits, retries and answers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import orjson
import pytest
from tests.patience import PATIENCE_SECONDS
from tests.unit.engine.flows import chain, condition, loop, router
from tests.unit.server.worker.driven import FLOW, PROJECT, VERSION, Driven, driven, step
from tests.unit.server.worker.test_drive import cancel, ok, wait_for_link

from piecework.sdk import ActionContext
from piecework.sdk.context import DelayPause, Response, WebhookPause
from piecework.server.modules.runs._repository import run_row
from piecework.server.modules.runs.timeline import timeline_of
from piecework.server.ports.runs import new_run
from piecework.server.worker.turn_facts import RunLimits
from piecework.spec.flow import Step
from piecework.spec.run import RunEnvironment

YES = condition("x", "EXISTS")


def part(ctx: ActionContext) -> int:
    """The iteration, from 1, as the idempotency key has it."""
    return int(ctx.idempotency_key.split(":")[2].split("/")[0])


def three(*inside: Step, parallelism: int = 3) -> Step:
    return loop("l", [1, 2, 3], *inside, parallelism=parallelism)


def both(first: Step, second: Step) -> Step:
    return router("r", [(YES, first), (YES, second)], first_match=False, parallel=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "piecework.db"


async def waitpoints(life: Driven, run_id: str) -> dict[str, str]:
    """The pending waitpoints' ids by the place of their step."""
    rows = await life.runs.fetch("SELECT stepName, id FROM waitpoint WHERE flowRunId = ? AND status = 'PENDING'", (run_id,))
    return dict(rows)


async def answer(life: Driven, run_id: str, waitpoint_id: str, body: Any) -> bool:
    return await life.runs.resume(run_id, waitpoint_id, orjson.dumps({"body": body, "headers": {}, "queryParams": {}}))


async def iterations(life: Driven, run_id: str) -> list[Mapping[str, Any]]:
    return (await life.steps(run_id))["l"]["output"]["iterations"]


async def test_three_approvals_in_a_mixed_order_two_of_them_at_once(path: Path) -> None:
    tree, scripts = three(step("w"), step("x")), {"w": wait_for_link, "x": ok}
    async with driven(path, tree, scripts) as life:
        run = await life.begin()
        await life.until(run.id, "PAUSED")
        links = await waitpoints(life, run.id)
        assert sorted(links) == ["l:1/w", "l:2/w", "l:3/w"]
        assert life.executed == ["w"] * 3
        assert await answer(life, run.id, links["l:2/w"], "two")
        await life.until_executed(5)
        await life.until(run.id, "PAUSED")
        assert sorted(await waitpoints(life, run.id)) == ["l:1/w", "l:3/w"]
        assert not await answer(life, run.id, links["l:2/w"], "again")
        assert all(await asyncio.gather(answer(life, run.id, links["l:3/w"], "three"), answer(life, run.id, links["l:1/w"], "one")))
        await life.until(run.id, "SUCCEEDED")
        assert [each["w"]["output"] for each in await iterations(life, run.id)] == ["one", "two", "three"]
        assert sorted(life.executed) == ["w"] * 6 + ["x"] * 3
        assert await life.left_over() == (0, 0)
        row = await life.repository.get(run.id)
        assert row is not None
        raw = await life.runs.log(run_row(row))
        assert raw is not None
        turns = timeline_of(run_row(row), {}, orjson.loads(raw)["turns"], None, [])["turns"]
        waits = [[wait["step"] for wait in (turn["waitsFor"], *turn["alsoWaitsFor"]) if wait] for turn in turns]
        assert waits == [["l:1/w", "l:2/w", "l:3/w"], [], [], []]


async def test_a_resume_that_comes_while_another_turn_is_in_hand_is_driven_after_it(path: Path) -> None:
    gate = asyncio.Event()

    async def work(ctx: ActionContext) -> str:
        await gate.wait()
        return "done"

    async with driven(path, three(step("w"), step("x")), {"w": wait_for_link, "x": work}) as life:
        run = await life.begin()
        await life.until(run.id, "PAUSED")
        links = await waitpoints(life, run.id)
        await answer(life, run.id, links["l:1/w"], 1)
        await life.until_executed(5)
        assert await life.status(run.id) == "RUNNING"
        for place in ("l:2/w", "l:3/w"):
            assert await answer(life, run.id, links[place], place)
        assert (await life.status(run.id), life.worker.driving) == ("RUNNING", 1)
        gate.set()
        await life.until(run.id, "SUCCEEDED")
        assert [each["w"]["output"] for each in await iterations(life, run.id)] == [1, "l:2/w", "l:3/w"]


async def test_an_early_resume_of_one_part(path: Path) -> None:
    gate = asyncio.Event()
    links: dict[int, str] = {}

    async def work(ctx: ActionContext) -> Any:
        if ctx.execution_type == "RESUME":
            return wait_for_link(ctx)
        links[part(ctx)] = ctx.run.waitpoint_id
        if part(ctx) == 3:
            await gate.wait()
        return wait_for_link(ctx)

    async with driven(path, three(step("w")), {"w": work}) as life:
        run = await life.begin()
        await life.until_executed(3)
        assert len(set(links.values())) == 3
        assert await answer(life, run.id, links[1], "early")
        gate.set()
        await life.until_executed(4)
        await life.until(run.id, "PAUSED")
        assert sorted(await waitpoints(life, run.id)) == ["l:2/w", "l:3/w"]
        for number in (2, 3):
            assert await answer(life, run.id, links[number], number)
        await life.until(run.id, "SUCCEEDED")
        assert [each["w"]["output"] for each in await iterations(life, run.id)] == ["early", 2, 3]


async def test_delays_at_the_same_time(path: Path) -> None:
    begun = datetime.now(UTC)

    def wait(ctx: ActionContext) -> Any:
        if ctx.execution_type == "BEGIN":
            ctx.run.pause(DelayPause(begun + timedelta(seconds=0.4 - 0.1 * part(ctx))))
        return part(ctx)

    async with driven(path, three(step("w"), parallelism=2), {"w": wait}) as life:
        run = await life.begin()
        await life.until(run.id, "SUCCEEDED")
        assert [each["w"]["output"] for each in await iterations(life, run.id)] == [1, 2, 3]
        assert await life.left_over() == (0, 0)


async def test_what_was_in_flight_runs_again_with_the_same_key_and_nothing_else_does(path: Path) -> None:
    keys: list[tuple[str, str]] = []

    async def first_life(ctx: ActionContext) -> Any:
        keys.append((ctx.step_name, ctx.idempotency_key))
        if ctx.step_name == "y" and part(ctx) != 2:
            await asyncio.Event().wait()
        return ctx.step_name

    def later(ctx: ActionContext) -> Any:
        keys.append((ctx.step_name, ctx.idempotency_key))
        return ctx.step_name

    tree = loop("l", [1, 2, 3, 4], step("x"), step("y"), step("z"), parallelism=3)
    async with driven(path, tree, dict.fromkeys("xyz", first_life)) as life:
        run = await life.begin()
        await life.until_executed(9)
        before, keys = list(keys), []
    async with driven(path, tree, dict.fromkeys("xyz", later)) as life:
        await life.until(run.id, "SUCCEEDED")
        assert len(await iterations(life, run.id)) == 4
    again = set(before) & set(keys)
    assert {key.partition(":")[2] for _, key in again} == {"l:1/y", "l:3/y", "l:4/y"}
    assert len(set(before) | set(keys)) == 12


async def test_a_crash_between_resumes_leaves_the_others_asleep(path: Path) -> None:
    async def stuck(ctx: ActionContext) -> Any:
        if ctx.execution_type == "RESUME":
            await asyncio.Event().wait()
        return wait_for_link(ctx)

    async with driven(path, three(step("w")), {"w": stuck}) as life:
        run = await life.begin()
        await life.until(run.id, "PAUSED")
        links = await waitpoints(life, run.id)
        await answer(life, run.id, links["l:2/w"], "two")
        await life.until_executed(4)
        assert await answer(life, run.id, links["l:1/w"], "one")
    async with driven(path, three(step("w")), {"w": wait_for_link}) as life:
        await life.until_executed(2)
        await life.until(run.id, "PAUSED")
        assert await waitpoints(life, run.id) == {"l:3/w": links["l:3/w"]}
        assert await answer(life, run.id, links["l:3/w"], "three")
        await life.until(run.id, "SUCCEEDED")
        assert [each["w"]["output"] for each in await iterations(life, run.id)] == ["one", "two", "three"]
        assert life.executed == ["w"] * 3


async def test_a_failure_lets_steps_in_flight_end_and_takes_the_pauses_with_it(path: Path) -> None:
    gate = asyncio.Event()

    async def work(ctx: ActionContext) -> Any:
        if part(ctx) == 1:
            return wait_for_link(ctx)
        if part(ctx) == 2:
            await gate.wait()
            return "came to its end"
        asyncio.get_running_loop().call_later(0.05, gate.set)
        raise RuntimeError("no")

    async with driven(path, three(step("x"), step("y")), {"x": work, "y": ok}) as life:
        run = await life.begin()
        await life.until(run.id, "FAILED")
        first, second, third = await iterations(life, run.id)
        assert (first["x"]["status"], second["x"]["output"], third["x"]["status"]) == ("PAUSED", "came to its end", "FAILED")
        assert life.executed == ["x"] * 3
        assert await life.left_over() == (0, 0)
        assert await waitpoints(life, run.id) == {}
        life.scripts = {"x": lambda ctx: part(ctx), "y": ok}
        assert await life.runs.retry(run.id)
        await life.until(run.id, "SUCCEEDED")
        assert [each["x"]["output"] for each in await iterations(life, run.id)] == [1, "came to its end", 3]


async def test_all_steps_in_flight_are_cancelled(path: Path) -> None:
    stopped: list[int] = []

    async def work(ctx: ActionContext) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.append(part(ctx))

    async with driven(path, three(step("x")), {"x": work}) as life:
        run = await life.begin()
        await life.until_executed(3)
        await cancel(life, run.id)
        assert await life.status(run.id) == "CANCELED"
        assert sorted(stopped) == [1, 2, 3]
        assert await life.left_over() == (0, 0)


async def test_a_run_that_takes_too_long_fails_in_all_that_was_in_flight(path: Path) -> None:
    async def work(ctx: ActionContext) -> str:
        if part(ctx) != 2:
            await asyncio.Event().wait()
        return "in time"

    async with driven(path, three(step("x")), {"x": work}, limits=RunLimits(0.1, 10_000, 30)) as life:
        run = await life.begin()
        await life.until(run.id, "TIMEOUT")
        assert [each["x"]["status"] for each in await iterations(life, run.id)] == ["FAILED", "SUCCEEDED", "FAILED"]
        [row] = await life.runs.fetch("SELECT failedStepName FROM flow_run WHERE id = ?", (run.id,))
        assert row == ("x",)
        assert (await life.steps(run.id))["l"]["status"] == "FAILED"


async def test_a_pause_that_nobody_ended_fails_its_step_inside_the_loops(path: Path) -> None:
    def work(ctx: ActionContext) -> Any:
        ctx.run.pause(WebhookPause(timeout=0.1 if part(ctx) == 2 else 1000))

    async with driven(path, three(step("w")), {"w": work}) as life:
        run = await life.begin()
        await life.until(run.id, "FAILED")
        assert [each["w"]["status"] for each in await iterations(life, run.id)] == ["PAUSED", "FAILED", "PAUSED"]
        assert (await life.steps(run.id))["l"]["status"] == "FAILED"
        assert "Nobody answered" in await life.failed_message(run.id)
        assert (await life.left_over(), await waitpoints(life, run.id)) == ((0, 0), {})


async def test_one_pause_that_is_too_long_fails_the_run_in_it(path: Path) -> None:
    def work(ctx: ActionContext) -> Any:
        ctx.run.pause(DelayPause(datetime.now(UTC) + timedelta(days=31 if part(ctx) == 2 else 1)))

    async with driven(path, three(step("w")), {"w": work}) as life:
        run = await life.begin()
        await life.until(run.id, "FAILED")
        assert [each["w"]["status"] for each in await iterations(life, run.id)] == ["PAUSED", "FAILED", "PAUSED"]
        assert await life.left_over() == (0, 0)


async def test_the_place_is_given_away_only_while_nothing_of_the_run_executes(path: Path) -> None:
    gate = asyncio.Event()

    def fail(ctx: ActionContext) -> NoReturn:
        raise RuntimeError("no")

    async def work(ctx: ActionContext) -> str:
        await gate.wait()
        return "done"

    async with driven(path, both(step("a", retry=True), step("b")), {"a": fail, "b": work}, slots=1) as life:
        run = await life.begin()
        await life.until_executed(2)
        [(turn, _)] = life.worker._turns.values()
        assert not turn.waiting_for_retry
        gate.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not turn.waiting_for_retry:
                await asyncio.sleep(0.005)
        await cancel(life, run.id)
        assert await life.status(run.id) == "CANCELED"


async def test_a_failure_does_not_wait_for_another_parts_retry(path: Path) -> None:
    tried = asyncio.Event()

    def fail(ctx: ActionContext) -> NoReturn:
        asyncio.get_running_loop().call_later(0.02, tried.set)
        raise RuntimeError(ctx.step_name)

    async def later(ctx: ActionContext) -> NoReturn:
        await tried.wait()
        raise RuntimeError(ctx.step_name)

    async with driven(path, both(step("a", retry=True), step("b")), {"a": fail, "b": later}) as life:
        run = await life.begin()
        await life.until(run.id, "FAILED")
        assert life.executed == ["a", "b"]  # the retry would be the third
        assert "a" in await life.failed_message(run.id)


async def test_the_first_response_answers_the_caller_the_second_is_in_the_log(path: Path) -> None:
    first = asyncio.Event()

    def respond(ctx: ActionContext) -> None:
        ctx.run.respond(Response(body=ctx.step_name))
        first.set()

    async def second(ctx: ActionContext) -> None:
        await first.wait()
        ctx.run.respond(Response(body=ctx.step_name))

    async with driven(path, both(step("a"), step("b")), {"a": second, "b": respond}) as life:
        life.program.any_step_responds = True
        run = new_run(PROJECT, FLOW, VERSION, RunEnvironment.PRODUCTION)
        expected = life.callers.expect(run.id)
        life.runs.offer(run, b"null")
        answered = await life.callers.wait(expected, 5)
        assert answered is not None
        assert answered.body == "b"
        await life.until(run.id, "SUCCEEDED")
        assert life.metrics.undelivered["ANSWERED_BEFORE"] == 1


async def test_a_step_that_cannot_be_driven_ends_the_run_and_stops_the_others(path: Path) -> None:
    stopped = asyncio.Event()

    async def broken(ctx: ActionContext) -> NoReturn:
        raise asyncio.CancelledError

    async def work(ctx: ActionContext) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    async with driven(path, both(step("a"), step("b")), {"a": work, "b": broken}) as life:
        run = await life.begin()
        await life.until(run.id, "INTERNAL_ERROR")
        assert stopped.is_set()
        assert await life.left_over() == (0, 0)


async def test_cancelling_at_any_moment_leaves_no_run_behind(path: Path) -> None:
    tree = chain(three(step("w"), parallelism=2), step("b"))
    async with driven(path, tree, {"w": wait_for_link, "b": ok}) as life:
        for ticks in range(30):
            run = await life.begin()
            for _ in range(ticks * 3):
                await asyncio.sleep(0)
            await cancel(life, run.id)
            assert await life.status(run.id) == "CANCELED", ticks
            assert await waitpoints(life, run.id) == {}
        assert await life.left_over() == (0, 0)
        assert life.worker.driving == 0


async def test_a_full_disk_holds_all_parts_up_and_loses_none(path: Path) -> None:
    gate = asyncio.Event()

    async def wait(ctx: ActionContext) -> str:
        await gate.wait()
        return "done"

    async with driven(path, three(step("a"), step("b")), {"a": wait, "b": ok}) as life:
        run = await life.begin()
        await life.until_executed(3)
        await life.full_disk(True)
        gate.set()
        await asyncio.sleep(0.5)
        assert life.executed == ["a"] * 3, "no step begins whose beginning is not written"
        await life.full_disk(False)
        await life.until(run.id, "SUCCEEDED")
        assert life.executed == ["a"] * 3 + ["b"] * 3
        assert await life.left_over() == (0, 0)

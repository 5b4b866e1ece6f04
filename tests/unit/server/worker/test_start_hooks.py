"""A trigger hears of each run before its first step, in whatever life that is."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.unit.engine.flows import chain
from tests.unit.server.worker.driven import driven, step

from piecework.sdk import ActionContext, Trigger, TriggerContext
from piecework.sdk.form import Form
from piecework.sdk.triggers import Hooks
from piecework.spec.piece import TriggerStrategy, TriggerTestStrategy


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


def listening(on_start: Callable[[TriggerContext, Any], Any]) -> Trigger:
    hooks = Hooks(lambda ctx, props: [], on_start=on_start)
    return Trigger("starts", "Starts", "", TriggerStrategy.WEBHOOK, Form({}), hooks, TriggerTestStrategy.SIMULATION)


async def forever(ctx: ActionContext) -> None:
    await asyncio.Event().wait()


async def test_it_is_told_of_the_run_and_of_what_it_begins_with(path: Path) -> None:
    told: list[tuple[str, Any, int]] = []
    trigger = listening(lambda ctx, props: told.append((ctx.run_id, ctx.payload, len(life.executed))))
    async with driven(path, step("one"), {"one": lambda ctx: 1}, listens=trigger) as life:
        run = await life.begin({"n": 1})
        await life.until(run.id, "SUCCEEDED")
        assert told == [(run.id, {"n": 1}, 0)]
        assert (await life.steps(run.id))["trigger"]["output"] == {"n": 1}


async def test_a_crash_before_the_first_step_tells_it_again_and_one_after_it_does_not(path: Path) -> None:
    told: list[str] = []
    heard = asyncio.Event()

    async def hears_and_hangs(ctx: TriggerContext, props: Any) -> None:
        told.append("first life")
        heard.set()
        await asyncio.Event().wait()

    tree = chain(step("one"), step("two"))
    async with driven(path, tree, {}, listens=listening(hears_and_hangs)) as life:
        run = await life.begin()
        await asyncio.wait_for(heard.wait(), 15)
    async with driven(
        path, tree, {"one": lambda ctx: 1, "two": forever}, listens=listening(lambda ctx, props: told.append("second life"))
    ) as life:
        await life.until_executed(2)
    assert told == ["first life", "second life"]
    async with driven(path, tree, {"two": lambda ctx: 2}, listens=listening(lambda ctx, props: told.append("third life"))) as life:
        await life.until(run.id, "SUCCEEDED")
        assert life.executed == ["two"]
    assert told == ["first life", "second life"]


async def test_a_failure_ends_the_run_in_its_trigger_and_a_retry_tells_it_again(path: Path) -> None:
    told: list[str] = []

    def fails_once(ctx: TriggerContext, props: Any) -> None:
        told.append(ctx.run_id)
        if len(told) == 1:
            raise RuntimeError("no luck")

    async with driven(path, step("one"), {"one": lambda ctx: ctx.trigger_output}, listens=listening(fails_once)) as life:
        run = await life.begin({"n": 1})
        await life.until(run.id, "FAILED")
        assert "no luck" in await life.failed_message(run.id)
        assert life.executed == []
        assert await life.runs.retry(run.id)
        await life.until(run.id, "SUCCEEDED")
        assert (await life.steps(run.id))["one"]["output"] == {"n": 1}
    assert told == [run.id, run.id]

"""What is seen of runs: metrics, the log's lines and the timeline, for everything that can happen to a step."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import orjson
import pytest
from structlog.testing import capture_logs
from tests.unit.engine.flows import chain, loop
from tests.unit.server.worker.driven import Driven, driven, step

from piecework.sdk import ActionContext
from piecework.sdk.context import DelayPause, Response, WebhookPause
from piecework.sdk.errors import InvalidInput, PropertyProblem
from piecework.server.kernel.metrics import StepFigures
from piecework.server.modules.runs._repository import run_row
from piecework.server.modules.runs.schemas import RunTimeline
from piecework.server.modules.runs.timeline import timeline_of
from piecework.server.worker.history import MOST_KEPT
from piecework.server.worker.turn_facts import RunLimits

SECRET = "nobody may see this"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "piecework.db"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries come at once."""
    sleep = asyncio.sleep
    monkeypatch.setattr("piecework.server.worker.drive.asyncio.sleep", lambda seconds: sleep(0 if seconds in (4.0, 8.0, 16.0) else seconds))


def ok(ctx: ActionContext) -> str:
    return ctx.step_name


def fail(ctx: ActionContext) -> NoReturn:
    raise RuntimeError(SECRET)


def failing(times: int) -> Any:
    """Fails so many times, then works."""
    left = [times]

    def work(ctx: ActionContext) -> str:
        if left[0]:
            left[0] -= 1
            raise RuntimeError(SECRET)
        return "done"

    return work


def wait_for_link(ctx: ActionContext) -> Any:
    if ctx.execution_type == "BEGIN":
        assert ctx.resume_payload is None, "there is a payload on RESUME alone"
        ctx.run.pause(WebhookPause())
        return {}
    assert ctx.resume_payload is not None
    return ctx.resume_payload["body"]


def respond(ctx: ActionContext) -> None:
    ctx.run.respond(Response(201, {"from": ctx.step_name}))


async def forever(ctx: ActionContext) -> None:
    await asyncio.Event().wait()


async def timeline(life: Driven, run_id: str) -> RunTimeline:
    row = await life.repository.get(run_id)
    assert row is not None
    run = run_row(row)
    kept = orjson.loads(await life.runs.log(run) or b"{}")
    return timeline_of(run, kept["executionState"]["steps"], kept["turns"], await life.repository.job(run_id), [])


def figures_of(life: Driven) -> StepFigures:
    """All steps of these tests are of one action."""
    (figures,) = life.metrics.steps.values()
    return figures


def legs_of(seen: RunTimeline, name: str) -> list[tuple[str, int]]:
    (found,) = [entry for entry in seen["steps"] if entry["name"] == name]
    return [(leg["status"], leg["attempt"]) for leg in found["legs"]]


async def resume(life: Driven, run_id: str) -> None:
    assert await life.runs.resume(run_id, "any", orjson.dumps({"body": "yes", "headers": {}, "queryParams": {}}), else_newest="")


async def test_every_attempt_is_counted_and_stays_in_the_timeline(path: Path) -> None:
    async with driven(path, chain(step("a", retry=True), step("b")), {"a": failing(2), "b": ok}) as life:
        run = await life.begin()
        await life.until(run.id, "SUCCEEDED")
        figures = figures_of(life)
        assert (dict(figures.statuses), figures.retries, sum(figures.durations.counts)) == ({"SUCCEEDED": 2}, 2, 4)
        seen = await timeline(life, run.id)
        assert legs_of(seen, "a") == [("FAILED", 1), ("FAILED", 2), ("SUCCEEDED", 3)]
        assert legs_of(seen, "b") == [("SUCCEEDED", 1)]
        starts = [leg["startedAt"] for leg in seen["steps"][0]["legs"]]
        assert None not in starts
        assert starts == sorted(starts, key=str)
    assert (life.metrics.runs, life.metrics.claims) == ({"SUCCEEDED": 1}, 1), "counted by the time that the worker has stopped"


async def test_the_log_tells_of_a_failure_and_of_no_value(path: Path) -> None:
    def invalid(ctx: ActionContext) -> NoReturn:
        raise InvalidInput([PropertyProblem("url", f"Expected a URL, received: {SECRET}")])

    with capture_logs() as lines:
        async with driven(path, chain(step("a", go_on=True), step("b")), {"a": fail, "b": invalid}) as life:
            run = await life.begin({"password": SECRET})
            await life.until(run.id, "FAILED")
            steps = {entry["name"]: entry["legs"][-1] for entry in (await timeline(life, run.id))["steps"]}
    told = {line["event"]: line for line in lines if line["log_level"] == "info"}
    failed, refused = told["a step failed"], told["a step's input does not fit"]
    assert (failed["step_name"], failed["error"], failed["flow_run_id"]) == ("a", "RuntimeError", run.id)
    assert (refused["step_name"], refused["error"], refused["properties"]) == ("b", "InvalidInput", ["url"])
    assert failed["error_id"] == steps["a"].get("errorId") != refused["error_id"] == steps["b"].get("errorId")
    assert SECRET not in str(lines)


async def test_a_pause_is_a_turn_and_a_leg(path: Path) -> None:
    async with driven(path, chain(step("a"), step("b")), {"a": wait_for_link, "b": ok}) as life:
        run = await life.begin()
        await life.until(run.id, "PAUSED")
        paused = await timeline(life, run.id)
        assert legs_of(paused, "a") == [("PAUSED", 1)]
        (turn,) = paused["turns"]
        assert turn["waitsFor"] is not None
        assert (turn["status"], turn["waitsFor"]["type"], turn["waitsFor"]["step"]) == ("PAUSED", "WEBHOOK", "a")
        assert figures_of(life).statuses == {"PAUSED": 1}
    async with driven(path, chain(step("a"), step("b")), {"a": wait_for_link, "b": ok}) as life:
        await resume(life, run.id)
        await life.until(run.id, "SUCCEEDED")
        seen = await timeline(life, run.id)
        assert legs_of(seen, "a") == [("PAUSED", 1), ("SUCCEEDED", 1)]
        assert [(turn["kind"], turn["status"], turn["lives"]) for turn in seen["turns"]] == [
            ("BEGIN", "PAUSED", 1),
            ("RESUME", "SUCCEEDED", 1),
        ]
        times = [moment for turn in seen["turns"] for moment in (turn["queuedAt"], turn["claimedAt"], turn["endedAt"])]
        assert None not in times
        assert times == sorted(times, key=str)


async def test_a_pause_that_is_too_long_is_counted_and_told(path: Path) -> None:
    def wait(ctx: ActionContext) -> None:
        ctx.run.pause(DelayPause(datetime.now(UTC) + timedelta(days=31)))

    with capture_logs() as lines:
        async with driven(path, step("a"), {"a": wait}) as life:
            run = await life.begin()
            await life.until(run.id, "FAILED")
            assert life.metrics.pauses_exceeded == 1
            assert figures_of(life).statuses == {"FAILED": 1}
    (line,) = [line for line in lines if line["event"] == "a pause is too long"]
    assert (line["log_level"], line["flow_run_id"], line["step_name"]) == ("warning", run.id, "a")
    assert line["error_id"]


@pytest.mark.parametrize("pause", [DelayPause(datetime.now(UTC) + timedelta(days=5)), WebhookPause()])
async def test_a_run_is_paused_no_longer_than_the_limit_after_its_creation(path: Path, pause: Any) -> None:
    """The limit is of all pauses together (spec/engine.md §5), and it is the run's age that counts."""

    def wait(ctx: ActionContext) -> None:
        ctx.run.pause(pause)

    async with driven(path, step("a"), {"a": wait}) as life:
        young, old = await life.begin(), await life.begin()
        old.created = (datetime.now(UTC) - timedelta(days=29 if isinstance(pause, DelayPause) else 31)).isoformat(timespec="milliseconds")
        await life.until(young.id, "PAUSED")
        await life.until(old.id, "FAILED")
        assert "PausedFlowTimeoutError" in await life.failed_message(old.id)


async def test_a_step_that_the_clock_stops_is_a_failure(path: Path) -> None:
    with capture_logs() as lines:
        async with driven(path, step("a"), {"a": forever}, limits=RunLimits(0.1, 10_000, 30)) as life:
            run = await life.begin()
            await life.until(run.id, "TIMEOUT")
        assert figures_of(life).statuses == {"FAILED": 1}
        assert life.metrics.runs == {"TIMEOUT": 1}, "counted by the time that the worker has stopped"
    (line,) = [line for line in lines if line["event"] == "a step failed"]
    assert line["error"] == "TimeoutError"
    assert line["duration_ms"] >= 90


async def test_a_second_response_is_in_the_timeline(path: Path) -> None:
    async with driven(path, chain(step("a"), step("b")), {"a": respond, "b": respond}) as life:
        life.program.any_step_responds = True
        run = await life.begin()
        await life.until(run.id, "SUCCEEDED")
        seen = await timeline(life, run.id)
        assert [(one["step"], one["status"], one["reason"]) for one in seen["undelivered"]] == [
            ("a", 201, "NOBODY_WAITS"),
            ("b", 201, "ANSWERED_BEFORE"),
        ]
        assert life.metrics.undelivered == {"NOBODY_WAITS": 1, "ANSWERED_BEFORE": 1}


async def test_a_late_response_of_the_last_step_is_in_the_timeline(path: Path) -> None:
    def stop(ctx: ActionContext) -> None:
        ctx.run.stop(Response(202))

    async with driven(path, loop("loop", [1, 2], step("a")), {"a": stop}) as life:
        life.program.any_step_responds = True
        run = await life.begin()
        await life.until(run.id, "SUCCEEDED")
        (late,) = (await timeline(life, run.id))["undelivered"]
        assert (late["step"], late["status"], late["reason"]) == ("loop:1/a", 202, "NOBODY_WAITS")


async def test_a_response_of_another_piece_is_in_the_timeline(path: Path) -> None:
    async with driven(path, step("a"), {"a": respond}) as life:
        run = await life.begin()
        await life.until(run.id, "SUCCEEDED")
        (dropped,) = (await timeline(life, run.id))["undelivered"]
        assert dropped["reason"] == "OTHER_PIECE"


async def test_a_worker_that_died_has_lost_its_lease(path: Path) -> None:
    async with driven(path, step("a"), {"a": forever}) as life:
        run = await life.begin()
        await life.until_executed(1)
        life.runs._reader.execute("UPDATE job SET attempts = 2")  # as if this life had ended by kill -9
    async with driven(path, step("a"), {"a": ok}) as life:
        await life.until(run.id, "SUCCEEDED")
        assert life.metrics.lease_losses == {"worker_gone": 1}
        (turn,) = (await timeline(life, run.id))["turns"]
        assert turn["lives"] == 2


async def test_a_run_with_thousands_of_legs_says_how_many_are_left_out(path: Path) -> None:
    left = dict.fromkeys(range(400), 3)

    def flaky(ctx: ActionContext) -> None:
        index = int(ctx.idempotency_key.split("loop:")[1].split("/")[0]) - 1
        if left[index]:
            left[index] -= 1
            raise RuntimeError

    async with driven(path, loop("loop", list(range(400)), step("a", retry=True)), {"a": flaky}) as life:
        run = await life.begin()
        await life.until(run.id, "SUCCEEDED")
        seen = await timeline(life, run.id)
        assert sum(len(entry["legs"]) for entry in seen["steps"] if entry["name"] != "loop") == 400 + MOST_KEPT
        assert seen["leftOut"] == 400 * 3 - MOST_KEPT
        assert figures_of(life).retries == 1200

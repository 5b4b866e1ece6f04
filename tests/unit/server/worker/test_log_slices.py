"""What leaves a run's log because it is large, and how a run that goes on sees it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.unit.engine.flows import chain, loop, piece, trigger
from tests.unit.server.worker.driven import LIMITS, driven, step

from piecework.engine.program import compile_program
from piecework.engine.state import RunState
from piecework.sdk import ActionContext, WebhookPause
from piecework.server.modules.runs.slices import LogLimits, LogShortener, note
from piecework.server.worker.log_slices import mentioned_names
from piecework.server.worker.run_log import LogOfRun
from piecework.server.worker.turn_facts import RunLimits

LARGE = ["x" * 100] * 1000


def shortened(steps: dict[str, Any], input_bytes: int = 100, output_bytes: int = 1000) -> tuple[Any, LogShortener]:
    shortener = LogShortener(input_bytes, output_bytes)
    return shortener.steps(steps), shortener


def work(output: Any = None, **more: Any) -> dict[str, Any]:
    return {"type": "CODE", "status": "SUCCEEDED", "input": {}, "output": output, **more}


def test_small_records_are_the_same_object() -> None:
    steps = {"a": work("x" * 998), "b": work({"n": 1.5, "t": True, "z": None}), "c": work(input={"v": "x" * 98})}
    short, shortener = shortened(steps)
    assert short is steps
    assert not shortener.slices
    assert not shortener.sizes


@pytest.mark.parametrize("output", ["x" * 999, "ä" * 500, "\x00" * 167, ["y"] * 300, {"k": "x" * 1000}])
def test_an_output_above_the_threshold_becomes_a_slice(output: Any) -> None:
    short, shortener = shortened({"a": work(output)})
    [part] = shortener.slices
    size = len(orjson.dumps(output))
    assert short["a"]["output"] == {"fileId": part.file_id, "size": size}
    assert short["a"]["outputType"] == "slice"
    assert (orjson.loads(part.data), shortener.sizes) == (output, {part.file_id: size})


def test_each_large_input_value_leaves_a_note() -> None:
    given = {"small": 1, "text": "x" * 200, "list": [1] * 100, "border": "x" * 98}
    short, shortener = shortened({"a": work(1, input=given)})
    assert short["a"]["input"] == {"small": 1, "text": note(202), "list": note(201), "border": "x" * 98}
    assert given["text"] == "x" * 200, "the engine's record must not change"
    assert not shortener.slices


@pytest.mark.parametrize(
    ("size", "said"), [(2049, "2 KB"), (2560, "2 KB"), (3 * 1024, "3 KB"), (1024 * 1024, "1.0 MB"), (26 * 104858, "2.6 MB")]
)
def test_the_note_is_the_wires(size: int, said: str) -> None:
    assert note(size) == f"(truncated, original size {said})"


def test_loops_keep_their_items_as_slices_and_are_searched_within() -> None:
    inner = {"in": work("y" * 2000, input={"v": "z" * 200})}
    record = {
        "type": "LOOP_ON_ITEMS",
        "status": "SUCCEEDED",
        "input": {"items": ["x" * 600, "x" * 1200]},
        "output": {"item": "x" * 1200, "index": 2, "iterations": [{"in": work(1)}, inner]},
    }
    short, shortener = shortened({"loop": record})
    items, output = shortener.slices
    assert short["loop"]["itemsSlice"] == {"fileId": items.file_id, "size": len(items.data)}
    assert short["loop"]["input"] == {"items": note(len(items.data))}
    assert short["loop"]["output"]["item"] == note(1202)
    first, second = short["loop"]["output"]["iterations"]
    assert first == {"in": work(1)}
    assert second["in"] == work({"fileId": output.file_id, "size": 2002}, input={"v": note(202)}, outputType="slice")
    assert record["output"]["iterations"][1] is inner
    assert inner["in"]["output"] == "y" * 2000
    again, second_look = shortened(short)
    assert not second_look.slices, "what is a slice stays one"
    assert set(second_look.sizes) == set(shortener.sizes)
    assert orjson.dumps(again) == orjson.dumps(short)


def test_a_log_that_is_small_is_written_as_it_is() -> None:
    state = RunState()
    state.steps = {"a": work("x" * 50)}
    folded = LogOfRun(RunLimits(1, 10_000, 1, LogLimits(10, 1000))).folded(state, [])
    assert folded is not None
    assert orjson.loads(folded.content)["executionState"]["steps"] == state.steps
    assert not folded.slices
    assert not folded.refers_to


def test_slices_count_towards_the_limit() -> None:
    state = RunState()
    state.steps = {
        "trigger": {"type": "EMPTY", "status": "SUCCEEDED", "input": {}, "output": 1},
        "a": work("x" * 6000),
        "b": work("y" * 5000),
    }
    log = LogOfRun(RunLimits(1, 10_000, 1, LogLimits(100, 1000)))
    assert log.folded(state, []) is None
    left = orjson.loads(log.shortened(state, []).content)["executionState"]["steps"]
    assert left["trigger"]["output"] == 1, "the run can be started again"
    assert left["a"]["status"] == "SUCCEEDED"
    assert "left out" in left["a"]["output"]


def test_names_that_the_rest_of_a_run_mentions() -> None:
    tree = chain(
        piece("a", "{{trigger['x']}}"),
        piece("b", "{{a}}"),
        loop("l", "{{b['items']}}", piece("inside", "{{l['item']}} {{c}} {{[d].map(n => n)}}")),
        piece("c", "{{l['iterations'][0]['inside']['output']}}"),
        piece("d"),
    )
    program = compile_program(trigger(tree))
    assert mentioned_names(program, {}) == {"trigger", "a", "b", "c", "d", "l"}
    done = {"a": work(1), "b": work(2)}
    assert mentioned_names(program, done) == {"b", "c", "d", "l"}
    assert mentioned_names(program, {**done, "c": work(3)}) == {"b", "c", "d"}, "the loop's body sees nothing of it but the item"


def answered(ctx: ActionContext) -> Any:
    if ctx.execution_type == "BEGIN":
        ctx.run.pause(WebhookPause())
        return None
    return ctx.resume_payload


def scripted(name: str, **inputs: Any) -> Any:
    one = step(name)
    return {**one, "settings": {**one["settings"], "input": inputs}}


async def test_a_run_that_goes_on_sees_whole_values_and_reads_only_what_it_needs(tmp_path: Path) -> None:
    """Two pauses: what the second turn wrote again would be another file."""
    seen: dict[str, Any] = {}
    tree = chain(
        scripted("big"), scripted("unused"), scripted("wait"), scripted("wait2"), scripted("last", v="{{big}}", n="{{trigger['n']}}")
    )
    scripts: dict[str, Any] = {"big": lambda _: LARGE, "unused": lambda _: LARGE, "wait": answered, "wait2": answered, "last": lambda _: 1}
    async with driven(tmp_path / "file.db", tree, scripts) as life:
        read: list[list[str]] = []
        slices = life.runs.slices

        async def counted(project_id: str, ids: list[str]) -> dict[str, bytes]:
            read.append(ids)
            return await slices(project_id, ids)

        life.runs.slices = counted  # type: ignore[method-assign,assignment]
        run = await life.begin({"n": "t" * 40_000})
        files: list[set[Any]] = []
        for _ in range(2):
            await life.until(run.id, "PAUSED")
            steps = await life.steps(run.id)
            files.append({steps[name]["output"]["fileId"] for name in ("big", "unused", "trigger")})
            assert len(await life.runs.fetch("SELECT id FROM file WHERE type = 'FLOW_RUN_LOG_SLICE'")) == 3
            assert await life.runs.resume(run.id, "", orjson.dumps({"body": {}, "headers": {}, "queryParams": {}}), else_newest="")
            seen["runs"] = len(life.executed)
        await life.until(run.id, "SUCCEEDED")
        steps = await life.steps(run.id)
        assert files[0] == files[1] == {steps[name]["output"]["fileId"] for name in ("big", "unused", "trigger")}
        assert steps["last"]["input"] == {"v": note(len(orjson.dumps(LARGE))), "n": note(40_002)}
        assert steps["trigger"]["type"] == "PIECE_TRIGGER" or steps["trigger"]["type"] == "EMPTY"
        assert [sorted(ids) for ids in read] == [sorted({steps["big"]["output"]["fileId"], steps["trigger"]["output"]["fileId"]})] * 2
        assert life.executed.count("big") == 1


async def test_a_loop_that_paused_goes_on_over_the_items_it_had(tmp_path: Path) -> None:
    tree = chain(loop("l", "{{trigger}}", scripted("wait"), scripted("after", v="{{l['item']}}")), scripted("end", v="{{l['iterations']}}"))
    async with driven(tmp_path / "file.db", tree, {"wait": answered, "after": lambda _: LARGE, "end": lambda _: 1}) as life:
        items = [letter * 30_000 for letter in "abc"]
        run = await life.begin(items)
        for count in range(3):
            await life.until_executed(2 * count + 1 + count)
            await life.until(run.id, "PAUSED")
            assert await life.runs.resume(
                run.id, "", orjson.dumps({"body": {"n": count}, "headers": {}, "queryParams": {}}), else_newest=""
            )
        await life.until(run.id, "SUCCEEDED")
        record = (await life.steps(run.id))["l"]
        kept = await life.runs.slices(run.project_id, [record["itemsSlice"]["fileId"]])
        assert orjson.loads(kept[record["itemsSlice"]["fileId"]]) == items
        assert [one["wait"]["output"]["body"] for one in record["output"]["iterations"]] == [{"n": 0}, {"n": 1}, {"n": 2}]
        assert all(one["after"]["outputType"] == "slice" for one in record["output"]["iterations"])
        # the log, its slices for the trigger, the items and three outputs; nothing else is left
        assert len(await life.runs.fetch("SELECT id FROM file")) == 6


async def test_a_run_whose_data_grows_beyond_the_limit_ends_before_its_time(tmp_path: Path) -> None:
    tree = loop("l", "{{trigger}}", scripted("grow"))
    async with driven(tmp_path / "file.db", tree, {"grow": lambda _: "x" * 100_000}, limits=LIMITS) as life:
        run = await life.begin(list(range(200)))
        assert await life.until(run.id, "LOG_SIZE_EXCEEDED", "SUCCEEDED") == "LOG_SIZE_EXCEEDED"
        assert 10 <= len(life.executed) < 30
        assert "AP_MAX_FLOW_RUN_LOG_SIZE_MB" in await life.failed_message(run.id)
        assert await life.left_over() == (0, 0)
        assert len(await life.runs.fetch("SELECT id FROM file")) == 1

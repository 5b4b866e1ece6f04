"""The rules of engine/advance.py, by number."""

from __future__ import annotations

from typing import Any

import pytest

from piecework.engine.advance import InvalidEvent, advance
from piecework.engine.commands import ExecuteStep, Finish, Pause, Response
from piecework.engine.events import OutcomeKind, RetryDue, RunRestored, RunStarted, StepFailed, StepSucceeded
from piecework.engine.state import RunState, restore, single_step
from piecework.engine.timeline import encode, fold
from piecework.spec.run import FlowRunStatus
from tests.unit.engine.flows import Player, Script, chain, condition, echo, loop, piece, router, trigger


def failing(*names: str, times: int = 99) -> Any:
    """A script in which these steps fail the first ``times`` times."""
    left = dict.fromkeys(names, times)

    def script(command: ExecuteStep) -> StepSucceeded | StepFailed:
        if left.get(command.node.name, 0) > 0:
            left[command.node.name] -= 1
            return StepFailed("Error: boom", at=0, duration=1)
        return echo(command)

    return script


def test_a_flow_without_actions_succeeds() -> None:
    player = Player(trigger())
    assert player.play({"a": 1}) == Finish(FlowRunStatus.SUCCEEDED)
    assert player.state.steps == {"trigger": {"type": "PIECE_TRIGGER", "status": "SUCCEEDED", "input": {}, "output": {"a": 1}}}


def test_steps_run_in_order_and_see_earlier_outputs() -> None:
    player = Player(trigger(piece("a", "{{trigger.n}}"), piece("b", "{{a}}!")))
    assert player.play({"n": 7}) == Finish(FlowRunStatus.SUCCEEDED)
    assert player.outputs() == {"trigger": {"n": 7}, "a": 7, "b": "7!"}
    assert player.state.steps["a"] == {
        "type": "PIECE",
        "status": "SUCCEEDED",
        "input": {"value": 7},
        "output": 7,
        "duration": 1,
        "startedAt": -1,
    }
    assert player.state.steps_count == 2


def test_rule_2_only_the_fitting_event_is_accepted() -> None:
    player = Player(trigger(piece("a")))
    command = advance(player.program, player.state, RunStarted(None, 0))
    assert isinstance(command, ExecuteStep)
    with pytest.raises(InvalidEvent, match="RetryDue while waiting for STEP"):
        advance(player.program, player.state, RetryDue(0))
    assert isinstance(advance(player.program, player.state, echo(command)), Finish)
    with pytest.raises(InvalidEvent):
        advance(player.program, player.state, RunStarted(None, 0))


def test_rule_3_a_skipped_step_leaves_no_record() -> None:
    player = Player(trigger(piece("a", 1, skip=True), piece("b", "{{a}}")))
    player.play()
    assert player.outputs() == {"trigger": None, "b": ""}


def test_rule_5_failure_ends_the_run() -> None:
    player = Player(trigger(piece("a", 1), piece("b", 2)), failing("a"))
    result = player.play()
    assert isinstance(result, Finish)
    assert result.status is FlowRunStatus.FAILED
    assert result.failed_step == ("a", "A", "Error: boom")
    assert player.state.steps["a"]["errorMessage"] == "Error: boom"
    assert "output" not in player.state.steps["a"]
    assert player.state.steps_count == 0


def test_rule_5_retries_wait_4_8_16_seconds() -> None:
    player = Player(trigger(piece("a", 1, retry=True)), failing("a"))
    result = player.play()
    assert player.waits == [4, 8, 16]
    assert player.executed == ["a"] * 4
    assert player.state.steps["a"]["attempts"] == 4
    assert isinstance(result, Finish)
    assert result.status is FlowRunStatus.FAILED


def test_rule_5_a_retry_may_succeed_and_the_next_step_starts_counting_again() -> None:
    player = Player(trigger(piece("a", 1, retry=True), piece("b", 2, retry=True)), failing("a", "b", times=1))
    assert player.play() == Finish(FlowRunStatus.SUCCEEDED)
    assert player.waits == [4, 4]
    assert [player.state.steps[name]["attempts"] for name in "ab"] == [2, 2]


def test_rule_5_continue_on_failure_leaves_the_failure_and_goes_on() -> None:
    player = Player(trigger(piece("bad", 1, go_on=True), piece("after", "{{bad}}")), failing("bad"))
    assert player.play() == Finish(FlowRunStatus.SUCCEEDED)
    assert player.state.steps["bad"]["status"] == "FAILED"
    assert player.outputs()["after"] == ""
    assert player.state.steps_count == 1


def test_rule_5_success_and_failure_branches() -> None:
    branches = {"onSuccess": piece("good", 1), "onFailure": piece("handler", 2)}
    tree = trigger(piece("a", 1, go_on=True, continueOnFailureBranches=branches), piece("after", 3))
    failed, succeeded = Player(tree, failing("a")), Player(tree)
    failed.play()
    succeeded.play()
    assert failed.executed == ["a", "handler", "after"]
    assert succeeded.executed == ["a", "good", "after"]


def stopping(command: ExecuteStep) -> StepSucceeded:
    kinds = {"stop": OutcomeKind.STOPPED, "respond": OutcomeKind.RESPOND, "pause": OutcomeKind.PAUSED}
    kind = kinds.get(command.node.name.split("_")[0], OutcomeKind.NONE)
    if command.resumed:
        return StepSucceeded(command.resume_payload, 0, 1)
    response = Response(201, {"from": command.node.name}) if kind in (OutcomeKind.STOPPED, OutcomeKind.RESPOND) else None
    return StepSucceeded({"done": True}, 0, 1, kind, response)


def test_rule_6_stop_ends_the_run_with_a_response() -> None:
    player = Player(trigger(piece("stop"), piece("never")), stopping)
    result = player.play()
    assert result == Finish(FlowRunStatus.SUCCEEDED, None, Response(201, {"from": "stop"}))
    assert "never" not in player.state.steps


def test_rule_6_respond_goes_on_and_answers_once() -> None:
    player = Player(trigger(piece("respond_1"), piece("respond_2"), piece("stop")), stopping)
    result = player.play()
    assert player.responses == [Response(201, {"from": "respond_1"})]
    assert result == Finish(FlowRunStatus.SUCCEEDED)


def test_rule_7_another_piece_does_not_answer_unless_the_flow_lifts_the_guard() -> None:
    tree = trigger(piece("stop", piece_name="@activepieces/piece-http"))
    assert Player(tree, stopping).play() == Finish(FlowRunStatus.SUCCEEDED)
    lifted = Player(tree, stopping, metadata={"anyStepResponds": True}).play()
    assert lifted == Finish(FlowRunStatus.SUCCEEDED, None, Response(201, {"from": "stop"}))


def test_rule_6_pause_and_resume_in_a_nested_loop() -> None:
    tree = trigger(loop("outer", [1, 2], loop("inner", ["x", "y"], piece("a", "{{inner.item}}{{outer.item}}"), piece("pause"))))
    player = Player(tree, stopping)
    paused = player.play()
    assert isinstance(paused, Pause)
    assert paused.steps[0].path == (("outer", 0), ("inner", 0))
    done = list(player.executed)
    for outer in (0, 1):
        for inner in (0, 1):
            again = Player(tree, stopping)
            path = (("outer", outer), ("inner", inner))
            again.state = restore(player.state.steps, resume_step=(path, "pause"), resume_payload={"body": [outer, inner]})
            result = again.play(event=RunRestored(0))
            done += again.executed
            player = again
    assert result == Finish(FlowRunStatus.SUCCEEDED)
    assert sorted(set(done)) == sorted(f"outer:{o}/inner:{i}/{s}" for o in (0, 1) for i in (0, 1) for s in ("a", "pause"))
    assert [step for step in done if step.endswith("/a")] == [f"outer:{o}/inner:{i}/a" for o in (0, 1) for i in (0, 1)]
    inner_log = player.state.steps["outer"]["output"]["iterations"][1]["inner"]["output"]["iterations"]
    assert [iteration["pause"]["output"] for iteration in inner_log] == [{"body": [1, 0]}, {"body": [1, 1]}]


def resumed(player: Player, script: Script, payload: Any) -> tuple[Player, Any]:
    """The next turn of a run whose step ``wait`` was resumed, and how it ended."""
    again = Player(trigger(piece("wait", retry=True), piece("after")), script)
    again.state = restore(player.state.steps, resume_step=((), "wait"), resume_payload=payload)
    return again, again.play(event=RunRestored(0))


@pytest.mark.parametrize("anew", [True, False])
def test_a_retry_of_a_resumed_step_goes_on_or_begins_anew(anew: bool) -> None:
    seen: list[tuple[bool, int]] = []

    def script(command: ExecuteStep) -> StepSucceeded | StepFailed:
        seen.append((command.resumed, command.attempt))
        if command.resumed:
            return StepFailed("what it waited for failed", 0, 1, anew=anew)
        return StepSucceeded({}, 0, 1, OutcomeKind.PAUSED)

    player = Player(trigger(piece("wait", retry=True), piece("after")), script)
    assert isinstance(player.play(), Pause)
    turns = 0
    verdict: Any = None
    while not isinstance(verdict, Finish):
        player, verdict = resumed(player, script, {"body": turns})
        turns += 1
    assert verdict.status is FlowRunStatus.FAILED
    again = [(True, 1), (False, 2), (True, 2), (False, 3), (True, 3), (False, 4), (True, 4)]
    assert seen == [(False, 1), *(again if anew else [(True, 1), (True, 2), (True, 3), (True, 4)])]
    assert turns == (4 if anew else 1)


def test_loop_log_has_the_shape_of_the_wire() -> None:
    player = Player(trigger(loop("loop", "{{trigger.items}}", piece("double", "{{loop.item}}{{loop['index']}}"))))
    player.play({"items": ["a", "b"]})
    record = player.state.steps["loop"]
    assert record["input"] == {"items": ["a", "b"]}
    assert record["status"] == "SUCCEEDED"
    assert record["output"]["item"] == "b"
    assert record["output"]["index"] == 2
    assert [iteration["double"]["output"] for iteration in record["output"]["iterations"]] == ["a1", "b2"]


@pytest.mark.parametrize(("items", "count"), [([], 0), ("[1, 2, 3]", 3), ([[1], [2]], 2)])
def test_loop_items(items: Any, count: int) -> None:
    player = Player(trigger(loop("loop", items, piece("a", 1)), piece("after", "{{loop.index}}")))
    assert player.play() == Finish(FlowRunStatus.SUCCEEDED)
    assert len(player.executed) == count + 1
    assert player.outputs()["after"] == count


@pytest.mark.parametrize("items", ["not a list", {"a": 1}, 7, None, '{"a": 1}'])
def test_loop_over_something_else_fails_as_recorded(items: Any) -> None:
    player = Player(trigger(loop("loop", items, piece("a", 1))))
    result = player.play()
    assert isinstance(result, Finish)
    assert result.failed_step == ("loop", "loop", '{"message":"The items you have selected must be a list."}')
    record = player.state.steps["loop"]
    assert record["status"] == "FAILED"
    assert record["output"] == {"index": 0, "iterations": []}


def test_rule_8_inner_names_mean_the_current_iteration_only() -> None:
    tree = trigger(loop("loop", [1, 2], piece("early", "{{late}}"), piece("late", "{{loop.item}}")), piece("after", "{{late}}"))
    player = Player(tree)
    player.play()
    iterations = player.state.steps["loop"]["output"]["iterations"]
    assert [iteration["early"]["output"] for iteration in iterations] == ["", ""]
    assert player.outputs()["after"] == ""


def test_a_step_may_keep_the_iterations_so_far_without_a_circle() -> None:
    player = Player(trigger(loop("loop", [1, 2], piece("keep", "{{loop}}"))))
    player.play()
    log = encode(player.state.changes)
    kept = player.state.steps["loop"]["output"]["iterations"][1]["keep"]["output"]
    assert len(kept["iterations"]) == 1
    assert log


def test_a_failure_inside_a_loop_ends_the_run() -> None:
    player = Player(trigger(loop("loop", [1, 2, 3], piece("a", 1)), piece("after", 1)), failing("a"))
    result = player.play()
    assert isinstance(result, Finish)
    assert result.status is FlowRunStatus.FAILED
    assert player.executed == ["loop:0/a"]
    assert player.state.steps["loop"]["status"] == "FAILED"


@pytest.mark.parametrize(
    ("value", "first_match", "expected"),
    [(7, True, ["big"]), (7, False, ["big", "odd"]), (1, True, ["odd"]), (2, True, ["else"]), (2, False, ["else"])],
)
def test_router(value: int, first_match: bool, expected: list[str]) -> None:
    branches = [
        (condition("{{trigger.n}}", "NUMBER_IS_GREATER_THAN", "5"), piece("big", 1)),
        (condition("{{trigger.odd}}", "BOOLEAN_IS_TRUE"), piece("odd", 1)),
        (None, piece("else", 1)),
    ]
    player = Player(trigger(router("router", branches, first_match=first_match), piece("after", 1)))
    player.play({"n": value, "odd": value % 2 == 1})
    assert player.executed == [*expected, "after"]
    output = player.state.steps["router"]["output"]["branches"]
    assert [branch["branchIndex"] for branch in output] == [1, 2, 3]
    assert player.state.steps["router"]["input"]["branches"][0]["conditions"][0][0]["firstValue"] == value
    assert player.state.steps_count == len(expected) + 1


def test_router_without_operator_fails_and_says_where() -> None:
    player = Player(trigger(router("router", [(condition("a", None), None), (None, None)])))
    result = player.play()
    assert isinstance(result, Finish)
    assert result.status is FlowRunStatus.FAILED
    assert player.state.steps["router"]["status"] == "FAILED"


def test_single_step_uses_samples_and_runs_nothing_else() -> None:
    player = Player(trigger(piece("a", 1), piece("b", "{{a.x}}", retry=True, go_on=True), piece("c", 1)))
    player.state = single_step("b", {"a": {"x": 5}})
    assert player.play(event=RunRestored(0)) == Finish(FlowRunStatus.SUCCEEDED)
    assert player.executed == ["b"]
    assert player.outputs() == {"b": 5}


def test_single_step_failure_is_final() -> None:
    player = Player(trigger(piece("b", 1, retry=True, go_on=True)), failing("b"))
    player.state = single_step("b", {})
    result = player.play(event=RunRestored(0))
    assert isinstance(result, Finish)
    assert result.status is FlowRunStatus.FAILED
    assert player.waits == []


def test_single_step_of_a_router_evaluates_branches_only() -> None:
    player = Player(trigger(router("router", [(condition("a", "EXISTS"), piece("x", 1)), (None, None)])))
    player.state = single_step("router", {})
    player.play(event=RunRestored(0))
    assert player.executed == []
    assert player.outputs()["router"]["branches"][0]["evaluation"] is True


def test_single_step_of_a_loop_shows_the_first_item() -> None:
    player = Player(trigger(loop("loop", [5, 6], piece("x", 1))))
    player.state = single_step("loop", {})
    player.play(event=RunRestored(0))
    assert player.executed == []
    assert player.outputs()["loop"] == {"item": 5, "index": 1, "iterations": [{}]}


def test_retry_from_the_failed_step_runs_it_again_and_nothing_before() -> None:
    tree = trigger(piece("a", 1), loop("loop", [1, 2, 3], piece("b", "{{loop.item}}"), piece("c", 1)), piece("d", "{{loop.index}}"))
    first = Player(tree, lambda command: StepFailed("x", 0, 1) if command.path and command.path[0][1] == 1 else echo(command))
    assert isinstance(first.play(), Finish)
    second = Player(tree)
    second.state = restore(first.state.steps, rerun_failed=True)
    assert second.play(event=RunRestored(0)) == Finish(FlowRunStatus.SUCCEEDED)
    assert second.executed == ["loop:1/b", "loop:1/c", "loop:2/b", "loop:2/c", "d"]


def test_crash_and_restore_takes_over_a_failure_that_was_continued() -> None:
    tree = trigger(piece("bad", 1, go_on=True), piece("b", 1))
    first = Player(tree, failing("bad"))
    first.play(stop_after=1)
    second = Player(tree)
    second.state = restore(fold([encode(first.state.changes)]))
    second.play(event=RunRestored(0))
    assert second.executed == ["b"]


def test_a_long_flow_needs_no_deep_stack() -> None:
    player = Player(trigger(*(piece(f"s{index}", index) for index in range(3000))))
    assert player.play() == Finish(FlowRunStatus.SUCCEEDED)


def test_state_starts_empty() -> None:
    assert RunState().path == ()
    assert chain(piece("a"))["name"] == "a"

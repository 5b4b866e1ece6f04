"""The rules of engine/advance.py about parts that run at the same time, by number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from piecework.engine.advance import InvalidEvent, advance
from piecework.engine.commands import ExecuteStep, Finish, Fork, Pause, Response
from piecework.engine.events import OutcomeKind, PartEnded, PartStarted, RunRestored, RunStarted, StepFailed, StepSucceeded
from piecework.engine.interruption import fail_at, fail_in_flight
from piecework.engine.program import LoopNode, RouterNode, compile_program
from piecework.engine.state import RunState, restore
from piecework.engine.timeline import encode, fold
from piecework.spec.run import FlowRunStatus
from tests.histories.life import places
from tests.unit.engine.flows import Player, chain, condition, echo, loop, piece, place_of, router, trigger

YES, NO = condition("x", "EXISTS"), condition("", "EXISTS")
SUCCEEDED = Finish(FlowRunStatus.SUCCEEDED)


def in_turns() -> Callable[[int], int]:
    """Tracks move one after the other."""
    moves = iter(range(10**6))
    return lambda count: next(moves) % count


def last_first(count: int) -> int:
    return count - 1


def outcomes(**kinds: OutcomeKind) -> Callable[[ExecuteStep], StepSucceeded]:
    """Steps, by their place with ``_`` for everything between its names, whose work has such an outcome."""

    def script(command: ExecuteStep) -> StepSucceeded:
        place = place_of(command)
        kind = kinds.get(place.replace(":", "_").replace("/", "_"), OutcomeKind.NONE)
        if command.resumed:
            return StepSucceeded(command.resume_payload, 0, 1)
        response = Response(201, {"from": place}) if kind in (OutcomeKind.STOPPED, OutcomeKind.RESPOND) else None
        return StepSucceeded(place, 0, 1, kind, response, pause=place)

    return script


def failing(*places: str) -> Callable[[ExecuteStep], StepSucceeded | StepFailed]:
    return lambda command: StepFailed(f"no {place_of(command)}", 0, 1) if place_of(command) in places else echo(command)


@pytest.mark.parametrize(("parallelism", "at_once"), [(None, 1), (1, 1), (2, 2), (5, 5), (50, 6)])
def test_rule_10_as_many_iterations_at_once_as_the_loop_says(parallelism: int | None, at_once: int) -> None:
    tree = trigger(
        loop("l", list("abcdef"), piece("x", "{{l.item}}{{l.index}}"), parallelism=parallelism), piece("after", "{{l.index}}{{l.item}}")
    )
    player = Player(tree, choose=in_turns())
    assert player.play() == SUCCEEDED
    assert player.most_at_once == at_once
    record = player.state.steps["l"]
    assert [iteration["x"]["output"] for iteration in record["output"]["iterations"]] == ["a1", "b2", "c3", "d4", "e5", "f6"]
    assert (record["status"], record["output"]["index"], record["output"]["item"]) == ("SUCCEEDED", 6, "f")
    assert player.outputs()["after"] == "6f"
    assert player.state.steps_count == 7


def test_rule_10_results_are_in_order_whoever_is_first() -> None:
    tree = trigger(loop("l", [1, 2, 3], piece("x", "{{l.item}}"), parallelism=3))
    player = Player(tree, choose=last_first)
    player.play()
    assert player.executed == ["l:2/x", "l:1/x", "l:0/x"]
    assert [each["x"]["output"] for each in player.state.steps["l"]["output"]["iterations"]] == [1, 2, 3]


def test_rule_10_matching_branches_at_the_same_time_and_their_outputs_afterwards() -> None:
    branches = [(YES, chain(piece("a", 1), piece("b", "{{a}}"))), (NO, piece("n", 1)), (YES, piece("c", 3)), (None, piece("f", 1))]
    tree = trigger(router("r", branches, first_match=False, parallel=True), piece("after", "{{a}}{{b}}{{c}}{{n}}"))
    player = Player(tree, choose=last_first)
    assert player.play() == SUCCEEDED
    assert player.executed == ["c", "a", "b", "after"]
    assert player.outputs()["after"] == "113"
    assert list(player.state.steps) == ["trigger", "r", "a", "b", "c", "after"]


def test_rule_10_a_router_of_one_match_needs_no_fork() -> None:
    tree = trigger(router("r", [(YES, piece("a")), (YES, piece("b"))], parallel=True))
    player = Player(tree)
    assert isinstance(advance(player.program, player.state, RunStarted(None, 0)), ExecuteStep)


def test_rule_10_parts_see_nothing_of_each_other() -> None:
    branches = [(YES, piece("a", 1)), (YES, piece("b", "{{a}}"))]
    tree = trigger(
        router("r", branches, first_match=False, parallel=True),
        loop("l", [1, 2], piece("early", "{{late}}{{l.iterations}}"), piece("late", "{{l.item}}"), parallelism=2),
        piece("after", "{{late}}"),
    )
    player = Player(tree)
    player.play()
    assert player.outputs()["b"] == ""
    assert [each["early"]["output"] for each in player.state.steps["l"]["output"]["iterations"]] == ["[]", "[]"]
    assert player.outputs()["after"] == ""


def test_rule_10_what_a_forked_router_in_a_loop_gave_ends_with_the_iteration() -> None:
    forked = router("r", [(YES, piece("a", "{{l.item}}")), (YES, piece("b"))], first_match=False, parallel=True)
    player = Player(trigger(loop("l", [1, 2], piece("early", "{{a}}"), forked, piece("late", "{{a}}"))))
    player.play()
    iterations = player.state.steps["l"]["output"]["iterations"]
    assert [(each["early"]["output"], each["late"]["output"]) for each in iterations] == [("", 1), ("", 2)]


def test_rule_10_forks_nest() -> None:
    branches = [(YES, piece("a", "{{i.item}}")), (YES, piece("b"))]
    inner = loop("i", "{{o.item}}", router("r", branches, first_match=False, parallel=True), parallelism=2)
    player = Player(trigger(loop("o", [[1, 2], [3], [4, 5, 6]], inner, piece("x"), parallelism=2)), choose=in_turns())
    assert player.play() == SUCCEEDED
    outer = player.state.steps["o"]["output"]["iterations"]
    assert [[each["a"]["output"] for each in one["i"]["output"]["iterations"]] for one in outer] == [[1, 2], [3], [4, 5, 6]]
    assert all(list(each) == ["r", "a", "b"] for one in outer for each in one["i"]["output"]["iterations"])
    assert len(player.executed) == len(set(player.executed)) == 15
    assert player.most_at_once == 4


def test_rule_2_a_forked_track_takes_the_ends_of_its_parts_only() -> None:
    program = compile_program(trigger(loop("l", [1, 2, 3], piece("x"), parallelism=2)))
    state = RunState()
    fork = advance(program, state, RunStarted(None, 0))
    assert isinstance(fork, Fork)
    assert [track.part for track in fork.tracks] == [0, 1]
    with pytest.raises(InvalidEvent, match="StepSucceeded while waiting for PARTS"):
        advance(program, state, StepSucceeded(1, 0, 0))
    with pytest.raises(InvalidEvent):
        advance(program, RunState(), PartStarted(0))
    command = advance(program, fork.tracks[0], PartStarted(0))
    assert isinstance(command, ExecuteStep)
    over = advance(program, fork.tracks[0], StepSucceeded(1, 0, 0))
    following = advance(program, state, PartEnded(0, over, 0))  # type: ignore[arg-type]
    assert isinstance(following, Fork)
    assert [track.part for track in following.tracks] == [2]


def test_rule_11_a_failure_halts_the_others_after_their_step() -> None:
    tree = trigger(loop("l", [1, 2, 3, 4], piece("x"), piece("y"), parallelism=3), piece("after"))
    player = Player(tree, failing("l:1/x"), choose=in_turns())
    result = player.play()
    assert isinstance(result, Finish)
    assert result.failed_step == ("x", "X", "no l:1/x")
    assert "l:3/x" not in player.executed
    assert player.commanded == player.commanded_at_the_end, "nothing new after the failure"
    record = player.state.steps["l"]
    statuses = [each.get("x", {}).get("status") for each in record["output"]["iterations"]]
    assert statuses == ["SUCCEEDED", "FAILED", "SUCCEEDED"]
    assert (record["status"], record["output"]["index"]) == ("FAILED", 3)


def test_rule_11_the_first_part_in_order_names_the_failure() -> None:
    player = Player(trigger(loop("l", [1, 2, 3], piece("x"), parallelism=3)), failing("l:1/x", "l:2/x"), choose=in_turns())
    begun_all = iter([0, 1, 2, 0, 1, 2, 2, 1, 0])
    player._choose = lambda count: next(begun_all) % count
    result = player.play()
    assert isinstance(result, Finish)
    assert result.failed_step is not None
    assert result.failed_step.message == "no l:1/x"


def test_rule_11_a_step_that_waits_for_a_retry_has_failed() -> None:
    branches = [(YES, piece("a", retry=True)), (YES, piece("b"))]
    player = Player(trigger(router("r", branches, first_match=False, parallel=True)), failing("a", "b"))
    moves = iter([0, 0, 0, 1, 1, 1, 0])
    player._choose = lambda count: next(moves) % count
    result = player.play()
    assert isinstance(result, Finish)
    assert result.failed_step is not None
    assert result.failed_step.name == "a"
    assert player.executed == ["a", "b"]
    assert player.state.steps["a"]["status"] == "FAILED"


def test_rule_11_a_stop_ends_the_run_as_it_says() -> None:
    script = outcomes(l_1_x=OutcomeKind.STOPPED)
    player = Player(trigger(loop("l", [1, 2, 3, 4], piece("x"), piece("y"), parallelism=2), piece("after")), script, choose=in_turns())
    assert player.play() == Finish(FlowRunStatus.SUCCEEDED, None, Response(201, {"from": "l:1/x"}))
    assert "l:1/y" not in player.executed
    assert "after" not in player.executed
    assert player.state.steps["l"]["status"] == "SUCCEEDED"


def test_rule_11_a_failure_beside_a_stop_is_not_hidden_and_the_answer_stands() -> None:
    def script(command: ExecuteStep) -> StepSucceeded | StepFailed:
        return StepFailed("no", 0, 1) if command.node.name == "bad" else outcomes(stop=OutcomeKind.STOPPED)(command)

    branches = [(YES, piece("stop")), (YES, piece("bad"))]
    player = Player(trigger(router("r", branches, first_match=False, parallel=True)), script, choose=in_turns())
    result = player.play()
    assert isinstance(result, Finish)
    assert (result.status, result.response) == (FlowRunStatus.FAILED, Response(201, {"from": "stop"}))


@pytest.mark.parametrize("kind", ["loop", "router"])
def test_rule_11_what_earlier_lives_recorded_stays_though_its_part_does_not_begin_again(kind: str) -> None:
    count = 6 if kind == "loop" else 52
    if kind == "loop":
        tree = trigger(loop("l", list(range(count)), loop("i", [1, 2], piece("done")), piece("w"), piece("x"), parallelism=2))
        first, pausing = ((("l", 0),), "w"), {f"l_{index}_w": OutcomeKind.PAUSED for index in range(count)}
    else:
        branches = [(YES, chain(loop(f"i{index}", [1, 2], piece(f"done{index}")), piece(f"w{index}"))) for index in range(count)]
        tree = trigger(router("r", branches, first_match=False, parallel=True))
        first, pausing = ((), "w0"), {f"w{index}": OutcomeKind.PAUSED for index in range(count)}
    player = Player(tree, outcomes(**pausing))
    paused = player.play()
    assert isinstance(paused, Pause)
    assert len(paused.steps) == count
    second = Player(tree, lambda command: StepFailed("no", 0, 1))
    second.state = restore(player.state.steps, resume_step=first, resume_payload="go")
    result = second.play(event=RunRestored(0))
    assert isinstance(result, Finish)
    done = {place for place in places(second.state.steps) if "done" in place}
    assert len(done) == 2 * count
    third = Player(tree)
    third.state = restore(second.state.steps, rerun_failed=True)
    assert third.play(event=RunRestored(0)) == SUCCEEDED
    assert not done & set(third.executed)


def test_rule_12_all_pauses_in_order_and_the_others_sleep_on() -> None:
    tree = trigger(loop("l", [1, 2, 3], piece("w"), piece("x", "{{w}}"), parallelism=2), piece("after"))
    script = outcomes(l_0_w=OutcomeKind.PAUSED, l_2_w=OutcomeKind.PAUSED)
    player = Player(tree, script, choose=last_first)
    paused = player.play()
    assert isinstance(paused, Pause)
    assert [(place_of(step), step.pause, step.asleep) for step in paused.steps] == [("l:0/w", "l:0/w", False), ("l:2/w", "l:2/w", False)]
    assert player.state.steps["l"]["status"] == "PAUSED"
    assert sorted(player.executed) == ["l:0/w", "l:1/w", "l:1/x", "l:2/w"]
    resumed = Player(tree, script)
    resumed.state = restore(player.state.steps, resume_step=((("l", 2),), "w"), resume_payload="yes")
    again = resumed.play(event=RunRestored(0))
    assert isinstance(again, Pause)
    assert [(place_of(step), step.asleep) for step in again.steps] == [("l:0/w", True)]
    assert resumed.executed == ["l:2/w", "l:2/x"]
    last = Player(tree, script)
    last.state = restore(resumed.state.steps, resume_step=((("l", 0),), "w"), resume_payload="no")
    assert last.play(event=RunRestored(0)) == SUCCEEDED
    assert last.executed == ["l:0/w", "l:0/x", "after"]
    assert [each["x"]["output"] for each in last.state.steps["l"]["output"]["iterations"]] == ["l:0/x", "l:1/x", "l:2/x"]
    assert last.state.steps_count == 7


def test_rule_13_the_first_response_wins() -> None:
    branches = [(YES, piece("a")), (YES, piece("b"))]
    script = outcomes(a=OutcomeKind.RESPOND, b=OutcomeKind.RESPOND)
    player = Player(trigger(router("r", branches, first_match=False, parallel=True)), script, choose=last_first)
    assert player.play() == SUCCEEDED
    assert player.responses == [Response(201, {"from": "b"})]


@pytest.mark.parametrize("kind", [OutcomeKind.STOPPED, OutcomeKind.PAUSED])
def test_rule_14_what_ends_a_part_is_not_in_the_journal_before_the_turn_ends(kind: OutcomeKind) -> None:
    tree = trigger(router("r", [(YES, piece("a")), (YES, chain(piece("b"), piece("c")))], first_match=False, parallel=True))
    player = Player(tree, outcomes(a=kind))
    player.play("payload", moves=4)
    assert player.executed[0] == "a"
    assert "a" not in fold([encode(player.state.changes)])
    assert [name for _, name, _ in player.state.log.held] == ["a"]


def test_a_run_that_is_stopped_from_outside_names_all_that_was_in_flight() -> None:
    tree = trigger(loop("l", [1, 2, 3], piece("done"), piece("x"), parallelism=2))
    player = Player(tree, choose=in_turns())
    player.play(moves=8)
    assert player.in_flight == ["l:0/x", "l:1/x"]
    failed = fail_in_flight(player.state, "too long", "TimeoutError")
    assert failed is not None
    assert failed.name == "x"
    record = player.state.steps["l"]
    assert record["status"] == "FAILED"
    assert [(each["x"]["status"], each["x"]["errorMessage"]) for each in record["output"]["iterations"]] == [("FAILED", "too long")] * 2


def test_a_step_and_the_loops_around_it_fail_at_their_place() -> None:
    player = Player(trigger(loop("o", [1, 2], loop("i", [1, 2], piece("w")))), outcomes(o_0_i_1_w=OutcomeKind.PAUSED))
    player.play()
    steps = player.state.steps
    fail_at(steps, [["o", 0], ["i", 1]], "w", "nobody came", "WaitingTimeExceeded")
    inner = steps["o"]["output"]["iterations"][0]["i"]
    assert (steps["o"]["status"], inner["status"]) == ("FAILED", "FAILED")
    assert [each["w"]["status"] for each in inner["output"]["iterations"]] == ["SUCCEEDED", "FAILED"]
    assert inner["output"]["iterations"][1]["w"]["error"]["errorName"] == "WaitingTimeExceeded"


@pytest.mark.parametrize(("value", "expected"), [(7, 7), (50, 50), (51, 1), (0, 1), ("many", 1), (None, 1)])
def test_a_program_takes_only_a_parallelism_that_is_one(value: Any, expected: int) -> None:
    node = compile_program(trigger({**loop("l", [1]), "settings": {"items": "[1]", "parallelism": value}})).nodes["l"]
    assert isinstance(node, LoopNode)
    assert node.parallelism == expected


def test_a_program_knows_the_steps_of_parallel_branches_in_order() -> None:
    branches = [(YES, chain(piece("a"), loop("l", [1], piece("x")), piece("b"))), (YES, piece("c"))]
    node = compile_program(trigger(router("r", branches, parallel=True), piece("after"))).nodes["r"]
    assert isinstance(node, RouterNode)
    assert list(node.inner) == ["a", "l", "x", "b", "c"]

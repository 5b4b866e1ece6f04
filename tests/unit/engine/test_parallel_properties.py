"""For random flows whose loops and routers run parts at the same time, random outcomes, random interleavings and a crash after any move: the run ends
as the same flow does one part after the other, and nothing that was recorded as done is executed again."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from piecework.engine.commands import ExecuteStep, Finish, Pause, PausedStep, Response
from piecework.engine.events import Event, OutcomeKind, RunRestored, StepFailed, StepSucceeded
from piecework.engine.state import RunState, StepRecord, restore
from piecework.engine.timeline import encode, fold
from piecework.engine.tree import transform, walk
from piecework.spec.flow import Step
from piecework.spec.run import FlowRunStatus
from tests.histories.life import places, plain
from tests.unit.engine.flows import Player, condition, loop, piece, place_of, router, trigger

Outcome = str
"""``ok``, ``fail``, ``go on`` (fails, and the flow goes on), ``retry`` (fails twice), ``respond``, ``pause`` or ``stop``."""

YES, NO = condition("x", "EXISTS"), condition("", "EXISTS")
Write = list[Any]


@st.composite
def flows(draw: st.DrawFn, kinds: tuple[Outcome, ...]) -> tuple[Step, dict[str, Outcome]]:
    """A flow, and what its steps do. A step names only what it may see: steps before it that are not in a sibling branch or a closed loop."""
    names = iter(range(1000))
    outcomes: dict[str, Outcome] = {}

    def level(depth: int, seen: list[str]) -> tuple[list[Step], list[str]]:
        steps: list[Step] = []
        shown = list(seen)
        for _ in range(draw(st.integers(1, 3 if depth < 2 else 2))):
            step, gives = one(depth, shown)
            steps.append(step)
            shown += gives
        return steps, shown[len(seen) :]

    def one(depth: int, seen: list[str]) -> tuple[Step, list[str]]:
        name = f"s{next(names)}"
        kind = draw(st.sampled_from(["piece", "loop", "loop", "router"])) if depth < 3 else "piece"
        if kind == "loop":
            body, _ = level(depth + 1, seen)
            items = draw(st.lists(st.integers(0, 3), max_size=4))
            return loop(name, items, *body, parallelism=draw(st.sampled_from([None, 1, 2, 3, 50]))), []
        if kind == "router":
            inside = [level(depth + 1, seen) for _ in range(3)]
            branches = [(draw(st.sampled_from([YES, NO])), chained(steps)) for steps, _ in inside[:2]] + [(None, chained(inside[2][0]))]
            made = router(name, branches, first_match=draw(st.booleans()), parallel=draw(st.booleans()))
            return made, [given for _, gives in inside for given in gives]
        outcomes[name] = draw(st.sampled_from(kinds))
        value = draw(st.sampled_from(["{{trigger}}", *(f"{{{{{one}}}}}" for one in seen[-3:])]))
        return piece(name, value, go_on=outcomes[name] == "go on", retry=outcomes[name] == "retry"), [name]

    return trigger(*level(0, [])[0]), outcomes


def chained(steps: list[Step]) -> Step:
    first: Step | None = None
    for step in reversed(steps):
        first = {**step, **({"nextAction": first} if first else {})}
    assert first is not None
    return first


def one_after_the_other(tree: Step) -> Step:
    """The same flow without parallelism."""

    def change(step: Step) -> Step:
        return {**step, "settings": {key: value for key, value in step["settings"].items() if key not in ("parallelism", "parallel")}}

    return transform(tree, change)


def scripted(outcomes: dict[str, Outcome]) -> Callable[[ExecuteStep], StepSucceeded | StepFailed]:
    def script(command: ExecuteStep) -> StepSucceeded | StepFailed:
        place, kind = place_of(command), outcomes[command.node.name]
        if kind in ("fail", "go on") or (kind == "retry" and command.attempt < 3):
            return StepFailed(f"no {place}", 0, 1)
        if kind == "pause":
            if command.resumed:
                return StepSucceeded(command.resume_payload, 0, 1)
            return StepSucceeded({"waits": place}, 0, 1, OutcomeKind.PAUSED, pause=place)
        hooks = {"respond": OutcomeKind.RESPOND, "stop": OutcomeKind.STOPPED}
        hook = hooks.get(kind, OutcomeKind.NONE)
        return StepSucceeded({"v": command.input["value"], "at": place}, 0, 1, hook, Response() if kind == "respond" else None)

    return script


class Turn:
    """One turn as the worker drives it, with a journal that gets what is new when a step begins, and sometimes in between."""

    def __init__(self, tree: Step, outcomes: dict[str, Outcome], random: Random, state: RunState | None = None) -> None:
        self.random = random
        self.journal: list[bytes] = []
        self.player = Player(tree, scripted(outcomes), choose=self._choose, on_begin=self._begin)
        if state is not None:
            self.player.state = state

    def _choose(self, count: int) -> int:
        if self.random.random() < 0.3:
            self._write([])
        return self.random.randrange(count)

    def _begin(self, command: ExecuteStep) -> None:
        self._write([(command.path, command.node.name, {"type": command.node.kind, "status": "RUNNING", "input": command.stored_input})])

    def _write(self, more: Write) -> None:
        state = self.player.state
        self.journal.append(encode([*state.changes, *more]))
        state.changes = []

    def play(self, event: Event | None = None, moves: int | None = None) -> Finish | Pause | None:
        return self.player.play("payload", event=event, moves=moves)


def crashing(
    tree: Step, outcomes: dict[str, Outcome], random: Random, log: dict[str, StepRecord] | None, **resume: Any
) -> tuple[Finish | Pause, Player, list[str]]:
    """A turn that dies after some moves, up to three times, and goes on. Gives its end and all steps whose work began, in all lives."""
    executed: list[str] = []
    journal: list[bytes] = []
    for moves in (random.randrange(12), random.randrange(30), random.randrange(60), None):
        known = fold(journal, copied(log or {}))
        known.setdefault("trigger", {"output": "payload"})
        turn = Turn(tree, outcomes, random, restore(known, **resume) if journal or log else None)
        last = turn.play(RunRestored(0) if journal or log else None, moves)
        again = places(known) & set(turn.player.executed)
        assert not again, f"recorded as succeeded and executed again: {again}"
        executed += turn.player.executed
        if last is not None:
            return last, turn.player, executed
        journal += turn.journal
    raise AssertionError


def copied(log: dict[str, StepRecord]) -> dict[str, Any]:
    return fold([], plain(log))


SAME_END = ("ok", "ok", "ok", "go on", "retry", "respond")


@settings(max_examples=60)
@given(flow=flows(SAME_END), random=st.randoms(use_true_random=False))
def test_a_run_that_comes_to_its_end_leaves_the_log_that_it_leaves_one_part_after_the_other(
    flow: tuple[Step, dict[str, Outcome]], random: Random
) -> None:
    tree, outcomes = flow
    expected = Player(one_after_the_other(tree), scripted(outcomes))
    assert expected.play("payload") == Finish(FlowRunStatus.SUCCEEDED)
    for _ in range(3):
        last, player, executed = crashing(tree, outcomes, random, None)
        assert last == Finish(FlowRunStatus.SUCCEEDED)
        assert in_order(player.state.steps) == in_order(expected.state.steps)
        assert set(executed) == set(expected.executed)
        assert player.state.steps_count == expected.state.steps_count
        assert len(player.responses) <= 1


@settings(max_examples=60)
@given(flow=flows(("ok", "ok", "go on", "pause", "pause")), random=st.randoms(use_true_random=False))
def test_pauses_ended_in_any_order_leave_the_same_log(flow: tuple[Step, dict[str, Outcome]], random: Random) -> None:
    tree, outcomes = flow
    expected = in_turns_of_one(one_after_the_other(tree), outcomes)
    log: dict[str, StepRecord] | None = None
    waiting: dict[str, PausedStep] = {}
    executed: list[str] = []
    resume: dict[str, Any] = {}
    for _ in range(len(places(expected)) + 1):
        last, player, begun = crashing(tree, outcomes, random, log, **resume)
        executed += begun
        if isinstance(last, Finish):
            break
        assert {place_of(step) for step in last.steps if step.asleep} == set(waiting)
        assert [place_of(step) for step in last.steps] == sorted((place_of(step) for step in last.steps), key=order_of(tree))
        waiting = {place_of(step): step for step in last.steps}
        assert {place for place in begun if place in waiting and waiting[place].asleep} == set(), "what sleeps is not executed"
        step = waiting.pop(random.choice(sorted(waiting)))
        log = plain(player.state.steps)
        resume = {"resume_step": (step.path, step.node.name), "resume_payload": f"for {place_of(step)}"}
    assert last == Finish(FlowRunStatus.SUCCEEDED)
    assert in_order(player.state.steps) == in_order(expected)
    assert set(executed) == places(expected) | {place for place in executed if outcomes[place.rpartition("/")[2]] == "go on"}


@settings(max_examples=60)
@given(flow=flows(("ok", "ok", "ok", "fail", "go on", "retry", "stop", "pause")), random=st.randoms(use_true_random=False))
def test_a_part_that_ends_the_run_halts_the_others(flow: tuple[Step, dict[str, Outcome]], random: Random) -> None:
    tree, outcomes = flow
    turn = Turn(tree, outcomes, random)
    last = turn.play()
    assert last is not None
    player = turn.player
    assert player.in_flight == [], "what was in flight came to its end"
    recorded = all_places(player.state.steps)
    assert set(player.executed) <= recorded, "whatever began is recorded"
    if player.commanded_at_the_end is not None:
        assert set(player.commanded) == set(player.commanded_at_the_end)
    if isinstance(last, Finish):
        failures = {place for place in player.executed if outcomes[place.rpartition("/")[2]] == "fail"}
        assert not statuses(player.state.steps) & {"RUNNING"}
        if last.failed_step is not None:
            assert last.failed_step.message in {f"no {place}" for place in recorded}
        else:
            assert not failures
        mended = {name: "ok" if kind in ("fail", "stop", "retry") else kind for name, kind in outcomes.items()}
        if last.failed_step is not None and "pause" not in outcomes.values():
            again, second, _ = crashing(tree, mended, random, plain(player.state.steps), rerun_failed=True)
            assert again == Finish(FlowRunStatus.SUCCEEDED)
            assert not places(player.state.steps) & set(second.executed)


def in_turns_of_one(tree: Step, outcomes: dict[str, Outcome]) -> dict[str, StepRecord]:
    """The log of the flow one part after the other, each pause ended as it comes."""
    player = Player(tree, scripted(outcomes))
    last = player.play("payload")
    while isinstance(last, Pause):
        (step,) = last.steps
        log = copied(player.state.steps)
        player = Player(tree, scripted(outcomes))
        player.state = restore(log, resume_step=(step.path, step.node.name), resume_payload=f"for {place_of(step)}")
        last = player.play(event=RunRestored(0))
    return player.state.steps


def order_of(tree: Step) -> Callable[[str], list[int]]:
    """Sorts places as the flow runs one part after the other: loops by iteration, steps as they stand in the tree."""
    order = {step["name"]: index for index, step in enumerate(walk(tree))}
    return lambda place: [
        number for part in place.split("/") for number in (order[part.partition(":")[0]], int(part.partition(":")[2] or 0))
    ]


def in_order(steps: Any) -> Any:
    """A log with the order of its keys, which equality of dictionaries does not see."""
    value = plain(steps)

    def listed(value: Any) -> Any:
        if isinstance(value, dict):
            return [(key, listed(inner)) for key, inner in value.items()]
        return [listed(inner) for inner in value] if isinstance(value, list) else value

    return {name: listed(without_setting(record)) for name, record in value.items()} | {"": list(value)}


def without_setting(value: Any) -> Any:
    """Routers record their settings as their input, ``parallel`` among them."""
    if isinstance(value, dict):
        return {key: without_setting(inner) for key, inner in value.items() if key != "parallel"}
    return [without_setting(inner) for inner in value] if isinstance(value, list) else value


def all_places(steps: dict[str, Any], prefix: str = "") -> set[str]:
    found: set[str] = set()
    for name, record in steps.items():
        found.add(prefix + name)
        if record.get("type") == "LOOP_ON_ITEMS":
            for index, iteration in enumerate(record["output"]["iterations"]):
                found |= all_places(iteration, f"{prefix}{name}:{index}/")
    return found


def statuses(steps: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    for record in steps.values():
        found.add(record["status"])
        if record.get("type") == "LOOP_ON_ITEMS":
            for iteration in record["output"]["iterations"]:
                found |= statuses(iteration)
    return found

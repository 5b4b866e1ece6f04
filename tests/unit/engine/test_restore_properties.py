"""For random flows and outcomes: crash and restore after every executed step ends as if there had been no crash, and repeats nothing recorded."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from piecework.engine.commands import ExecuteStep, Finish
from piecework.engine.events import RunRestored, StepFailed, StepSucceeded
from piecework.engine.state import restore
from piecework.engine.timeline import encode, fold
from piecework.spec.flow import Step
from tests.unit.engine.flows import Player, condition, loop, piece, router, trigger


@st.composite
def trees(draw: st.DrawFn) -> Step:
    names = iter(range(1000))

    def level(depth: int) -> list[Step]:
        return [one(depth) for _ in range(draw(st.integers(1, 3)))]

    def one(depth: int) -> Step:
        name = f"s{next(names)}"
        kind = draw(st.sampled_from(["piece", "piece", "loop", "router"])) if depth < 3 else "piece"
        if kind == "loop":
            return loop(name, draw(st.lists(st.integers(0, 3), max_size=3)), *level(depth + 1))
        if kind == "router":
            when = condition(draw(st.sampled_from(["", "x"])), "EXISTS")
            children = [(when, one(depth + 1)), (condition("y", "EXISTS"), one(depth + 1)), (None, one(depth + 1))]
            return router(name, children, first_match=draw(st.booleans()))
        return piece(name, draw(st.sampled_from(["{{trigger}}", "{{s0}}", 3])), go_on=draw(st.booleans()), retry=draw(st.booleans()))

    return trigger(*level(0))


def scripted(failures: frozenset[int]) -> Any:
    """A step fails, always, when its place (name and iterations) falls on one of the drawn numbers."""

    def script(command: ExecuteStep) -> StepSucceeded | StepFailed:
        place = sum(map(ord, command.node.name)) + sum(index for _, index in command.path)
        if place % 7 in failures:
            return StepFailed("no", 0, 1)
        return StepSucceeded({"v": command.input["value"], "at": [index for _, index in command.path]}, 0, 1)

    return script


@settings(max_examples=150)
@given(tree=trees(), failures=st.frozensets(st.integers(0, 6), max_size=2))
def test_crash_anywhere(tree: Step, failures: frozenset[int]) -> None:
    whole = Player(tree, scripted(failures))
    expected = whole.play("payload")
    assert isinstance(expected, Finish)
    for crash_after in range(len(whole.executed)):
        first = Player(tree, scripted(failures))
        assert first.play("payload", stop_after=crash_after) is None
        second = Player(tree, scripted(failures))
        second.state = restore(fold([encode(first.state.changes)]))
        assert second.play(event=RunRestored(0)) == expected
        assert _without_durations(second.state.steps) == _without_durations(whole.state.steps)
        assert _once(first.executed + second.executed) == _once(whole.executed)
        assert second.state.steps_count == whole.state.steps_count


@settings(max_examples=60)
@given(tree=trees(), failures=st.frozensets(st.integers(0, 6), max_size=2), cuts=st.lists(st.integers(1, 3), max_size=6))
def test_the_journal_folds_to_the_run_log_however_it_is_cut(tree: Step, failures: frozenset[int], cuts: list[int]) -> None:
    player = Player(tree, scripted(failures))
    player.play("payload")
    changes, entries = list(player.state.changes), []
    for cut in cuts:
        entries.append(encode(changes[:cut]))
        changes = changes[cut:]
    entries.append(encode(changes))
    assert _without_durations(fold(entries)) == _without_durations(player.state.steps)


def _once(executed: list[str]) -> list[str]:
    """Attempts of a retried step count as one: a crash between two attempts starts counting again."""
    return sorted(set(executed))


def _without_durations(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_durations(inner) for key, inner in value.items() if key not in ("duration", "startedAt", "attempts")}
    return [_without_durations(inner) for inner in value] if isinstance(value, list) else value

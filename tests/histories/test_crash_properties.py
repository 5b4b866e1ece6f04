"""For random flows and random outcomes: a crash before or during any step, in any turn, ends as no crash does, and does nothing twice but what was
in flight, which has the same idempotency key."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from piecework.engine.commands import Pause
from piecework.spec.flow import Step
from tests.histories.life import Life, plain, verdict_of
from tests.unit.engine.flows import chain, condition, loop, piece, router, trigger

PAYLOAD = {"n": 1, "items": ["p", "q"]}
OUTCOMES: tuple[list[dict[str, Any]], ...] = (
    [{"output": "done"}],
    [{"output": "done"}],
    [{"output": "waits", "pause": True}],
    [{"error": "no"}],
    [{"error": "no"}, {"output": "at last"}],
    [{"error": "no"}, {"output": "waits", "pause": True}],
    [{"output": "waits", "pause": True}, {"error": "no"}],
    [{"error": "gone", "final": True}],
    [{"output": 1, "respond": {"hello": 1}}],
    [{"output": 1, "stop": True}],
)


@st.composite
def trees(draw: st.DrawFn) -> Step:
    names = iter(range(1000))

    def level(depth: int) -> Step:
        return chain(*(one(depth) for _ in range(draw(st.integers(1, 2)))))

    def one(depth: int) -> Step:
        name = f"s{next(names)}"
        kind = draw(st.sampled_from(["piece", "piece", "branches", "loop", "router"])) if depth < 2 else "piece"
        if kind == "loop":
            return loop(name, draw(st.sampled_from([[], [1], [1, 2], "{{trigger['items']}}"])), level(depth + 1))
        if kind == "router":
            when = condition(draw(st.sampled_from(["", "x"])), "EXISTS")
            branches = [(when, level(depth + 1)), (condition("y", "EXISTS"), level(depth + 1)), (None, level(depth + 1))]
            return router(name, branches, first_match=draw(st.booleans()))
        if kind == "branches":
            branches = {"onSuccess": level(depth + 1), "onFailure": level(depth + 1)}
            return piece(name, go_on=True, retry=draw(st.booleans()), continueOnFailureBranches=branches)
        return piece(name, draw(st.sampled_from(["{{trigger}}", "{{s0}}", 3])), go_on=draw(st.booleans()), retry=draw(st.booleans()))

    return trigger(level(0))


class Drawn(dict[str, list[dict[str, Any]]]):
    """The outcomes of each place: one of ``OUTCOMES``, by the drawn numbers."""

    def __init__(self, numbers: list[int]) -> None:
        self._numbers = numbers

    def get(self, place: str, default: Any = None) -> list[dict[str, Any]]:  # type: ignore[override]
        return OUTCOMES[self._numbers[sum(map(ord, place)) % len(self._numbers)]]


def play(flow: Step, outcomes: Drawn, crash_at: int | None = None, *, before_start: bool = False) -> tuple[Any, Any, list[str], list[str]]:
    """The run through all of its turns, with a crash at the step with this number: its verdict, its log, the places of the steps that were
    begun, and what was in flight at the crash."""
    taken: dict[str, int] = {}
    log, journal, executed, in_flight = {}, [], [], []
    kind, resume, pauses = "BEGIN", None, 0
    while True:
        at = None if crash_at is None else crash_at - len(executed)
        life = Life(flow, outcomes, crash_at=at, before_start=before_start)
        life.taken = taken
        first = kind == "BEGIN" and not executed and not journal
        verdict = life.begin(PAYLOAD) if first else life.go_on(kind, log, journal, PAYLOAD, resume)
        executed += life.player.executed
        if verdict is None:
            journal, crash_at = [*journal, *life.journal], None
            in_flight = [] if before_start else executed[-1:]
        elif isinstance(verdict, Pause):
            pauses += 1
            log, journal = plain(life.player.state.steps), []
            (step,) = verdict.steps
            resume = {"path": [list(part) for part in step.path], "step": step.node.name, "payload": {"body": pauses}}
            kind = "RESUME"
        else:
            return verdict_of(verdict), plain(life.player.state.steps), executed, in_flight


@settings(max_examples=120)
@given(tree=trees(), numbers=st.lists(st.integers(0, len(OUTCOMES) - 1), min_size=1, max_size=5), data=st.data())
def test_a_crash_anywhere_in_any_turn(tree: Step, numbers: list[int], data: st.DataObject) -> None:
    outcomes = Drawn(numbers)
    verdict, log, executed, _ = play(tree, outcomes)
    if not executed:
        return
    crash_at = data.draw(st.integers(1, len(executed)), label="crash at")
    before_start = data.draw(st.booleans(), label="before it starts")
    crashed_verdict, crashed_log, again, in_flight = play(tree, outcomes, crash_at, before_start=before_start)
    assert (crashed_verdict, crashed_log) == (verdict, log)
    assert set(again) == set(executed), "the same effects, by their idempotency keys"
    more = Counter(again) - Counter(executed)
    tried_again = {place for place, count in more.items() if "error" in outcomes.get(place)[0] or "error" in outcomes.get(place)[-1]}
    assert set(more) - tried_again <= set(in_flight), (
        "attempts at a step that fails are counted anew after a crash; nothing else is repeated"
    )
    assert all(count == 1 for place, count in more.items() if place not in tried_again)

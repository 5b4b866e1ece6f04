"""Records histories: ``python -m tests.histories.record`` writes those that are not there yet; ``--all`` writes all anew.

A history is a run that crashed: its flow, what was on the disk at the crash, and how it has to end. Record anew only when the journal's form
changes on purpose: the old ones stand for runs that are in hand while a new version is installed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from piecework.engine.commands import Finish, Pause
from tests.histories.life import Life, plain, verdict_of
from tests.unit.engine.flows import chain, condition, loop, piece, router, trigger

RECORDED = Path(__file__).parent / "recorded"


def code(name: str, value: Any = None) -> dict[str, Any]:
    source = {"code": "export const code = async (i) => i;", "packageJson": "{}"}
    return {"name": name, "type": "CODE", "displayName": name, "valid": True, "settings": {"input": {"value": value}, "sourceCode": source}}


def _branching(name: str) -> dict[str, Any]:
    branches = {"onSuccess": chain(piece("good"), piece("better")), "onFailure": chain(piece("bad"), piece("worse"))}
    return piece(name, go_on=True, continueOnFailureBranches=branches)


PAUSE = [{"output": {"waits": True}, "pause": True}]
YES, NO = condition("x", "EXISTS"), condition("", "EXISTS")

SCENARIOS: dict[str, dict[str, Any]] = {
    "pieces": {"flow": trigger(piece("a", "{{trigger['n']}}"), piece("b", "{{a}}"), piece("c"))},
    "code": {"flow": trigger(code("a", "{{trigger}}"), piece("b", "{{a}}"), code("c"))},
    "loop": {"flow": trigger(loop("l", "{{trigger['items']}}", piece("x", "{{l['item']}}"), code("y")), piece("after", "{{l}}"))},
    "nested-loops": {"flow": trigger(loop("o", [1, 2], loop("i", "{{trigger['items']}}", piece("x")), piece("y")))},
    "router": {"flow": trigger(piece("a"), router("r", [(NO, piece("n")), (YES, piece("y")), (None, piece("f"))]), piece("z"))},
    "router-all": {
        "flow": trigger(router("r", [(YES, chain(piece("p"), piece("q"))), (YES, piece("s")), (None, piece("f"))], first_match=False))
    },
    "router-in-loop": {"flow": trigger(loop("l", [1, 2], router("r", [(YES, piece("x")), (None, piece("f"))]), piece("y")))},
    "failure": {"flow": trigger(piece("a"), piece("b"), piece("c")), "outcomes": {"b": [{"error": "no"}]}},
    "failure-in-loop": {"flow": trigger(loop("l", [1, 2, 3], piece("x"))), "outcomes": {"l:1/x": [{"error": "no"}]}},
    "continued-failure": {"flow": trigger(piece("a", go_on=True), piece("b")), "outcomes": {"a": [{"error": "no"}]}},
    "retried": {"flow": trigger(piece("a", retry=True), piece("b")), "outcomes": {"a": [{"error": "no"}, {"error": "no"}, {"output": 1}]}},
    "retried-in-vain": {"flow": trigger(piece("a", retry=True), piece("b")), "outcomes": {"a": [{"error": "no"}]}},
    "final-failure": {"flow": trigger(piece("a", go_on=True, retry=True)), "outcomes": {"a": [{"error": "gone", "final": True}]}},
    "response": {"flow": trigger(piece("a"), piece("b")), "outcomes": {"a": [{"output": 1, "respond": {"hello": 1}}]}},
    "stopped": {"flow": trigger(piece("a"), piece("b"), piece("c")), "outcomes": {"b": [{"output": 1, "stop": True}]}},
    "stopped-in-loop": {"flow": trigger(loop("l", [1, 2], piece("x")), piece("b")), "outcomes": {"l:1/x": [{"output": 1, "stop": True}]}},
    "skipped": {"flow": trigger(piece("a"), piece("b", skip=True), piece("c"))},
    "pause": {"flow": trigger(piece("a"), piece("w"), piece("b", "{{w}}")), "outcomes": {"w": PAUSE}},
    "pause-in-loop": {
        "flow": trigger(loop("l", "{{trigger['items']}}", piece("x"), piece("w"), piece("y")), piece("z")),
        "outcomes": {"l:1/w": PAUSE},
    },
    "pause-each-time": {"flow": trigger(loop("l", [1, 2], piece("w"))), "outcomes": {"l:0/w": PAUSE, "l:1/w": PAUSE}},
    "pause-in-router": {"flow": trigger(router("r", [(YES, chain(piece("w"), piece("x"))), (None, piece("f"))])), "outcomes": {"w": PAUSE}},
    "pause-twice": {"flow": trigger(piece("v"), piece("a"), piece("w")), "outcomes": {"v": PAUSE, "w": PAUSE}},
    "pause-in-nested-loops": {
        "flow": trigger(loop("o", [1, 2], loop("i", "{{trigger['items']}}", piece("w"), piece("x")))),
        "outcomes": {"o:0/i:1/w": PAUSE, "o:1/i:0/w": PAUSE},
    },
    "pause-after-response": {
        "flow": trigger(piece("a"), piece("w"), piece("b")),
        "outcomes": {"a": [{"output": 1, "respond": {"hello": 1}}], "w": PAUSE},
    },
    "resumed-failure": {"flow": trigger(piece("a"), piece("w"), piece("b")), "outcomes": {"w": [*PAUSE, {"error": "the child failed"}]}},
    "resumed-failure-continued": {
        "flow": trigger(piece("w", go_on=True), piece("b")),
        "outcomes": {"w": [*PAUSE, {"error": "the child failed"}]},
    },
    "resumed-failure-in-loop": {
        "flow": trigger(loop("l", [1, 2], piece("w"))),
        "outcomes": {"l:0/w": PAUSE, "l:1/w": [*PAUSE, {"error": "the child failed"}]},
    },
    "success-branch": {"flow": trigger(_branching("a"), piece("z")), "outcomes": {}},
    "failure-branch": {"flow": trigger(_branching("a"), piece("z")), "outcomes": {"a": [{"error": "no"}]}},
    "failure-branch-in-loop": {"flow": trigger(loop("l", [1, 2], _branching("a")), piece("z")), "outcomes": {"l:1/a": [{"error": "no"}]}},
    "pause-in-failure-branch": {"flow": trigger(_branching("a"), piece("z")), "outcomes": {"a": [{"error": "no"}], "bad": PAUSE}},
    "pause-in-all-branches": {
        "flow": trigger(router("r", [(YES, piece("v")), (YES, piece("w")), (None, piece("f"))], first_match=False), piece("z")),
        "outcomes": {"v": PAUSE, "w": PAUSE},
    },
    "pause-twice-in-one-step": {
        "flow": trigger(piece("w"), piece("z", "{{w}}")),
        "outcomes": {"w": [*PAUSE, {"output": {"waits": "again"}, "pause": "again"}, {"output": 1}]},
    },
    "pause-after-a-retry": {"flow": trigger(piece("w", retry=True), piece("z")), "outcomes": {"w": [{"error": "no"}, *PAUSE]}},
    "resumed-step-fails": {"flow": trigger(piece("a"), piece("w"), piece("z")), "outcomes": {"w": [*PAUSE, {"error": "no"}]}},
    "resumed-step-is-retried": {
        "flow": trigger(piece("w", retry=True), piece("z", "{{w}}")),
        "outcomes": {"w": [*PAUSE, {"error": "no"}, {"output": 1}]},
    },
    "response-then-pause": {
        "flow": trigger(piece("a"), piece("w"), piece("z")),
        "outcomes": {"a": [{"output": 1, "respond": {"hello": 1}}], "w": PAUSE},
    },
    "response-in-loop": {"flow": trigger(loop("l", [1, 2], piece("a"))), "outcomes": {"l:1/a": [{"output": 1, "respond": {"hello": 1}}]}},
    "stopped-in-router": {
        "flow": trigger(router("r", [(YES, chain(piece("a"), piece("b"))), (None, piece("f"))]), piece("z")),
        "outcomes": {"a": [{"output": 1, "stop": True}]},
    },
    "continued-failure-in-loop": {
        "flow": trigger(loop("l", [1, 2, 3], piece("a", go_on=True), piece("b"))),
        "outcomes": {"l:1/a": [{"error": "no"}]},
    },
    "retry-from-failed-in-router": {
        "flow": trigger(piece("a"), router("r", [(YES, chain(piece("b"), piece("c"))), (None, piece("f"))]), piece("z")),
        "outcomes": {"c": [{"error": "no"}, {"output": "now"}]},
        "retry": True,
    },
    "retry-from-failed": {
        "flow": trigger(piece("a"), loop("l", [1, 2], piece("x")), piece("c")),
        "outcomes": {"l:1/x": [{"error": "no"}, {"output": "now"}]},
        "retry": True,
    },
    "parallel-loop": {
        "flow": trigger(loop("l", "{{trigger['items']}}", piece("x", "{{l['item']}}"), code("y"), parallelism=2), piece("after", "{{l}}"))
    },
    "parallel-nested": {"flow": trigger(loop("o", [1, 2], loop("i", [1, 2, 3], piece("x"), parallelism=2), piece("y"), parallelism=2))},
    "parallel-router": {
        "flow": trigger(
            router("r", [(YES, chain(piece("p"), piece("q"))), (YES, piece("s")), (None, piece("f"))], first_match=False, parallel=True),
            piece("after", "{{q}}{{s}}"),
        )
    },
    "parallel-retried": {
        "flow": trigger(loop("l", [1, 2], piece("x", retry=True), parallelism=2)),
        "outcomes": {"l:0/x": [{"error": "no"}, {"output": 1}]},
    },
    "parallel-failure": {
        "flow": trigger(loop("l", [1, 2, 3, 4], piece("x"), piece("y"), parallelism=2)),
        "outcomes": {"l:1/x": [{"error": "no"}, {"output": "now"}]},
        "retry": True,
    },
    "parallel-stopped": {
        "flow": trigger(loop("l", [1, 2, 3], piece("x"), parallelism=3), piece("b")),
        "outcomes": {"l:1/x": [{"output": 1, "stop": True}]},
    },
    "parallel-response": {
        "flow": trigger(router("r", [(YES, piece("a")), (YES, piece("b"))], first_match=False, parallel=True)),
        "outcomes": {"a": [{"output": 1, "respond": 1}], "b": [{"output": 2, "respond": 2}]},
    },
    "parallel-pauses": {
        "flow": trigger(loop("l", [1, 2, 3], piece("x"), piece("w"), piece("y", "{{w}}"), parallelism=3), piece("z")),
        "outcomes": {"l:0/w": PAUSE, "l:1/w": PAUSE, "l:2/w": PAUSE},
    },
    "parallel-pause-twice": {
        "flow": trigger(
            router("r", [(YES, chain(piece("v"), piece("w"))), (YES, loop("l", [1, 2], piece("u")))], first_match=False, parallel=True)
        ),
        "outcomes": {"v": PAUSE, "w": PAUSE, "l:1/u": PAUSE},
    },
}
"""Where parts run at the same time, the last of several pauses is ended first."""
PAYLOAD = {"n": 1, "items": ["p", "q"]}


def histories() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every scenario, crashed in each of its turns: with a step started, between two steps, and with its end not yet written."""
    for name, scenario in SCENARIOS.items():
        outcomes: dict[str, list[dict[str, Any]]] = scenario.get("outcomes", {})
        kind, log, resume, taken, turn = "BEGIN", {}, None, {}, 0
        while True:
            turn += 1
            begun = {"scenario": name, "flow": scenario["flow"], "payload": PAYLOAD, "kind": kind, "log": log, "resume": resume}
            whole = _life(begun, _remaining(outcomes, taken))
            verdict = _run(whole, begun)
            assert verdict is not None
            count = len(whole.player.executed)
            for phase, crash_at, before in (("started", (count + 1) // 2, False), ("between", count, True), ("ending", None, False)):
                crashed = _life(begun, _remaining(outcomes, taken), crash_at=crash_at, before_start=before)
                assert (_run(crashed, begun) is None) == (crash_at is not None)
                for place in _unwritten(crashed, phase):
                    crashed.taken[place] -= 1
                rest = _remaining(_remaining(outcomes, taken), crashed.taken)
                history = begun | {
                    "crash": {"phase": phase, "afterSteps": crashed.player.executed},
                    "outcomes": rest,
                    "journal": [orjson.loads(entry) for entry in crashed.journal],
                    "expected": verdict_of(verdict) | {"steps": plain(whole.player.state.steps)},
                }
                yield f"{name}-{turn}-{phase}", history
            taken = {place: taken.get(place, -1) + 1 + whole.taken.get(place, -1) for place in {*taken, *whole.taken}}
            log = orjson.loads(orjson.dumps(whole.player.state.steps))
            if isinstance(verdict, Pause):
                step = verdict.steps[-1]
                kind, resume = "RESUME", {"path": [list(part) for part in step.path], "step": step.node.name, "payload": {"body": turn}}
            elif scenario.get("retry") and kind == "BEGIN":
                kind, resume = "RETRY", None
            else:
                break


def _unwritten(life: Life, phase: str) -> list[str]:
    """Steps that run again: what they gave is written together with the turn's end. The last one, or those that ended a part."""
    held = ["/".join([*(f"{loop}:{index}" for loop, index in path), name]) for path, name, _ in life.player.state.log.held]
    return held or ([life.player.executed[-1]] if phase == "ending" else [])


def _life(begun: dict[str, Any], outcomes: dict[str, list[dict[str, Any]]], **crash: Any) -> Life:
    return Life(begun["flow"], outcomes, **crash)


def _run(life: Life, begun: dict[str, Any]) -> Finish | Pause | None:
    if begun["kind"] == "BEGIN":
        return life.begin(begun["payload"])
    return life.go_on(begun["kind"], begun["log"], [], begun["payload"], begun["resume"])


def _remaining(outcomes: dict[str, list[dict[str, Any]]], taken: dict[str, int]) -> dict[str, list[dict[str, Any]]]:
    return {place: listed[min(taken.get(place, -1) + 1, len(listed) - 1) :] for place, listed in outcomes.items()}


def main() -> None:
    RECORDED.mkdir(exist_ok=True)
    for name, history in histories():
        file = RECORDED / f"{name}.json"
        if "--all" in sys.argv or not file.exists():
            file.write_bytes(orjson.dumps(history, option=orjson.OPT_INDENT_2) + b"\n")


if __name__ == "__main__":
    main()

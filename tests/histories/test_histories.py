"""Recorded histories end today as they had to when they were recorded, and repeat no step that their journal has as succeeded."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from piecework.engine.timeline import fold
from tests.histories.life import Life, places, plain, verdict_of

RECORDED = sorted((Path(__file__).parent / "recorded").glob("*.json"))


def test_there_are_histories() -> None:
    assert len(RECORDED) >= 30


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_a_history_ends_as_it_must(file: Path) -> None:
    history = orjson.loads(file.read_bytes())
    journal = [orjson.dumps(entry) for entry in history["journal"]]
    done = places(fold(journal, orjson.loads(orjson.dumps(history["log"]))))
    life = Life(history["flow"], history["outcomes"])
    verdict = life.go_on(history["kind"], history["log"], journal, history["payload"], history["resume"])
    assert verdict is not None
    expected = history["expected"]
    assert verdict_of(verdict) | {"steps": plain(life.player.state.steps)} == expected
    assert done & set(life.player.executed) == set(), "steps that were recorded as succeeded and executed again"

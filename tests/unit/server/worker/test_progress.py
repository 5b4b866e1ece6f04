"""What is told of a run while it is driven."""

from __future__ import annotations

from typing import Any

from piecework.server.ports.runs import new_run
from piecework.server.worker.progress import LiveRun
from piecework.spec.run import RunEnvironment


class Somebody:
    """Looks at everything."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def watched(self, project_id: str) -> bool:
        return True

    def publish(self, project_id: str, event: str, content: Any) -> None:
        self.seen.append((event, content["step"]["name"], content["step"]["path"], content["step"]["output"]["status"]))


def test_a_part_that_paused_is_seen_while_others_go_on_and_only_once() -> None:
    somebody = Somebody()
    live = LiveRun(somebody, new_run("p" * 21, "f" * 21, "v" * 21, RunEnvironment.PRODUCTION))
    paused = ((("l", 0),), "w", {"type": "PIECE", "status": "PAUSED"})
    done = ((("l", 1),), "w", {"type": "PIECE", "status": "SUCCEEDED"})
    live.held([paused])
    live.changes([done], taken=True)
    live.held([paused])
    assert somebody.seen == [("UPDATE_RUN_PROGRESS", "w", [["l", 0]], "PAUSED"), ("UPDATE_RUN_PROGRESS", "w", [["l", 1]], "SUCCEEDED")]

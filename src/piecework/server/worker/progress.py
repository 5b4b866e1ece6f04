"""What a run in hand tells those who look at it: the engine's records as they travel (recordings/websocket.json).

Everything asks first whether anybody looks; nothing here is awaited by the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from piecework.engine.commands import StepPath
from piecework.engine.state import StepRecord
from piecework.server.modules.runs.announce import announce
from piecework.server.modules.runs.views import run_view
from piecework.server.ports.progress import Progress
from piecework.server.ports.runs import RunRow
from piecework.spec.run import StepStatus

Change = tuple[StepPath, str, StepRecord]


class LiveRun:
    """One turn of one run, seen from outside."""

    __slots__ = ("_held_shown", "_progress", "_run", "_shown")

    def __init__(self, progress: Progress, run: RunRow) -> None:
        self._progress = progress
        self._run = run
        self._shown = 0
        self._held_shown = 0

    @property
    def watched(self) -> bool:
        """Whether anybody looks at the run's project right now."""
        return self._progress.watched(self._run.project_id)

    def step(self, path: StepPath, name: str, record: StepRecord) -> None:
        """A step begins, ends or has something new."""
        run = self._run
        if run.step_name_to_test is not None:
            if name == run.step_name_to_test:
                self._progress.publish(run.project_id, "TEST_STEP_PROGRESS", step_run_response(run, record))
            return
        step = {"name": name, "path": [list(part) for part in path], "output": record}
        self._progress.publish(run.project_id, "UPDATE_RUN_PROGRESS", {"step": step, "flowRun": run_view(run)})

    def changes(self, changes: Sequence[Change], *, taken: bool = False) -> None:
        """What is new in the state's list of changes. ``taken``: the list will be another one from now on."""
        if self.watched:
            for path, name, record in changes[self._shown :]:
                self.step(path, name, record)
        self._shown = 0 if taken else len(changes)

    def held(self, held: Sequence[Change]) -> None:
        """What is new among the records that become true with the end of the turn: a part that paused is seen to while others go on."""
        if len(held) > self._held_shown and self.watched:
            for path, name, record in held[self._held_shown :]:
                self.step(path, name, record)
        self._held_shown = len(held)

    def state(self) -> None:
        """The run begins, pauses or ends."""
        announce(self._progress, self._run)

    def tested(self, response: Mapping[str, Any]) -> None:
        """A step test is over; see ``step_run_response``."""
        self._progress.publish(self._run.project_id, "TEST_STEP_FINISHED", response)


def step_run_response(run: RunRow, record: StepRecord | None) -> dict[str, Any]:
    """The wire's StepRunResponse, and beyond it the run's status and how many milliseconds the step took.

    ``record`` None: the step never began; the run's own failure says why.
    """
    record = record or {"status": StepStatus.FAILED, "errorMessage": run.failed_step_message or f"The test ended {run.status}"}
    failed = record["status"] == StepStatus.FAILED
    return {
        "runId": run.id,
        "projectId": run.project_id,
        "success": not failed,
        "input": record.get("input"),
        "output": record.get("errorMessage") if failed else record.get("output"),
        "standardError": record.get("errorMessage", "") if failed else "",
        "standardOutput": record.get("standardOutput", ""),
        "status": run.status,
        "duration": record.get("duration"),
    }

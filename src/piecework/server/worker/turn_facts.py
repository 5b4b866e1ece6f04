"""What a turn is given: its limits, and the facts that its steps see."""

from __future__ import annotations

from typing import Any

from piecework.engine.events import Event, RunStarted
from piecework.engine.program import Program
from piecework.engine.state import RunState
from piecework.runner.steps import RunFacts
from piecework.server.kernel.ids import derived_id
from piecework.server.ports.runs import RunRow

MAX_KILLS = 3
"""A run that was alone in the hands of so many workers when they died, without a step ending in between, has killed them."""

MAX_ATTEMPTS = 10
"""A run that so many workers did not survive together with others is given up, whoever was to blame: nothing is tried for ever."""


class RunLimits:
    """Limits of one run, from the settings: wall time of a turn in seconds, bytes of log, days of pause."""

    __slots__ = ("log_bytes", "pause_days", "seconds")

    def __init__(self, seconds: float, log_bytes: int, pause_days: float) -> None:
        self.seconds = seconds
        self.log_bytes = log_bytes
        self.pause_days = pause_days


def new_facts(run: RunRow, services: Any, server: Any, trigger_output: Any) -> RunFacts:
    """The facts that steps see.

    Each turn has a waitpoint id of its own: a run may pause many times. A turn that is driven again after a crash has the same one: links
    that went out with it must go on working. The folded log is another after each turn, and the same in all lives of one.
    """
    return RunFacts(
        run_id=run.id,
        flow_id=run.flow_id,
        flow_version_id=run.flow_version_id,
        project_id=run.project_id,
        services=services,
        server=server,
        test=run.step_name_to_test is not None,
        waitpoint_id=derived_id("waitpoint", run.id, run.logs_file_id or ""),
        trigger_output=trigger_output,
    )


def trigger_output(program: Program, state: RunState, event: Event) -> Any:
    """What the run began with; for a step test, the trigger's sample."""
    if isinstance(event, RunStarted):
        return event.payload
    name = program.trigger["name"]
    return state.scope[name] if name in state.scope else (state.restored.get(name) or {}).get("output")

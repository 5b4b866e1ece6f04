"""What a turn is given: its limits, and the facts that its steps see."""

from __future__ import annotations

from functools import partial
from typing import Any

import orjson

from piecework.engine.commands import StepPath
from piecework.engine.events import Event, RunStarted
from piecework.engine.program import Program
from piecework.engine.state import RETRY_DELAYS, RunState, restore
from piecework.runner.steps import RunFacts
from piecework.server.kernel.ids import derived_id
from piecework.server.modules.runs.slices import DEFAULT_LOG_LIMITS, LogLimits
from piecework.server.ports.runs import Job, JobKind, RunRow

MAX_KILLS = 3
"""A run that was alone in the hands of so many workers when they died, without a step ending in between, has killed them."""

MAX_ATTEMPTS = 10
"""A run that so many workers did not survive together with others is given up, whoever was to blame: nothing is tried for ever."""


class RunLimits:
    """Limits of one run, from the settings: wall time of a turn in seconds, bytes of its log with all slices, days of pause, what
    is too large for the log itself, and the seconds between the attempts at a step."""

    __slots__ = ("log", "log_bytes", "pause_days", "retry_delays", "seconds", "smallest")

    def __init__(
        self,
        seconds: float,
        log_bytes: int,
        pause_days: float,
        log: LogLimits = DEFAULT_LOG_LIMITS,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
    ) -> None:
        self.seconds = seconds
        self.log_bytes = log_bytes
        self.pause_days = pause_days
        self.log = log
        self.retry_delays = retry_delays
        self.smallest = min(log.input_bytes, log.output_bytes)
        """A log that is no larger needs no closer look."""


def restored_state(job: Job, program: Program, steps: dict[str, Any]) -> RunState:
    """The state from which a turn goes on.

    :param steps: the run log as far as it is known; gets the trigger's output from the job where it has no trigger yet.
    """
    trigger = program.trigger["name"]
    if trigger not in steps:
        steps[trigger] = {"output": orjson.loads(job.payload)}
    resume_step: tuple[StepPath, str] | None = None
    payload: Any = None
    if job.kind is JobKind.RESUME:
        resume = orjson.loads(job.payload)
        resume_step = (tuple((loop, index) for loop, index in resume["path"]), resume["step"])
        payload = resume["payload"]
    return restore(steps, rerun_failed=job.kind is JobKind.RETRY, resume_step=resume_step, resume_payload=payload)


def new_facts(run: RunRow, services: Any, server: Any, trigger_output: Any) -> RunFacts:
    """The facts that steps see.

    Each step has a waitpoint id of its own in each turn: a run may pause many times, and in several places. A turn that is driven again after a
    crash has the same ones: links that went out must go on working. The folded log is another after each turn, and the same in all lives of one.
    """
    return RunFacts(
        run_id=run.id,
        flow_id=run.flow_id,
        flow_version_id=run.flow_version_id,
        project_id=run.project_id,
        services=services,
        server=server,
        test=run.step_name_to_test is not None,
        waitpoint_id=partial(derived_id, "waitpoint", run.id, run.logs_file_id or ""),
        trigger_output=trigger_output,
    )


def trigger_output(program: Program, state: RunState, event: Event) -> Any:
    """What the run began with; for a step test, the trigger's sample."""
    if isinstance(event, RunStarted):
        return event.payload
    name = program.trigger["name"]
    return state.scope[name] if name in state.scope else (state.restored.get(name) or {}).get("output")

"""What a turn is given: its limits, and the facts that its steps see."""

from __future__ import annotations

from typing import Any

from piecework.engine.state import RETRY_DELAYS
from piecework.runner.steps import RunFacts
from piecework.server.kernel.ids import derived_id
from piecework.server.modules.runs.slices import DEFAULT_LOG_LIMITS, LogLimits
from piecework.server.ports.runs import RunRow

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


def new_facts(run: RunRow, services: Any, server: Any) -> RunFacts:
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
    )

"""What a step's hooks mean for the step and for the run: the one table of it (spec/engine.md §4; seed 002, "verdict")."""

from __future__ import annotations

from typing import NamedTuple

from piecework.engine.events import OutcomeKind, StepFailed, StepSucceeded
from piecework.spec.run import FlowRunStatus, StepStatus


class Verdict(NamedTuple):
    """The status of the step, and that of the run: RUNNING means that it goes on."""

    step: StepStatus
    run: FlowRunStatus


FAILED = Verdict(StepStatus.FAILED, FlowRunStatus.FAILED)
"""Unless the step is tried again, or the flow goes on over its failure: that is for the step's own settings."""

_VERDICTS = {
    OutcomeKind.NONE: Verdict(StepStatus.SUCCEEDED, FlowRunStatus.RUNNING),
    OutcomeKind.RESPOND: Verdict(StepStatus.SUCCEEDED, FlowRunStatus.RUNNING),
    OutcomeKind.STOPPED: Verdict(StepStatus.SUCCEEDED, FlowRunStatus.SUCCEEDED),
    OutcomeKind.PAUSED: Verdict(StepStatus.PAUSED, FlowRunStatus.PAUSED),
}


def verdict_of(event: StepSucceeded | StepFailed) -> Verdict:
    """What becomes of the step and of its run."""
    return FAILED if isinstance(event, StepFailed) else _VERDICTS[event.outcome]

"""The table of verdicts, whole."""

import pytest

from piecework.engine.events import OutcomeKind, StepFailed, StepSucceeded
from piecework.engine.outcomes import verdict_of

VERDICTS = {
    OutcomeKind.NONE: ("SUCCEEDED", "RUNNING"),
    OutcomeKind.RESPOND: ("SUCCEEDED", "RUNNING"),
    OutcomeKind.STOPPED: ("SUCCEEDED", "SUCCEEDED"),
    OutcomeKind.PAUSED: ("PAUSED", "PAUSED"),
}


@pytest.mark.parametrize("outcome", OutcomeKind)
def test_what_a_hook_means(outcome: OutcomeKind) -> None:
    assert verdict_of(StepSucceeded(None, 0, 0, outcome)) == VERDICTS[outcome]


def test_what_an_exception_means() -> None:
    assert verdict_of(StepFailed("no", 0, 0)) == ("FAILED", "FAILED")

"""From what steps asked for to the waitpoints that their run leaves behind (spec/engine.md §5)."""

from __future__ import annotations

from time import time

from piecework.engine.commands import Pause, PausedStep
from piecework.runner.steps import RunFacts, step_path
from piecework.sdk.context import DelayPause, Response, WebhookPause
from piecework.server.kernel.clock import from_iso
from piecework.server.ports.runs import RunRow, Waitpoint
from piecework.spec import jsons

NO_PAYLOAD = {"body": {}, "headers": {}, "queryParams": {}}
"""What the step of a delay gets when it runs again: it was resumed, by nobody."""


class PausedFlowTimeoutError(Exception):
    """A pause that would end later than AP_PAUSED_FLOW_TIMEOUT_DAYS after the run was created. ``step`` asked for it."""

    def __init__(self, step: PausedStep, days: float) -> None:
        super().__init__(
            f"PausedFlowTimeoutError: the flow cannot be paused longer than {days:g} days after its run began (AP_PAUSED_FLOW_TIMEOUT_DAYS)"
        )
        self.step = step


def new_pauses(command: Pause) -> list[PausedStep]:
    """The steps that began to wait in this turn; those that sleep on have what follows from a pause already."""
    return [step for step in command.steps if not step.asleep]


def responses_of(command: Pause) -> list[tuple[str, Response]]:
    """What the steps that began to wait answer at once, with their places, in their order."""
    steps = new_pauses(command)
    return [
        (step_path(step), step.pause.response) for step in steps if isinstance(step.pause, WebhookPause) and step.pause.response is not None
    ]


def waitpoints_of(command: Pause, run: RunRow, facts: RunFacts, days: float) -> list[Waitpoint]:
    """The waitpoints that a pause leaves, one for each step that began to wait.

    No run is paused later than ``days`` after its creation; a webhook pause that nobody answered by then, or within its own timeout, ends the run
    (``expired``).

    :raises PausedFlowTimeoutError: a delay that ends later, or any pause when that time is over.
    """
    return [_waitpoint_of(step, run, facts, days) for step in new_pauses(command)]


def _waitpoint_of(step: PausedStep, run: RunRow, facts: RunFacts, days: float) -> Waitpoint:
    pause, last = step.pause, from_iso(run.created).timestamp() + days * 86_400
    path = step_path(step)
    waitpoint_id = facts.waitpoint_id(path)
    resume = {"path": step.path, "step": step.node.name}
    if isinstance(pause, DelayPause):
        resume_at = pause.until.timestamp()
        if resume_at > last:
            raise PausedFlowTimeoutError(step, days)
        payload = jsons.dumps({**resume, "payload": NO_PAYLOAD})
        return Waitpoint(waitpoint_id, run.id, run.project_id, path, "DELAY", int(resume_at * 1000), payload, pause.seconds)
    assert isinstance(pause, WebhookPause)
    now = time()
    if now > last:
        raise PausedFlowTimeoutError(step, days)
    deadline = int(min(last, now + pause.timeout if pause.timeout else last) * 1000)
    payload = jsons.dumps({**resume, "payload": None, "expired": True})
    return Waitpoint(waitpoint_id, run.id, run.project_id, path, "WEBHOOK", deadline, payload)

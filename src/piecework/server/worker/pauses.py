"""From what a step asked for to the waitpoint that its run leaves behind (spec/engine.md §5)."""

from __future__ import annotations

from time import time

from piecework.engine.commands import ExecuteStep, Pause
from piecework.runner.steps import step_path
from piecework.sdk.context import DelayPause, WebhookPause
from piecework.server.kernel.clock import from_iso
from piecework.server.ports.runs import RunRow, Waitpoint
from piecework.spec import jsons

NO_PAYLOAD = {"body": {}, "headers": {}, "queryParams": {}}
"""What the step of a delay gets when it runs again: it was resumed, by nobody."""


class PausedFlowTimeoutError(Exception):
    """A pause that would end later than AP_PAUSED_FLOW_TIMEOUT_DAYS after the run was created."""


def waitpoint_of(command: Pause, run: RunRow, waitpoint_id: str, days: float) -> Waitpoint:
    """The waitpoint of a pause. No run is paused later than ``days`` after its creation; a webhook pause that nobody answered by then, or within
    its own timeout, ends the run (``expired``).

    :raises PausedFlowTimeoutError: a delay that ends later, or any pause when that time is over.
    """
    pause, last = command.pause, from_iso(run.created).timestamp() + days * 86_400
    path = step_path(ExecuteStep(command.node, command.path, None, None, 0, False, None))
    resume = {"path": command.path, "step": command.node.name}
    if isinstance(pause, DelayPause):
        resume_at = pause.until.timestamp()
        if resume_at > last:
            raise _too_long(days)
        payload = jsons.dumps({**resume, "payload": NO_PAYLOAD})
        return Waitpoint(waitpoint_id, run.id, run.project_id, path, "DELAY", int(resume_at * 1000), payload, pause.seconds)
    assert isinstance(pause, WebhookPause)
    now = time()
    if now > last:
        raise _too_long(days)
    deadline = int(min(last, now + pause.timeout if pause.timeout else last) * 1000)
    payload = jsons.dumps({**resume, "payload": None, "expired": True})
    return Waitpoint(waitpoint_id, run.id, run.project_id, path, "WEBHOOK", deadline, payload)


def _too_long(days: float) -> PausedFlowTimeoutError:
    return PausedFlowTimeoutError(
        f"PausedFlowTimeoutError: the flow cannot be paused longer than {days:g} days after its run began (AP_PAUSED_FLOW_TIMEOUT_DAYS)"
    )

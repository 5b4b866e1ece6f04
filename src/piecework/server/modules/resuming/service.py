"""Letting paused runs go on. Whoever knows a link may use it, once; the link is the credential."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

from piecework.runner.steps import Services
from piecework.server.kernel.metrics import Metrics
from piecework.server.modules.runs.service import RunService
from piecework.server.modules.webhooks.answers import Answer, answer_of, outcome_of
from piecework.server.ports.callers import Callers
from piecework.spec.run import FlowRunStatus

RECORDED = "Your response has been recorded. You can close this page now."
EXPIRED = "This link has expired. The action may have already been processed."
NOT_PAUSED = "Flow run is not paused"
MAY_PAUSE = frozenset({FlowRunStatus.PAUSED, FlowRunStatus.RUNNING, FlowRunStatus.QUEUED})
"""A link may be used before its run is stored as paused: the resume is kept (spec/engine.md §5)."""


class ResumeService:
    """``payload`` is what ``webhooks.payload.read_payload`` gives; the waiting step gets its body, headers and query parameters.

    ``older``: the wire's older links, which need not name a waitpoint. They mean the one that they name if it is pending, else the newest that is;
    those that name an iteration (``loop_1:3``, see ``RunHooks.pending_resume_url``), the newest in it.
    """

    def __init__(
        self, runs: RunService, callers: Callers, services: Callable[[str, str], Services], metrics: Metrics, timeout_seconds: float
    ) -> None:
        self._runs = runs
        self._callers = callers
        self._services = services
        self._metrics = metrics
        self._timeout = timeout_seconds

    async def services(self, run_id: str) -> Services:
        """Where files of a resume's body are kept. Raises ENTITY_NOT_FOUND for an unknown run."""
        row = await self._runs.row(run_id)
        return self._services(row[3], row[4])

    async def resume(self, run_id: str, waitpoint_id: str, payload: Mapping[str, Any], *, older: bool = False) -> Answer:
        """Let the run go on and do not wait for it. Raises ENTITY_NOT_FOUND for an unknown run."""
        await self._runs.row(run_id)
        resumed = await self._runs.resume(run_id, waitpoint_id, _for_step(payload), older=older)
        return Answer(200, {"message": RECORDED if resumed else EXPIRED})

    async def resume_and_wait(self, run_id: str, waitpoint_id: str, payload: Mapping[str, Any], *, older: bool = False) -> Answer:
        """Let the run go on and answer with its next response, as a synchronous webhook does.

        409 for a run that is over, 410 for a link that was used. Raises ENTITY_NOT_FOUND for an unknown run.
        """
        status = (await self._runs.row(run_id))[7]
        not_paused = Answer(409, {"message": NOT_PAUSED, "flowRunStatus": status})
        if status not in MAY_PAUSE:
            return not_paused
        started = perf_counter()
        expected = self._callers.expect(run_id)
        try:
            resumed = await self._runs.resume(run_id, waitpoint_id, _for_step(payload), older=older)
        except BaseException:
            self._callers.forget(expected)
            raise
        if not resumed:
            self._callers.forget(expected)
            return not_paused if older and status != FlowRunStatus.PAUSED else Answer(410, {"message": EXPIRED})
        answer = await self._callers.wait(expected, self._timeout)
        self._metrics.responded((perf_counter() - started) * 1000, outcome_of(answer))
        return answer_of(answer)


def _for_step(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {name: payload[name] for name in ("body", "headers", "queryParams")}

"""A run's state, told to those who look at its project (spec/api.md §14)."""

from __future__ import annotations

from piecework.server.modules.runs.views import run_view
from piecework.server.ports.progress import Progress
from piecework.server.ports.runs import RunRow
from piecework.spec.run import RunEnvironment


def announce(progress: Progress, run: RunRow) -> None:
    """The run is queued, pauses or ends. Nothing is built while nobody looks."""
    if progress.watched(run.project_id):
        progress.publish(run.project_id, "UPDATE_RUN_PROGRESS", {"flowRun": run_view(run)})
        progress.publish(run.project_id, "FLOW_RUN_PROGRESS", {"runId": run.id})


def announce_queued(progress: Progress, run: RunRow) -> None:
    """A run waits for its turn. Whoever starts a test is answered with its run; only production runs appear in lists."""
    if run.environment == RunEnvironment.PRODUCTION:
        announce(progress, run)
